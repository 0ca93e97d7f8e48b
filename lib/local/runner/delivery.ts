import { setTimeout as delay } from 'node:timers/promises';

const FIRST_BACKOFF_MS = 100;
const BACKOFF_MS_MAX = 10_000;

/**
 * Tells until it was taken, or the signal is aborted. Told twice where an answer was lost: whoever is told knows the
 * execution, and takes the second for the first.
 */
export async function deliver(
  tell: () => Promise<void>,
  signal: AbortSignal,
  onRefused: (error: unknown, waitMs: number) => void,
): Promise<void> {
  for (let waitMs = FIRST_BACKOFF_MS; !signal.aborted; waitMs = Math.min(waitMs * 2, BACKOFF_MS_MAX)) {
    try {
      return await tell();
    } catch (error) {
      onRefused(error, waitMs);
    }
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
  }
}
