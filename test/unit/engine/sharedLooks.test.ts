import { describe, expect, it } from 'vitest';
import { createSharedLooks } from '../../../lib/engine/sharedLooks.ts';

/** Looks that end when they are told to. */
function lookBook() {
  const begun: PromiseWithResolvers<void>[] = [];
  const look = () => {
    const turn = Promise.withResolvers<void>();
    begun.push(turn);
    return turn.promise;
  };
  return { begun, look };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('shared looks', () => {
  it('makes those that are asked for during a look wait for one that begins after it', async () => {
    const { begun, look } = lookBook();
    const shared = createSharedLooks();
    const first = shared('heavy', look);
    const later = [shared('heavy', look), shared('heavy', look)];
    expect(begun.length).toBe(1);
    begun[0]!.resolve();
    await first;
    await settled();
    expect(begun.length).toBe(2);
    begun[1]!.resolve();
    await Promise.all(later);
    expect(begun.length).toBe(2);
  });

  it('fails only those that shared the look that failed', async () => {
    const { begun, look } = lookBook();
    const shared = createSharedLooks();
    const first = shared('heavy', look);
    const second = shared('heavy', look);
    begun[0]!.reject(new Error('not available'));
    await expect(first).rejects.toThrow('not available');
    await settled();
    begun[1]!.resolve();
    await second;
  });

  it('begins at once where none is under way, and where another thing is looked at', async () => {
    const { begun, look } = lookBook();
    const shared = createSharedLooks();
    const first = shared('heavy', look);
    void shared('light', look);
    expect(begun.length).toBe(2);
    begun[0]!.resolve();
    await first;
    void shared('heavy', look);
    expect(begun.length).toBe(3);
  });
});
