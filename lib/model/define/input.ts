import type { TimeUnit } from '../calendar.ts';
import type { Finding } from '../fault.ts';
import type { Mapping } from '../manifest.ts';
import type { PatternKey } from '../pattern.ts';
import { show } from './fields.ts';
import type { PartitionRecord } from './partitions.ts';
import type { LongerThan, SomeKey } from './types.ts';

const NEEDS: unique symbol = Symbol.for('landfall.input');

/** An input of a job: which partitions of a pattern a build needs. Made by the methods of `partitions(…)`. */
export interface Input<in Needs> {
  /** Only for the compiler: what the job's keys must have. */
  readonly [NEEDS]: ((offer: Needs) => void) | null;
}

/** `daily.every('day')`, to be ended by `.within('month')`. */
export interface Every<Rest, Unit extends TimeUnit> {
  /** All of them in the job's own period, by the job's one key of that type. */
  within<Period extends LongerThan<Unit>>(period: Period): Input<Rest & SomeKey<Period>>;
  /** The same where the job has several keys of that type: by the one named. */
  within<Period extends LongerThan<Unit>, Name extends string>(
    period: Period,
    key: Name,
  ): Input<Rest & { readonly [name in Name]: Period }>;
}

/** What an input is inside: the mapping may depend on the job's keys, or turn out not to fit them. */
export interface InputRecord extends Input<unknown> {
  readonly source: PartitionRecord;
  mappingFor(jobKeys: readonly PatternKey[]): Mapping | Finding;
}

export function makeInput(source: PartitionRecord, mappingFor: InputRecord['mappingFor']): InputRecord {
  return { [NEEDS]: null, source, mappingFor };
}

export function isInput(value: unknown): value is InputRecord {
  return typeof value === 'object' && value !== null && NEEDS in value;
}

/** The one key of a type, or the named one; a finding where that is nobody's or anybody's. */
export function pickKey(
  keys: readonly PatternKey[],
  fits: (key: PatternKey) => boolean,
  named: unknown,
  wanted: { readonly whose: string; readonly what: string },
): string | Finding {
  if (typeof named === 'string') return named;
  if (named !== undefined) {
    const message = `${wanted.whose} has no key ${show(named)}.`;
    return { code: 'inputKeys', message, hint: "Name a key as a text, such as 'date'." };
  }
  const fitting = keys.filter(fits);
  if (fitting.length === 1) return fitting[0]!.name;
  const message =
    fitting.length === 0
      ? `${wanted.whose} has no ${wanted.what} key.`
      : `${wanted.whose} has several ${wanted.what} keys: ${fitting.map(({ name }) => name).join(', ')}.`;
  const hint =
    fitting.length === 0 ? 'Add one, or take another mapping.' : 'Name the one that is meant as the last argument.';
  return { code: 'inputKeys', message, hint };
}
