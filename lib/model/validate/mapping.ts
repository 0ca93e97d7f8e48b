import { firstOf, isLonger, periodOf, type TimeUnit } from '../calendar.ts';
import type { Finding } from '../fault.ts';
import { GRAPH_LIMITS } from '../graphLimits.ts';
import { isKeyValue, isWithinType, keyTypeText } from '../key.ts';
import type { Mapping } from '../manifest.ts';
import { determinedKeys, movedKey } from '../mapping.ts';
import type { Pattern, PatternKey } from '../pattern.ts';

/** What keeps a job with these keys from taking an input through a mapping. */
export function mappingFindings(mapping: Mapping, jobKeys: readonly PatternKey[], input: Pattern): readonly Finding[] {
  const moved = movedKeyFinding(mapping, jobKeys, input);
  if (moved !== null) return [moved];
  const unfit = input.keys.flatMap((key) => sameKeyFinding(mapping, jobKeys, input, key) ?? []);
  if (unfit.length > 0) return unfit;
  return [invertibleFinding(mapping, jobKeys, input), dependentsFinding(mapping, jobKeys, input)].filter(
    (finding) => finding !== null,
  );
}

/** The most inputs that a build gets through a mapping without findings. */
export function inputsMax(mapping: Mapping, jobKeys: readonly PatternKey[], input: Pattern): number {
  switch (mapping.kind) {
    case 'same':
    case 'previous':
      return 1;
    case 'last':
      return mapping.count;
    case 'fixed':
      return mapping.values.length;
    case 'every':
      return unitsPerPeriod(timeUnit(input.keys, mapping.key)!, timeUnit(jobKeys, mapping.of)!);
  }
}

/** In the longest period of its kind, which 2012 and its first month are. */
function unitsPerPeriod(unit: TimeUnit, period: TimeUnit): number {
  const ordinal = periodOf('year', 2011, 'year');
  const first = firstOf('year', ordinal, period);
  return firstOf(period, first + 1, unit) - firstOf(period, first, unit);
}

function movedKeyFinding(mapping: Mapping, jobKeys: readonly PatternKey[], input: Pattern): Finding | null {
  switch (mapping.kind) {
    case 'same':
      return null;
    case 'fixed':
      return fixedFinding(mapping, input);
    case 'every':
      return everyFinding(mapping, jobKeys, input);
    case 'previous':
      return periodFinding(mapping, jobKeys, input);
    case 'last':
      return countFinding(mapping) ?? periodFinding(mapping, jobKeys, input);
  }
}

function fixedFinding({ key, values }: Mapping & { kind: 'fixed' }, input: Pattern): Finding | null {
  const known = input.keys.find(({ name }) => name === key);
  if (known === undefined) return noSuchKey(key, input);
  if (values.length === 0) {
    return never(`It takes ${input.text} at no value of "${key}".`, 'List at least one value.');
  }
  if (new Set(values).size < values.length) {
    return never(`It takes ${input.text} at the same value of "${key}" twice.`, 'List each value once.');
  }
  const wrong = values.find((value) => !isKeyValue(known.type, value));
  if (wrong === undefined) return null;
  return never(
    `It takes ${input.text} at "${key}" = "${wrong}", which is no ${keyTypeText(known.type)}.`,
    `List values of the type ${keyTypeText(known.type)}.`,
  );
}

function everyFinding({ key, of }: Mapping & { kind: 'every' }, jobKeys: readonly PatternKey[], input: Pattern) {
  const unit = timeUnit(input.keys, key);
  const period = timeUnit(jobKeys, of);
  if (unit === null) return noTimeKey(key, input);
  if (period === null) {
    return unfit(
      `It takes every ${unit} of ${input.text} within its own "${of}", but the job has no time key of that name (${names(jobKeys)}).`,
      'Name a longer time key of the outputs, such as a month for days.',
    );
  }
  if (isLonger(period, unit)) return null;
  return never(
    `It takes every ${unit} of ${input.text} within a ${period}, which is not longer.`,
    'Take a shorter unit within a longer period, or write .same().',
  );
}

function countFinding({ count }: Mapping & { kind: 'last' }): Finding | null {
  if (Number.isInteger(count) && count >= 1 && count <= GRAPH_LIMITS.inputsPerBuild) return null;
  return never(
    `It takes the last ${count} periods.`,
    `Write a whole number from 1 to ${GRAPH_LIMITS.inputsPerBuild.toLocaleString('en')}.`,
  );
}

function periodFinding(
  { key }: Mapping & { kind: 'last' | 'previous' },
  jobKeys: readonly PatternKey[],
  input: Pattern,
) {
  const unit = timeUnit(input.keys, key);
  if (unit === null) return noTimeKey(key, input);
  if (timeUnit(jobKeys, key) === unit) return null;
  return unfit(
    `It takes periods of ${input.text} before its own "${key}", but the job has no key "${key}" of the type ${unit} (${names(jobKeys)}).`,
    `Give the outputs a key {${key}:${unit}}, or take another input.`,
  );
}

function sameKeyFinding(
  mapping: Mapping,
  jobKeys: readonly PatternKey[],
  input: Pattern,
  key: PatternKey,
): Finding | null {
  if (key.name === movedKey(mapping)) return null;
  const own = jobKeys.find(({ name }) => name === key.name);
  const type = keyTypeText(key.type);
  if (own === undefined) {
    return unfit(
      `Its input ${input.text} has the key "${key.name}", which the job does not have (${names(jobKeys)}).`,
      `Give the outputs a key {${key.name}:${type}}, or say which values are meant by .every(…).within(…) or .only(…).`,
    );
  }
  if (isWithinType(own.type, key.type)) return null;
  return unfit(
    `Its key "${key.name}" is of the type ${keyTypeText(own.type)}, but that of its input ${input.text} of the type ${type}.`,
    'Give both the same type, or an enum of the input all values of the job’s.',
  );
}

function invertibleFinding(mapping: Mapping, jobKeys: readonly PatternKey[], input: Pattern): Finding | null {
  const determined = determinedKeys(mapping, input.keys);
  const free = jobKeys.find(({ name, type }) => !determined.has(name) && type.kind !== 'enum');
  if (free === undefined) return null;
  return {
    code: 'notInvertible',
    message: `Its input ${input.text} says nothing of the job's key "${free.name}", so one partition of it would be an input of builds without end.`,
    hint: `Give the input the key "${free.name}", make that key an enum, or let the run find it: run.missing(…) remembers it.`,
  };
}

function dependentsFinding(mapping: Mapping, jobKeys: readonly PatternKey[], input: Pattern): Finding | null {
  const determined = determinedKeys(mapping, input.keys);
  const free = jobKeys.flatMap(({ name, type }) =>
    !determined.has(name) && type.kind === 'enum' ? [type.values.length] : [],
  );
  const count = free.reduce((product, values) => product * values, mapping.kind === 'last' ? mapping.count : 1);
  if (count <= GRAPH_LIMITS.dependentsPerInput) return null;
  return {
    code: 'limit',
    message: `One partition of its input ${input.text} would be an input of ${count} builds; at most ${GRAPH_LIMITS.dependentsPerInput} are allowed.`,
    hint: 'Give the input more of the job’s keys, or take fewer periods.',
  };
}

function timeUnit(keys: readonly PatternKey[], name: string): TimeUnit | null {
  const type = keys.find((key) => key.name === name)?.type;
  return type?.kind === 'time' ? type.unit : null;
}

function noSuchKey(key: string, input: Pattern): Finding {
  return unfit(
    `It names the key "${key}" of ${input.text}, which has no such key (${names(input.keys)}).`,
    'Name one of the pattern’s keys.',
  );
}

function noTimeKey(key: string, input: Pattern): Finding {
  return unfit(
    `It takes periods by the key "${key}" of ${input.text}, which has no time key of that name (${names(input.keys)}).`,
    'Name one of the pattern’s keys of the type hour, day, month or year.',
  );
}

function names(keys: readonly PatternKey[]): string {
  if (keys.length === 0) return 'it has none';
  return `it has ${keys.map(({ name, type }) => `${name}:${keyTypeText(type)}`).join(', ')}`;
}

function unfit(message: string, hint: string): Finding {
  return { code: 'inputKeys', message, hint };
}

function never(message: string, hint: string): Finding {
  return { code: 'neverSatisfied', message, hint };
}
