import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patternsOverlap } from '../../../lib/model/overlap.ts';
import { matchPattern, parsePattern } from '../../../lib/model/pattern.ts';

const overlap = (one: string, other: string) => patternsOverlap(parsePattern(one), parsePattern(other));

/** All texts over some characters up to a length: with few of both, every overlap there can be. */
function textsOver(characters: string, length: number): readonly string[] {
  let texts = [''];
  const all: string[] = [];
  for (let grown = 0; grown < length; grown++) {
    texts = texts.flatMap((text) => [...characters].map((character) => text + character));
    all.push(...texts);
  }
  return all;
}

describe('overlap of patterns', () => {
  it.each([
    ['a/{x:day}', 'a/{y:month}'],
    ['a/{x:day}', 'b/{x:day}'],
    ['a/{x:day}', 'a/{x:day}/b'],
    ['a/{x:integer}', 'a/0{y:integer}'],
    ['a/{x:integer}', 'a/-0'],
    ['a/{x:enum(a|b)}', 'a/{y:enum(c|d)}'],
    ['a/{x:day}', 'a/2013-02-29'],
    ['a/{x:day}', 'a/{y:year}-02-30'],
    ['a/{x:day}', 'a/{y:month}-32'],
    ['a/{x:hour}', 'a/{y:day}T24'],
    ['a/v{x:integer}', 'a/{y:integer}v'],
    ['a/{x:string}', 'a'],
    ['a/{x:day}', 'a/{n:integer}'],
    ['a/00000000000000{x:year}', 'a/{n:integer}'],
    ['a/1{x:integer}00000000000000000', 'a/{n:integer}'],
  ])('is none of %s and %s', (one, other) => {
    expect([overlap(one, other), overlap(other, one)]).toEqual([false, false]);
  });

  it.each([
    ['a/{x:day}', 'a/{y:day}'],
    ['a/{x:day}', 'a/{y:string}'],
    ['a/{x:day}', 'a/2012-02-29'],
    ['a/{x:day}', 'a/{y:year}-02-29'],
    ['a/{x:day}', 'a/{y:month}-31'],
    ['a/{x:hour}', 'a/{y:day}T{z:integer}'.replace('{z:integer}', '23')],
    ['a/{x:year}', 'a/{n:integer}'],
    ['a/1{x:integer}', 'a/{y:integer}1'],
    ['a/{x:integer}', 'a/-{y:integer}'],
    ['a/{x:enum(a|b)}', 'a/{y:enum(b|c)}'],
    ['a/p{x:string}', 'a/{y:string}s'],
    ['a/{x:enum(v1|v2)}', 'a/v{n:integer}'],
    ['a/{x:string}', '{y:string}/b'],
    ['a/1{x:year}', 'a/{n:integer}'],
  ])('is there between %s and %s', (one, other) => {
    expect([overlap(one, other), overlap(other, one)]).toEqual([true, true]);
  });

  it('agrees with trying all short texts', () => {
    const types = ['integer', 'string', 'enum(1|0-)', 'enum(-1|01)', 'enum(1.1|-)', 'enum(0|10)'];
    const around = fc.constantFrom('', '', '0', '1', '-', '.');
    const keyed = fc
      .tuple(around, fc.constantFrom(...types), around)
      .map(([before, type, after]) => `${before}{k:${type}}${after}`);
    const segments = fc.oneof(keyed, fc.constantFrom('1', '01', '-1', '1.1'));
    // Prefix, suffix and the values above are short, so an overlap shows in at most five characters.
    const texts = textsOver('01-.', 5);
    const agree = fc.property(segments, segments, (one, other) => {
      const [pattern, partner] = [parsePattern(one), parsePattern(other)];
      const shared = texts.some((text) => matchPattern(pattern, text) !== null && matchPattern(partner, text) !== null);
      expect(patternsOverlap(pattern, partner)).toBe(shared);
    });
    fc.assert(agree, { seed: 31, numRuns: 600 });
  });

  it('agrees with trying all months and years of a calendar with literals around', () => {
    const keyed = fc.tuple(
      fc.constantFrom('', '1', '2', '-'),
      fc.constantFrom('year', 'month'),
      fc.constantFrom('', '-01', '-1', '1', '0'),
    );
    const years = ['0001', '1112', '1201', '2012', '2101', '9999'];
    const months = years.flatMap((year) => ['01', '10', '11', '12'].map((month) => `${year}-${month}`));
    const texts = ['', '1', '2', '-'].flatMap((before) =>
      [...years, ...months].flatMap((value) => ['', '-01', '-1', '1', '0'].map((after) => before + value + after)),
    );
    const agree = fc.property(keyed, keyed, (one, other) => {
      const [pattern, partner] = [one, other].map(([before, type, after]) =>
        parsePattern(`${before}{k:${type}}${after}`),
      );
      const shared = texts.some(
        (text) => matchPattern(pattern!, text) !== null && matchPattern(partner!, text) !== null,
      );
      // The texts are a sample: what they share is an overlap, the other way round is tried by the cases above.
      if (shared) expect(patternsOverlap(pattern!, partner!)).toBe(true);
    });
    fc.assert(agree, { seed: 32, numRuns: 400 });
  });
});
