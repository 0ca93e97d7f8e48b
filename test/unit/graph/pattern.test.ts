import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyPart, keysOfPart, refOfKeyPart } from '../../../lib/model/keyPart.ts';
import { matchPattern, parsePattern, renderPattern } from '../../../lib/model/pattern.ts';
import { refFault } from '../../../lib/model/ref.ts';
import { anyPattern, anyValue } from './arbitraries.ts';

describe('partition ref', () => {
  it.each(['', '/', 'a/', '/a', 'a//b', '.', 'a/..', 'a/./b', 'a b', 'ä', 'a\n', '{a}', 'a*', `${'a'.repeat(513)}`])(
    '%j is refused',
    (text) => {
      expect(refFault(text)).not.toBeNull();
    },
  );

  it.each(['a', 'weather/daily/2012-01-31', 'dt=2012-01-31/A_b.c', '.../..a', 'a'.repeat(512)])(
    '%j is taken',
    (text) => {
      expect(refFault(text)).toBeNull();
    },
  );
});

describe('pattern', () => {
  it.each([
    ['', 'empty segment'],
    ['weather//{date:day}', 'empty segment'],
    ['weather/../{date:day}', '".."'],
    ['weather/{date}', 'no type'],
    ['weather/{date:week}', '"week", which does not exist'],
    ['weather/{:day}', 'key named ""'],
    ['weather/{__proto__:day}', 'key named "__proto__"'],
    ['weather/{a:day}{b:day}', 'not one key'],
    ['weather/{a:day', 'not one key'],
    ['weather/a}', 'the character "}"'],
    ['weather/{a:enum(x|x)}', 'does not exist'],
    ['weather/{a:day}/{a:day}', 'two keys named "a"'],
    ['weather/{a:day}*', 'not one key'],
    ['a'.repeat(513), 'longer than 512 bytes'],
  ])('%j is refused', (text, why) => {
    expect(() => parsePattern(text)).toThrow(why);
  });

  it('takes whole segments, with what stands around the key', () => {
    const pattern = parsePattern('sales/dt={date:day}.x/{n:integer}');
    expect(matchPattern(pattern, 'sales/dt=2012-02-29.x/-3')).toEqual({ date: '2012-02-29', n: '-3' });
    for (const other of [
      'sales/dt=2013-02-29.x/3',
      'sales/dt=2012-02-29.x',
      'sales/dt=2012-02-29x/3',
      'sales/2012-02-29/3',
    ]) {
      expect(matchPattern(pattern, other)).toBeNull();
    }
  });

  it('does not let prefix and suffix share characters', () => {
    const pattern = parsePattern('a/ab{x:string}ba');
    expect(matchPattern(pattern, 'a/aba')).toBeNull();
    expect(matchPattern(pattern, 'a/abba')).toBeNull();
    expect(matchPattern(pattern, 'a/ab-ba')).toEqual({ x: '-' });
  });

  it('does not render what is no value of a key, absent, or too long', () => {
    const pattern = parsePattern('a/{x:string}');
    expect(renderPattern(pattern, {})).toBeNull();
    expect(renderPattern(pattern, { x: '..' })).toBeNull();
    expect(renderPattern(pattern, { x: 'y'.repeat(511) })).toBeNull();
    expect(renderPattern(pattern, { x: 'y'.repeat(510) })).toHaveLength(512);
  });

  it('finds in what it rendered the keys that it rendered, and makes good refs', () => {
    const patterns = anyPattern.chain((text) => {
      const pattern = parsePattern(text);
      const values = Object.fromEntries(pattern.keys.map(({ name, type }) => [name, anyValue(type)]));
      return fc.tuple(fc.constant(pattern), fc.record(values));
    });
    const roundTrip = fc.property(patterns, ([pattern, keys]) => {
      const partitionRef = renderPattern(pattern, keys)!;
      expect(refFault(partitionRef)).toBeNull();
      expect(matchPattern(pattern, partitionRef)).toEqual({ ...keys });
      const part = keyPart(keys, pattern);
      expect(keysOfPart(part, pattern)).toEqual({ ...keys });
      expect(refOfKeyPart(part, pattern)).toBe(partitionRef);
    });
    fc.assert(roundTrip, { seed: 21, numRuns: 5_000 });
  });

  it('has no key part of another shape', () => {
    const pattern = parsePattern('a/{x:enum(eu|us)}/{y:year}');
    for (const part of ['', 'eu', 'eu/', 'eu/2012/1', 'fr/2012', '2012/eu'])
      expect(keysOfPart(part, pattern)).toBeNull();
    expect(keysOfPart('', parsePattern('a/b'))).toEqual({});
    expect(keysOfPart('x', parsePattern('a/b'))).toBeNull();
  });
});
