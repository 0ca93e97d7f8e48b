import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

/** The story turned out otherwise than the demo tells it. */
export class StoryFailed extends Error {
  override readonly name = 'StoryFailed';
}

/** Compares what the API said with what the story is about to say. @throws StoryFailed naming both. */
export function expectSame(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new StoryFailed(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

const lookEveryMs = 50;

/** Looks until it finds something. @throws StoryFailed when the limit has passed. */
export async function findSoon<T>(what: string, limitSeconds: number, look: () => Promise<T | null>): Promise<T> {
  const giveUpAt = performance.now() + limitSeconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > giveUpAt) throw tooLate(what, limitSeconds);
    await sleep(lookEveryMs);
  }
}

export function tooLate(what: string, limitSeconds: number): StoryFailed {
  return new StoryFailed(`${what}: not within ${limitSeconds} s`);
}
