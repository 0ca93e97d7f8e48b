import fc from 'fast-check';
import { parsePattern, renderPattern } from '../../lib/model/pattern.ts';
import { anyValue } from '../unit/graph/arbitraries.ts';
import { graph } from './realWorld.ts';

/** The same cases in every run. */
export const fixed = { seed: 20_260_102 } as const;

const patterns = graph.manifest.partitions.map(({ pattern }) => parsePattern(pattern));

/** Refs that a pattern of the graph takes, the very first and last times among them. */
const matching: fc.Arbitrary<string> = fc
  .constantFrom(...patterns)
  .chain((pattern) =>
    fc
      .record(Object.fromEntries(pattern.keys.map(({ name, type }) => [name, anyValue(type)])))
      .map((keys) => renderPattern(pattern, keys)!),
  );

/** A few, so that several requests are about the same. */
export const fewRefs: fc.Arbitrary<string> = fc.constantFrom(
  'raw/2012-01-01',
  'raw/2012-01-02',
  'sensors/a',
  'elsewhere/b',
  'daily/2012-01-01',
  'daily/2012-01-02',
  'monthly/2012-01',
  'by/eu/1',
  'by/us/2',
  'text/a',
  'told/2012-01-01',
);

/** Any text, half of a surrogate pair and NUL included. */
export const anyText: fc.Arbitrary<string> = fc.string({ unit: 'binary', maxLength: 40 });

const spoiled = fc
  .tuple(matching, fc.nat(60), fc.oneof(fc.constantFrom('', '/', '//', '..', '*', '{', '\0', '%', ' '), anyText))
  .map(([ref, at, text]) => ref.slice(0, at) + text + ref.slice(at + 1));

/** Refs of all sorts: known, of times before the first, spoiled in one place, without end. */
export const anyRef: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fewRefs },
  { weight: 3, arbitrary: matching },
  { weight: 2, arbitrary: spoiled },
  fc.integer({ min: 480, max: 520 }).map((length) => `text/${'x'.repeat(length)}`),
  fc.integer({ min: 1, max: 600 }).map((count) => 'a/'.repeat(count)),
  anyText,
);

/** A value of a kind that a field may be mistaken for. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2, depthSize: 'small' }),
  fc.constantFrom(null, '', -1, 0, 1, 1.5, 2 ** 53, 1e308, true, [], {}, '__proto__', '2012-01-31', 'now'),
);

export const anyMoment: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('0001-01-01T00:00:00Z', '9989-12-31T23:59:59Z', '2012-02-30T00:00:00Z', '2012-01-31T05:00:00+14:00'),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);

/** Mostly as it should be. */
export function mostly<T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 6, arbitrary: good }, { weight: 1, arbitrary: anyJson });
}

export const wantBody = fc.oneof(
  fc.record({ partitionRef: mostly(anyRef) }),
  fc.record(
    {
      partitionRefs: mostly(fc.array(anyRef, { minLength: 1, maxLength: 4 })),
      dataTimestamp: mostly(anyMoment),
      ttlSeconds: mostly(fc.integer({ min: 1, max: 31_622_400 })),
      slaSeconds: mostly(fc.integer({ min: 0, max: 31_622_400 })),
      externalDependencies: mostly(
        fc.array(fc.record({ graph: fc.constantFrom('sensors', 'test', 'none'), partitionRef: anyRef }), {
          minLength: 1,
          maxLength: 2,
        }),
      ),
      deliver: mostly(fc.constantFrom('built', 'built', 'served')),
      freshAfter: mostly(anyMoment),
      comment: mostly(anyText),
      source: mostly(fc.constantFrom('api', 'cli', 'dashboard')),
    },
    { requiredKeys: ['partitionRefs'] },
  ),
);

export const availableBody = fc.record({
  partitions: mostly(
    fc.array(
      fc.record(
        {
          partitionRef: mostly(anyRef),
          graph: mostly(fc.constantFrom('sensors', 'test')),
          instance: mostly(fc.constantFrom('i1', 'i2')),
          location: mostly(anyText),
          at: mostly(anyMoment),
        },
        { requiredKeys: ['partitionRef'] },
      ),
      { minLength: 1, maxLength: 4 },
    ),
  ),
});

export const taintBody = fc.record(
  {
    partitionRefs: mostly(fc.array(anyRef, { minLength: 1, maxLength: 3 })),
    reason: mostly(fc.constantFrom('wrong', 'a\0b')),
    dryRun: mostly(fc.boolean()),
  },
  { requiredKeys: ['partitionRefs', 'reason'] },
);
