import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKeyValue, keyAt, keyOrdinal, keyRange, parseKeyType, shiftKey } from '../../../lib/model/key.ts';

const integer = parseKeyType('integer')!;
const day = parseKeyType('day')!;

describe('key', () => {
  it.each([
    'date',
    'Day',
    'enum',
    'enum()',
    'enum(a|)',
    'enum(a|a)',
    'enum(..)',
    'enum(a b)',
    'week',
    '',
    'constructor',
  ])('refuses the type %j', (text) => {
    expect(parseKeyType(text)).toBeNull();
  });

  it.each(['', '-', '-0', '00', '01', '+1', '1.0', '1e3', '0x1', ' 1', '1000000000000000', '١'])(
    'refuses the integer %j',
    (text) => {
      expect(isKeyValue(integer, text)).toBe(false);
    },
  );

  it.each(['0', '7', '-3', '999999999999999', '-999999999999999'])('takes the integer %s', (text) => {
    expect(isKeyValue(integer, text)).toBe(true);
  });

  it('takes as a string what may be a segment, and nothing else', () => {
    const string = parseKeyType('string')!;
    expect(['a', 'A-z_0.9=', '...'].every((text) => isKeyValue(string, text))).toBe(true);
    expect(['', '.', '..', 'a/b', 'ä', 'a b', '{', '\n'].some((text) => isKeyValue(string, text))).toBe(false);
  });

  it('takes the values of an enum only', () => {
    const type = parseKeyType('enum(eu|us)')!;
    expect([isKeyValue(type, 'eu'), isKeyValue(type, 'EU'), isKeyValue(type, 'eu|us')]).toEqual([true, false, false]);
  });

  it('steps over the leap day and the ends of months and years', () => {
    expect(shiftKey(day, '2012-02-28', 1)).toBe('2012-02-29');
    expect(shiftKey(day, '2013-02-28', 1)).toBe('2013-03-01');
    expect(shiftKey(parseKeyType('month')!, '2012-01', -1)).toBe('2011-12');
    expect(shiftKey(parseKeyType('hour')!, '2012-12-31T23', 1)).toBe('2013-01-01T00');
    expect(shiftKey(day, '0001-01-01', -1)).toBeNull();
    expect(shiftKey(parseKeyType('string')!, 'a', 1)).toBeNull();
  });

  it('lists a range with both ends', () => {
    expect([...keyRange(day, '2012-02-28', '2012-03-01')]).toEqual(['2012-02-28', '2012-02-29', '2012-03-01']);
    expect([...keyRange(day, '2012-03-01', '2012-02-28')]).toEqual([]);
  });

  it('has one form per integer', () => {
    const roundTrip = fc.property(fc.integer({ min: -(10 ** 15 - 1), max: 10 ** 15 - 1 }), (value) => {
      expect(keyOrdinal(integer, keyAt(integer, value)!)).toBe(value);
    });
    fc.assert(roundTrip, { seed: 13, numRuns: 1_000 });
  });
});
