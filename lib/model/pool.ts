import type { BuildId } from './graph.ts';
import type { ManifestPool } from './manifest.ts';
import type { StoredEvent } from './storedEvent.ts';
import { unknownEvent } from './unknownEvent.ts';

/** A run that holds, or waits for, a share of a pool. */
export interface PoolRun {
  readonly buildId: BuildId;
  readonly runId: string;
  readonly attempt: number;
  readonly weight: number;
  /** Whether it works towards a deadline. */
  readonly hasDeadline: boolean;
}

/** Who runs in a pool. Its stream lists the holders; whether each still counts, its build's stream says. */
export interface Pool {
  readonly stateVersion: 1;
  readonly holders: readonly PoolRun[];
}

/** One look's releases and grants. */
export interface PoolGranted {
  readonly type: 'PoolGranted';
  readonly v: 1;
  readonly released: readonly PoolRun[];
  readonly granted: readonly PoolRun[];
}

/** Folds one event. @throws UnknownEvent for a type or version that this code does not know. */
export function evolvePool(pool: Pool | null, event: StoredEvent): Pool {
  const known = event as unknown as PoolGranted;
  if (known.v !== 1 || known.type !== 'PoolGranted') throw unknownEvent('pool', event);
  const kept = (pool?.holders ?? []).filter((holder) => !known.released.some((one) => samePoolRun(one, holder)));
  return { stateVersion: 1, holders: [...kept, ...known.granted] };
}

/** Whether a run may start beside those that hold the pool now. */
export function fits(pool: ManifestPool, holders: readonly PoolRun[], run: PoolRun): boolean {
  const used = weigh(holders);
  if (used + run.weight > pool.capacity) return false;
  if (run.hasDeadline) return true;
  const undated = weigh(holders.filter((holder) => !holder.hasDeadline));
  return undated + run.weight <= pool.capacity - pool.reservedForDeadlines;
}

function weigh(runs: readonly PoolRun[]): number {
  return runs.reduce((sum, run) => sum + run.weight, 0);
}

export function samePoolRun(a: PoolRun, b: PoolRun): boolean {
  return a.buildId === b.buildId && a.runId === b.runId && a.attempt === b.attempt;
}
