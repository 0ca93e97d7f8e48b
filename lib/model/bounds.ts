import { periodOf } from './calendar.ts';
import type { CompiledInput, CompiledJob } from './compiled.ts';
import type { Keys } from './graph.ts';
import { type KeyType, keyOrdinal } from './key.ts';
import type { Pattern, PatternKey } from './pattern.ts';

/** The first value of a time key: what is before it does not exist. */
interface Bound {
  readonly name: string;
  readonly type: KeyType;
  readonly ordinal: number;
}

/** At most one per key. */
export type Bounds = readonly Bound[];

/** What a partition's `from` says about its one time key. */
export function ownBounds(pattern: Pattern, from: string | null): Bounds {
  const key = pattern.keys.find(({ type }) => type.kind === 'time');
  const ordinal = key === undefined || from === null ? null : keyOrdinal(key.type, from);
  return key === undefined || ordinal === null ? [] : [{ ...key, ordinal }];
}

export function existsWithin(bounds: Bounds, keys: Keys): boolean {
  for (const { name, type, ordinal } of bounds) {
    if (keyOrdinal(type, keys[name]!)! < ordinal) return false;
  }
  return true;
}

/**
 * Works out from when on each job's builds exist. A build of which an input has nothing at all, because all of it lies
 * before the input's `from`, would be made from nothing, so it does not exist either: a `from` is inherited downstream.
 * Bounds only ever grow later, and a loop (a job that takes its own previous period) hands them on unchanged, so the
 * passes end; with the jobs above first there are two of them.
 */
export function settleBounds(jobs: readonly CompiledJob[]): void {
  const ordered = upstreamFirst(jobs);
  let changed = true;
  while (changed) {
    changed = false;
    for (const job of ordered) changed = settleJob(job) || changed;
  }
}

function settleJob(job: CompiledJob): boolean {
  const inherited = job.inputs.flatMap((input) => boundsThrough(input, job.keys));
  const bounds = latest([...job.outputs.flatMap((output) => output.bounds), ...inherited]);
  const same = job.outputs.every((output) => output.bounds.length === bounds.length && isSame(output.bounds, bounds));
  job.bounds = bounds;
  for (const output of job.outputs) output.bounds = bounds;
  return !same;
}

function isSame(bounds: Bounds, others: Bounds): boolean {
  return bounds.every(({ name, ordinal }) => others.some((other) => other.name === name && other.ordinal === ordinal));
}

function boundsThrough({ declared, source }: CompiledInput, jobKeys: readonly PatternKey[]): Bounds {
  const { mapping } = declared;
  return source.bounds.flatMap((bound): Bounds => {
    if (mapping.kind === 'fixed' && mapping.key === bound.name) return [];
    if (mapping.kind !== 'every' || mapping.key !== bound.name) return [bound];
    const key = jobKeys.find(({ name }) => name === mapping.of)!;
    if (key.type.kind !== 'time' || bound.type.kind !== 'time') return [];
    return [{ ...key, ordinal: periodOf(bound.type.unit, bound.ordinal, key.type.unit) }];
  });
}

function latest(bounds: Bounds): Bounds {
  const byName = new Map<string, Bound>();
  for (const bound of bounds) {
    if (bound.ordinal >= (byName.get(bound.name)?.ordinal ?? bound.ordinal)) byName.set(bound.name, bound);
  }
  return [...byName.values()];
}

function upstreamFirst(jobs: readonly CompiledJob[]): readonly CompiledJob[] {
  const ordered = new Set<CompiledJob>();
  const seen = new Set<CompiledJob>();
  const visit = (job: CompiledJob): void => {
    if (seen.has(job)) return;
    seen.add(job);
    for (const { source } of job.inputs) if (source.job !== null) visit(source.job);
    ordered.add(job);
  };
  for (const job of jobs) visit(job);
  return [...ordered];
}
