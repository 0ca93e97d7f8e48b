import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TIME_UNITS, type TimeUnit, timeText } from '../../../lib/model/calendar.ts';
import { compileGraph } from '../../../lib/model/compile.ts';
import type { Manifest, Mapping } from '../../../lib/model/manifest.ts';
import { parsePattern, renderPattern } from '../../../lib/model/pattern.ts';
import { validateManifest } from '../../../lib/model/validate/index.ts';
import { anyHour, anyValue, keyType } from './arbitraries.ts';
import { external, job, manifest, partition } from './manifests.ts';

type KeyTexts = Readonly<Record<string, string>>;

interface Case {
  readonly jobKeys: KeyTexts;
  readonly inputKeys: KeyTexts;
  readonly mapping: Mapping;
}

const lengths = { year: 4, month: 7, day: 10, hour: 13 };
const anyUnit = fc.constantFrom(...TIME_UNITS);
const anyTime = (unit: TimeUnit) => anyHour.map((hour) => timeText('hour', hour)!.slice(0, lengths[unit]));
/** Keys that both sides have, and enums that the job has alone. */
const shared = fc.constantFrom<KeyTexts>(
  {},
  { region: 'enum(eu|us)' },
  { n: 'integer' },
  { s: 'string', b: 'enum(0|1)' },
);
const alone = fc.constantFrom<KeyTexts>({}, {}, { kind: 'enum(a|b|c)' });

const same = fc.tuple(shared, anyUnit, alone).map(([keys, unit, more]): Case => {
  const inputKeys = { ...keys, t: unit };
  return { jobKeys: { ...more, ...inputKeys }, inputKeys, mapping: { kind: 'same' } };
});

const around = fc
  .tuple(shared, anyUnit, alone, fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 })))
  .map(([keys, unit, more, count]): Case => {
    const inputKeys = { t: unit, ...keys };
    const mapping: Mapping = count === 0 ? { kind: 'previous', key: 't' } : { kind: 'last', key: 't', count };
    return { jobKeys: { ...inputKeys, ...more }, inputKeys, mapping };
  });

const every = fc
  .tuple(
    shared,
    fc.constantFrom(['day', 'hour'], ['month', 'hour'], ['month', 'day'], ['year', 'day'], ['year', 'month']),
    alone,
    fc.boolean(),
  )
  .map(([keys, [period, unit], more, redundant]): Case => {
    // The input may also carry the longer period itself, as in by-month/2012-02/2012-02-29.
    const inputKeys = { ...keys, ...(redundant ? { p: period! } : {}), t: unit! };
    return { jobKeys: { p: period!, ...keys, ...more }, inputKeys, mapping: { kind: 'every', key: 't', of: 'p' } };
  });

const fixed = fc
  .tuple(shared, anyUnit, fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }))
  .map(
    ([keys, unit, values]): Case => ({
      jobKeys: { t: unit, ...keys },
      inputKeys: { ...keys, t: unit, f: 'integer' },
      mapping: { kind: 'fixed', key: 'f', values: values.map(String) },
    }),
  );

const anyCase = fc.oneof(same, around, every, fixed);

function patternOf(word: string, keys: KeyTexts): string {
  return [word, ...Object.entries(keys).map(([name, type]) => `${name}={${name}:${type}}`)].join('/');
}

function manifestOf({ jobKeys, inputKeys, mapping }: Case, from: string | null): Manifest {
  const [output, input] = [patternOf('out', jobKeys), patternOf('in', inputKeys)];
  return manifest([partition(output), external(input, { from })], [job('j', [output], [{ pattern: input, mapping }])]);
}

const keysLike = (keys: KeyTexts) =>
  fc.record(Object.fromEntries(Object.entries(keys).map(([name, type]) => [name, anyValue(keyType(type))])));

/** A random graph, keys of a job, and keys of an input, which need not have to do with them. */
const anyGraph = anyCase.chain((each) => {
  const unit = each.inputKeys.t as TimeUnit;
  const timeKeys = Object.values(each.inputKeys).filter((type) => keyType(type).kind === 'time');
  const from = timeKeys.length > 1 ? fc.constant(null) : fc.oneof(fc.constant(null), anyTime(unit));
  return fc.record({ each: fc.constant(each), from, build: keysLike(each.jobKeys), input: keysLike(each.inputKeys) });
});

describe('mapping', () => {
  it('is the inverse of its inverse, on ten thousand random graphs', () => {
    let inputs = 0;
    const inverse = fc.property(anyGraph, ({ each, from, build, input }) => {
      const declared = manifestOf(each, from);
      expect(validateManifest(declared)).toEqual([]);
      const graph = compileGraph(declared);
      const buildId = `j/${Object.keys(each.jobKeys)
        .map((name) => build[name])
        .join('/')}`;
      const places = graph.build(buildId)?.inputs ?? [];
      for (const { partitionRef } of new Set([...places.slice(0, 2), ...places.slice(-2)])) {
        inputs++;
        if (!graph.dependents(partitionRef).includes(buildId))
          throw new Error(`${partitionRef} does not know ${buildId}`);
      }
      const partitionRef = renderPattern(parsePattern(patternOf('in', each.inputKeys)), input)!;
      const dependents = graph.dependents(partitionRef);
      // The ends are where a mapping goes wrong, and all of them would be a thousand inputs each.
      for (const dependent of new Set([...dependents.slice(0, 2), ...dependents.slice(-2)])) {
        const taken = graph.build(dependent)!.inputs;
        if (!taken.some((place) => place.partitionRef === partitionRef))
          throw new Error(`${dependent} lacks ${partitionRef}`);
      }
    });
    fc.assert(inverse, { seed: 41, numRuns: 10_000 });
    expect(inputs).toBeGreaterThan(10_000);
  }, 60_000);

  it('gives every shorter unit whose text begins with that of the period, and as many as there are', () => {
    const prefixes = fc.property(every, anyHour, (each, hour) => {
      const period = timeText('hour', hour)!.slice(0, lengths[each.jobKeys.p as TimeUnit]);
      const graph = compileGraph(manifestOf(each, null));
      const others = Object.keys(each.jobKeys)
        .slice(1)
        .map((name) => firstValue(each.jobKeys[name]!));
      const times = graph.build(['j', period, ...others].join('/'))!.inputs.map((input) => input.keys.t!);
      expect(times.every((time) => time.startsWith(period))).toBe(true);
      expect(times).toHaveLength(unitsIn(period, each.inputKeys.t as TimeUnit));
      expect(times).toEqual([...new Set(times)].sort());
    });
    fc.assert(prefixes, { seed: 42, numRuns: 500 });
  });

  it('gives the last periods as the platform counts them back', () => {
    const counted = fc.property(anyTime('day'), fc.integer({ min: 1, max: 60 }), (day, count) => {
      const each: Case = { jobKeys: { t: 'day' }, inputKeys: { t: 'day' }, mapping: { kind: 'last', key: 't', count } };
      const times = compileGraph(manifestOf(each, null))
        .build(`j/${day}`)!
        .inputs.map((input) => input.keys.t);
      const back = Array.from({ length: count }, (_, index) => platformDay(day, index + 1 - count));
      expect(times).toEqual(back.filter((text) => /^\d{4}-/.test(text) && text >= '0001'));
    });
    fc.assert(counted, { seed: 43, numRuns: 1_000 });
  });
});

function firstValue(type: string): string {
  const parsed = keyType(type);
  return parsed.kind === 'enum' ? parsed.values[0]! : '7';
}

/** Counted by the platform's calendar. */
function unitsIn(period: string, unit: TimeUnit): number {
  const [year = 1, month = 1, day = 1] = period.split('-').map(Number);
  const parts = period.split('-').length;
  const start = platformTime(year, month - 1, day);
  const end = platformTime(
    year + (parts === 1 ? 1 : 0),
    month - 1 + (parts === 2 ? 1 : 0),
    day + (parts === 3 ? 1 : 0),
  );
  if (unit === 'month') return 12;
  return (end - start) / (unit === 'day' ? 86_400_000 : 3_600_000);
}

function platformTime(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month, day);
}

function platformDay(day: string, by: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + by);
  return date.toISOString().slice(0, date.toISOString().indexOf('T'));
}
