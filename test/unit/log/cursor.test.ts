import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, placeInFeed, witnessOf } from '../../../lib/log/cursor.ts';

const place = fc.record({
  generation: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
  position: fc.nat({ max: 1e15 }),
  witness: fc.stringMatching(/^[a-z0-9]{0,13}$/),
});

describe('a cursor', () => {
  it('is refused, whatever text it is, unless it was given out', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          place.map((each) => encodeCursor(each).slice(1)),
        ),
        (text) => {
          const read = () => encodeCursor(decodeCursor(text));
          try {
            expect(read()).toBe(text);
          } catch (error) {
            expect(error).toMatchObject({ code: 'CURSOR_INVALID' });
          }
        },
      ),
    );
  });

  it('comes back as it was given out', () => {
    fc.assert(
      fc.property(place, (each) => {
        expect(decodeCursor(encodeCursor(each))).toEqual(each);
      }),
    );
  });

  it.each([
    ['another generation', 'old', 1, 'w1'],
    ['another commit at its place', 'new', 1, 'w2'],
    ['a place that the feed does not reach', 'new', 9, 'w9'],
    ['another beginning', 'old', 0, ''],
  ])('is gone when it is of %s', (_name, generation, position, witness) => {
    const witnessAt = (at: number) => (at === 1 ? 'w1' : null);
    const cursor = encodeCursor({ generation, position, witness });
    const restartCursor = encodeCursor({ generation: 'new', position: 0, witness: '' });
    expect(() => placeInFeed(cursor, 'new', witnessAt)).toThrow(expect.objectContaining({ restartCursor }));
    expect(placeInFeed(restartCursor, 'new', witnessAt)).toBe(0);
  });

  it('has a witness that tells streams, revisions and commits apart', () => {
    const witnesses = [witnessOf('a', 1, 'c'), witnessOf('b', 1, 'c'), witnessOf('a', 2, 'c'), witnessOf('a', 1, 'd')];
    expect(new Set(witnesses).size).toBe(4);
  });
});
