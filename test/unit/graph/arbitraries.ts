import fc from 'fast-check';
import { timeOrdinal, timeText } from '../../../lib/model/calendar.ts';
import { type KeyType, keyAt, parseKeyType } from '../../../lib/model/key.ts';

export const KEY_TYPES = [
  'day',
  'hour',
  'month',
  'year',
  'integer',
  'string',
  'enum(eu|us)',
  'enum(us|eu|fr)',
] as const;

const literal = fc.stringMatching(/^[a-z0-9_=-]{1,3}$/);
const around = fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: literal });

/** Patterns of one to four segments, with keys of every type, named `k0`, `k1` and so on. */
export const anyPattern: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      literal.map((text) => ({ text })),
      fc.record({ type: fc.constantFrom(...KEY_TYPES), before: around, after: around }),
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((segments) =>
    segments
      .map((segment, index) =>
        'text' in segment ? segment.text : `${segment.before}{k${index}:${segment.type}}${segment.after}`,
      )
      .join('/'),
  );

/** Hours near the turns of months and years and around leap days as often as others. */
export const anyHour: fc.Arbitrary<number> = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1, max: 9999 }), fc.constantFrom(1, 1900, 2000, 2011, 2012, 2013, 2100, 9999)),
    fc.oneof(
      fc.constantFrom('01-01T00', '01-31T23', '02-28T23', '02-29T12', '03-01T00', '12-31T23'),
      fc.integer({ min: 0, max: 11 }).map((month) => `${String(month + 1).padStart(2, '0')}-15T06`),
    ),
  )
  .map(([year, rest]) => {
    const text = `${String(year).padStart(4, '0')}-${rest}`;
    return timeOrdinal('hour', text) ?? timeOrdinal('hour', text.replace('02-29', '02-27'))!;
  });

export function anyValue(type: KeyType): fc.Arbitrary<string> {
  switch (type.kind) {
    case 'time':
      return anyHour.map((hour) =>
        timeText('hour', hour)!.slice(0, { year: 4, month: 7, day: 10, hour: 13 }[type.unit]),
      );
    case 'integer':
      return fc.integer().map((value) => keyAt(type, value)!);
    case 'enum':
      return fc.constantFrom(...type.values);
    case 'string':
      return fc.stringMatching(/^[A-Za-z0-9_=-][A-Za-z0-9._=-]{0,3}$/);
  }
}

export function keyType(text: string): KeyType {
  return parseKeyType(text)!;
}
