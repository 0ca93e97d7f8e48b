import type { RunOutcome } from '../../engine/ports.ts';

/** What a timer of Node can wait at most. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export interface WatchdogOptions {
  readonly durationMs: number;
  readonly heartbeatSeconds: number | null;
  /** Milliseconds since 1970 UTC. */
  lastActivity(): Promise<number>;
  onTimeout(outcome: RunOutcome): void;
}

/**
 * Times a run out, counting its duration from now. Its heartbeat is looked at when it would be due, so a sign of life
 * costs nothing.
 */
export function watchdog({ durationMs, heartbeatSeconds, lastActivity, onTimeout }: WatchdogOptions): { end(): void } {
  const start = performance.now();
  let timer: NodeJS.Timeout | null = null;
  let isOver = false;

  const wait = (ms: number): void => {
    if (!isOver) timer = setTimeout(() => void look(), Math.min(Math.max(ms, 0), TIMER_MS_MAX));
  };
  const strike = (limit: 'duration' | 'heartbeat', message: string): void => {
    if (isOver) return;
    isOver = true;
    onTimeout({ kind: 'timedOut', limit, message });
  };
  const silenceLeft = async (): Promise<number> =>
    heartbeatSeconds === null
      ? Number.POSITIVE_INFINITY
      : heartbeatSeconds * 1000 - (Date.now() - (await lastActivity()));

  const look = async (): Promise<void> => {
    const durationLeft = durationMs - (performance.now() - start);
    if (durationLeft <= 0) return strike('duration', `The run took longer than ${seconds(durationMs)}.`);
    const heartbeatLeft = await silenceLeft();
    if (heartbeatLeft > 0) return wait(Math.min(durationLeft, heartbeatLeft));
    strike('heartbeat', `The run gave no sign of life for ${seconds((heartbeatSeconds ?? 0) * 1000)}.`);
  };

  wait(Math.min(durationMs, (heartbeatSeconds ?? Number.POSITIVE_INFINITY) * 1000));
  return {
    end() {
      isOver = true;
      if (timer) clearTimeout(timer);
    },
  };
}

function seconds(ms: number): string {
  const value = Math.max(0, Math.round(ms / 100) / 10);
  return `${value} ${value === 1 ? 'second' : 'seconds'}`;
}
