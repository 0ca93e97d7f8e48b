import { firstOf, periodOf, type TimeUnit } from './calendar.ts';
import type { Keys } from './graph.ts';
import { isKeyValue, type KeyType, keyAt, keyOrdinal } from './key.ts';
import type { Mapping } from './manifest.ts';
import type { PatternKey } from './pattern.ts';

/**
 * A mapping between a job's keys and an input's. The two directions are each other's inverse: an input's keys are among
 * `inputs(k)` exactly where `k` is among `dependents` of them. `mappingFault` says which mappings can be bound.
 */
export interface BoundMapping {
  /** Keys of the input, oldest first; a period outside the calendar is left out. */
  inputs(jobKeys: Keys): readonly Keys[];
  /** Keys of the job, oldest first. */
  dependents(inputKeys: Keys): readonly Keys[];
}

export function bindMapping(
  mapping: Mapping,
  jobKeys: readonly PatternKey[],
  inputKeys: readonly PatternKey[],
): BoundMapping {
  return {
    inputs: forward(mapping, jobKeys, inputKeys),
    dependents: backward(mapping, jobKeys, inputKeys),
  };
}

/** The key of the input that the mapping moves, which so is not the job's key of the same name. */
export function movedKey(mapping: Mapping): string | null {
  return mapping.kind === 'same' ? null : mapping.key;
}

/** The job's keys that an input's keys determine. The others must be finite: enums. */
export function determinedKeys(mapping: Mapping, inputKeys: readonly PatternKey[]): ReadonlySet<string> {
  const names = new Set(inputKeys.map((key) => key.name));
  if (mapping.kind === 'every' || mapping.kind === 'fixed') names.delete(mapping.key);
  if (mapping.kind === 'every') names.add(mapping.of);
  return names;
}

function forward(mapping: Mapping, jobKeys: readonly PatternKey[], inputKeys: readonly PatternKey[]) {
  const moved = movedKey(mapping);
  const movedValues = valuesForInput(mapping, jobKeys, inputKeys);
  return (keys: Keys): readonly Keys[] =>
    movedValues(keys).map((value) => {
      const result: Record<string, string> = {};
      for (const { name } of inputKeys) result[name] = name === moved ? value : keys[name]!;
      return result;
    });
}

/** Of one value for `same`, which moves nothing. */
const NOTHING_MOVES = [''];

function valuesForInput(
  mapping: Mapping,
  jobKeys: readonly PatternKey[],
  inputKeys: readonly PatternKey[],
): (keys: Keys) => readonly string[] {
  switch (mapping.kind) {
    case 'same':
      return () => NOTHING_MOVES;
    case 'fixed':
      return () => mapping.values;
    case 'previous':
    case 'last': {
      const type = typeOf(inputKeys, mapping.key);
      const [from, to] = mapping.kind === 'last' ? [1 - mapping.count, 0] : [-1, -1];
      return (keys) => valuesAround(type, keys[mapping.key]!, from, to);
    }
    case 'every': {
      const unit = unitOf(inputKeys, mapping.key);
      const period = unitOf(jobKeys, mapping.of);
      return (keys) => valuesWithin(unit, period, keys[mapping.of]!);
    }
  }
}

function valuesAround(type: KeyType, value: string, from: number, to: number): readonly string[] {
  const ordinal = keyOrdinal(type, value);
  return ordinal === null ? [] : valuesBetween(type, ordinal + from, ordinal + to);
}

function valuesWithin(unit: TimeUnit, period: TimeUnit, value: string): readonly string[] {
  const ordinal = keyOrdinal({ kind: 'time', unit: period }, value);
  if (ordinal === null) return [];
  const last = firstOf(period, ordinal + 1, unit) - 1;
  return valuesBetween({ kind: 'time', unit }, firstOf(period, ordinal, unit), last);
}

function valuesBetween(type: KeyType, first: number, last: number): readonly string[] {
  const values: string[] = [];
  for (let ordinal = first; ordinal <= last; ordinal++) {
    const value = keyAt(type, ordinal);
    if (value !== null) values.push(value);
  }
  return values;
}

function backward(mapping: Mapping, jobKeys: readonly PatternKey[], inputKeys: readonly PatternKey[]) {
  const moved = movedKey(mapping);
  const same = inputKeys.filter((key) => key.name !== moved).map((key) => key.name);
  const determined = determinedKeys(mapping, inputKeys);
  const target = mapping.kind === 'every' ? mapping.of : moved;
  const movedBack = valuesForJob(mapping, jobKeys, inputKeys);
  const isSame = (name: string) => same.includes(name);

  return (keys: Keys): readonly Keys[] => {
    let found: Record<string, string>[] = [{}];
    const values = movedBack(keys);
    for (const { name, type } of jobKeys) {
      let choices = name === target && determined.has(name) ? values : null;
      if (isSame(name)) choices = choices === null ? [keys[name]!] : choices.filter((value) => value === keys[name]);
      choices = choices === null ? enumValues(type) : choices.filter((value) => isKeyValue(type, value));
      found = found.flatMap((partial) => choices.map((value) => ({ ...partial, [name]: value })));
    }
    return values.length === 0 ? [] : found;
  };
}

/** The values of the job's key that the moved key stands for; empty where the input's value is none of the mapping's. */
function valuesForJob(
  mapping: Mapping,
  jobKeys: readonly PatternKey[],
  inputKeys: readonly PatternKey[],
): (keys: Keys) => readonly string[] {
  switch (mapping.kind) {
    case 'same':
      return () => NOTHING_MOVES;
    case 'fixed':
      return (keys) => (mapping.values.includes(keys[mapping.key]!) ? NOTHING_MOVES : []);
    case 'previous':
    case 'last': {
      const type = typeOf(inputKeys, mapping.key);
      const [from, to] = mapping.kind === 'last' ? [0, mapping.count - 1] : [1, 1];
      return (keys) => valuesAround(type, keys[mapping.key]!, from, to);
    }
    case 'every': {
      const unit = unitOf(inputKeys, mapping.key);
      const period = unitOf(jobKeys, mapping.of);
      return (keys) => {
        const ordinal = keyOrdinal({ kind: 'time', unit }, keys[mapping.key]!);
        if (ordinal === null) return [];
        const value = keyAt({ kind: 'time', unit: period }, periodOf(unit, ordinal, period));
        return value === null ? [] : [value];
      };
    }
  }
}

function enumValues(type: KeyType): readonly string[] {
  return type.kind === 'enum' ? type.values : [];
}

function typeOf(keys: readonly PatternKey[], name: string): KeyType {
  const key = keys.find((candidate) => candidate.name === name);
  if (key === undefined) throw new Error(`The mapping names the key "${name}", which is not there.`);
  return key.type;
}

function unitOf(keys: readonly PatternKey[], name: string): TimeUnit {
  const type = typeOf(keys, name);
  if (type.kind !== 'time') throw new Error(`The mapping names the key "${name}", which is no time.`);
  return type.unit;
}
