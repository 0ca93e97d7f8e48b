import type { PoolGranted } from '../../../lib/model/pool.ts';
import { demand } from '../world/broken.ts';
import type { Entry, TrueHolder, TrueRun, Truth } from './truth.ts';

export function applyPool(truth: Truth, name: string, { commit }: Entry): void {
  for (const event of commit.events as unknown as readonly PoolGranted[]) {
    const gone = new Set(event.released.map(nameOf));
    const holders = truth.pools.get(name)?.holders ?? [];
    for (const one of holders) if (gone.has(nameOf(one))) demandOver(truth, one);
    truth.pools.set(name, { holders: [...holders.filter((one) => !gone.has(nameOf(one))), ...event.granted] });
  }
  demandWithin(truth, name, truth.pools.get(name)?.holders ?? []);
}

function nameOf({ runId, attempt }: Pick<TrueHolder, 'runId' | 'attempt'>): string {
  return `${runId}.${attempt}`;
}

/** A share is given back only by a run that has ended, was dropped, or waits for its next attempt. */
function demandOver(truth: Truth, holder: TrueHolder): void {
  const run = truth.builds.get(holder.buildId)?.run;
  const isOpen = run?.runId === holder.runId && run.attempt === holder.attempt && run.status !== 'retrying';
  demand(!isOpen, 'a run keeps its share until it ends', () => `${holder.runId} is ${run?.status} and was released`);
}

function demandWithin(truth: Truth, name: string, holders: readonly TrueHolder[]): void {
  const { capacity, reservedForDeadlines } = truth.graph.manifest.pools[name]!;
  const used = weigh(holders);
  const what = (weight: number, of: number) => () => `${name} is granted to ${weight} of ${of}`;
  demand(used <= capacity, 'a pool is never over its capacity', what(used, capacity));
  const undated = weigh(holders.filter((one) => !one.hasDeadline));
  const free = capacity - reservedForDeadlines;
  demand(undated <= free, 'the reserved share is kept for deadlines', what(undated, free));
}

export function weigh(list: readonly { readonly weight: number }[]): number {
  return list.reduce((sum, one) => sum + one.weight, 0);
}

/** A run of a pool starts only while it holds its share, and what runs never weighs more than the pool. */
export function demandShare(truth: Truth, run: TrueRun): void {
  if (run.pool === null) return;
  const holds = truth.pools.get(run.pool)?.holders.some((one) => nameOf(one) === nameOf(run)) ?? false;
  demand(holds, 'a run starts after its grant', () => `${run.runId} started without a share of ${run.pool}`);
  const used = weigh(runningIn(truth, run.pool));
  const { capacity } = truth.graph.manifest.pools[run.pool]!;
  demand(used <= capacity, 'a pool is never over its capacity', () => `${run.pool} runs ${used} of ${capacity}`);
}

export function runningIn(truth: Truth, pool: string): readonly TrueRun[] {
  const open = [...truth.builds.values()].flatMap((build) => (build.run === null ? [] : [build.run]));
  return open.filter((run) => run.pool === pool && run.status === 'running');
}
