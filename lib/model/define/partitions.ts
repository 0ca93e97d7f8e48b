import type { TimeUnit } from '../calendar.ts';
import type { Finding } from '../fault.ts';
import type { ManifestPartition, Mapping } from '../manifest.ts';
import { PatternError, type PatternKey, parsePattern } from '../pattern.ts';
import { Fields, isObject, show } from './fields.ts';
import { type Every, type Input, makeInput, pickKey } from './input.ts';
import { callerPosition, type Position } from './position.ts';
import type { CheckedPattern, KeysOf, KeyTypes, LongerThan, NamesOf, TimeKey, UnitsOf, Without } from './types.ts';

const PARTITIONS: unique symbol = Symbol.for('landfall.partitions');

export interface PartitionOptions {
  /** True where this graph does not build them: they are reported available. */
  readonly external?: boolean;
  /** Who to ask about them; by default the job's owner, then the graph's. */
  readonly owner?: string;
  /** The first value of the pattern's one time key: nothing before it exists or is ever asked for. */
  readonly from?: string;
}

/** The partitions of one pattern. As a job's output as they are, as an input by one of the methods. */
export interface Partitions<in out Keys, out Maker extends 'built' | 'external' = 'built' | 'external'> {
  /** Only for the compiler. */
  readonly [PARTITIONS]: PartitionRecord & { readonly keysAre?: (keys: Keys) => Keys; readonly makerIs?: Maker };
  /** The one with the job's own keys. */
  same(): Input<Keys>;
  /** Every hour, day or month of a longer period of the job: `.every('day').within('month')`. */
  every<Unit extends UnitsOf<Keys>, Name extends NamesOf<Keys, Unit> = NamesOf<Keys, Unit>>(
    unit: Unit,
    key?: Name,
  ): Every<Without<Keys, Name>, Unit>;
  /** The last `count` periods, the job's own included, by the one time key or the one named. */
  last(count: number, ...key: TimeKey<Keys>): Input<Keys>;
  /** The period before the job's own, by the one time key or the one named. */
  previous(...key: TimeKey<Keys>): Input<Keys>;
  /** These values of one key, whatever the job's keys are: `.only({ region: ['eu', 'us'] })`. */
  only<Name extends keyof Keys & string>(values: Readonly<Record<Name, readonly string[]>>): Input<Without<Keys, Name>>;
}

/** What was said of the partitions, and what is wrong with it. */
export interface PartitionRecord {
  readonly partition: ManifestPartition;
  /** Empty where the pattern cannot be read, which is found later. */
  readonly keys: readonly PatternKey[];
  readonly findings: readonly Finding[];
  readonly position: Position | null;
}

/**
 * The partitions of a pattern, such as `partitions('weather/raw/{date:day}', { external: true })`. Never throws: what is
 * wrong is told with all other faults when the graph is loaded.
 */
export function partitions<const Text extends string, const Options extends PartitionOptions = Record<never, never>>(
  pattern: CheckedPattern<Text> extends true ? Text : CheckedPattern<Text>,
  options?: Options,
): Partitions<KeysOf<Text>, Options extends { readonly external: true } ? 'external' : 'built'> {
  const record = readPartitions(pattern, options ?? {}, callerPosition());
  return { [PARTITIONS]: record, ...methodsOf(record) };
}

export function partitionRecord(value: unknown): PartitionRecord | null {
  return isObject(value) && PARTITIONS in value ? (value as unknown as Partitions<KeyTypes>)[PARTITIONS] : null;
}

function readPartitions(text: unknown, options: unknown, position: Position | null): PartitionRecord {
  const pattern = typeof text === 'string' ? text : show(text);
  const fields = new Fields(`The partition ${pattern}`, options, ['external', 'owner', 'from']);
  const partition = {
    pattern,
    external: fields.flag('external'),
    owner: fields.text('owner'),
    from: fields.text('from'),
  };
  return { partition, keys: keysIn(pattern), findings: fields.findings, position };
}

function keysIn(pattern: string): readonly PatternKey[] {
  try {
    return parsePattern(pattern).keys;
  } catch (error) {
    if (error instanceof PatternError) return [];
    throw error;
  }
}

function methodsOf(record: PartitionRecord) {
  const { keys } = record;
  const pattern = record.partition.pattern || '""';
  const input = (mappingFor: (jobKeys: readonly PatternKey[]) => Mapping | Finding) => makeInput(record, mappingFor);
  const timed = (named: unknown, mapping: (key: string) => Mapping) =>
    input(() => {
      const key = pickKey(keys, ({ type }) => type.kind === 'time', named, { whose: pattern, what: 'time' });
      return typeof key === 'string' ? mapping(key) : key;
    });
  return {
    same: () => input(() => ({ kind: 'same' })),
    last: (count: number, named?: unknown) =>
      typeof count === 'number'
        ? timed(named, (key) => ({ kind: 'last', key, count }))
        : input(() => ({
            code: 'value',
            message: `.last(…) of ${pattern} takes a number of periods, and was given ${show(count)}.`,
            hint: 'Write .last(30).',
          })),
    previous: (named?: unknown) => timed(named, (key) => ({ kind: 'previous', key })),
    every: (unit: TimeUnit, named?: unknown) => ({
      within: (period: LongerThan<TimeUnit>, of?: unknown) =>
        input((jobKeys) => everyMapping({ pattern, keys, unit, named }, { jobKeys, period, of })),
    }),
    only: (values: unknown) => input(() => fixedMapping(pattern, values)),
  };
}

function everyMapping(
  inner: { pattern: string; keys: readonly PatternKey[]; unit: TimeUnit; named: unknown },
  outer: { jobKeys: readonly PatternKey[]; period: TimeUnit; of: unknown },
): Mapping | Finding {
  const isOf = (unit: TimeUnit) => (key: PatternKey) => key.type.kind === 'time' && key.type.unit === unit;
  const key = pickKey(inner.keys, isOf(inner.unit), inner.named, { whose: inner.pattern, what: word(inner.unit) });
  if (typeof key !== 'string') return key;
  const job = `A job that takes every ${word(inner.unit)} of ${inner.pattern} within the ${word(outer.period)}`;
  const of = pickKey(outer.jobKeys, isOf(outer.period), outer.of, { whose: job, what: word(outer.period) });
  return typeof of === 'string' ? { kind: 'every', key, of } : of;
}

/** A unit as a sentence names it, also where it is none. */
function word(unit: unknown): string {
  return typeof unit === 'string' ? unit : show(unit);
}

function fixedMapping(pattern: string, given: unknown): Mapping | Finding {
  const [entry, ...others] = isObject(given) ? Object.entries(given) : [];
  const values: readonly unknown[] | null = Array.isArray(entry?.[1]) ? [...entry[1]] : null;
  if (entry !== undefined && others.length === 0 && values?.every((one) => typeof one === 'string')) {
    return { kind: 'fixed', key: entry[0], values };
  }
  const message = `.only(…) of ${pattern} takes one key with a list of texts, and was given ${show(given)}.`;
  return { code: 'value', message, hint: "Write .only({ region: ['eu', 'us'] })." };
}
