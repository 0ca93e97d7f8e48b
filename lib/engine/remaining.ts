import type { BuildState } from '../model/build.ts';
import type { Located } from '../model/graph.ts';
import type { Engine } from './context.ts';
import { expectedMs } from './expect.ts';
import { PartitionReader } from './partitions.ts';

/** What still has to happen before a partition is there. */
export interface Remaining {
  /** The longest chain of expected runs from now on; what is reported is taken to come at once. */
  readonly ms: number;
  /** The end of that chain: what is to happen first. `null` where the partition is there. */
  readonly leaf: Located | null;
}

const nothing: Remaining = { ms: 0, leaf: null };

/** Past this many partitions the rest is taken from the chain found so far. */
const partitionsMax = 5_000;

/** Walks what is missing upstream of a partition, each partition once. */
export async function remainingFor(engine: Engine, target: Located): Promise<Remaining> {
  const graph = engine.graphs.current();
  const reader = new PartitionReader(engine);
  const known = new Map<string, Remaining>();
  return walk(target);

  async function walk(located: Located): Promise<Remaining> {
    const before = known.get(located.partitionRef);
    if (before !== undefined) return before;
    if (known.size >= partitionsMax) return nothing;
    known.set(located.partitionRef, nothing);
    const remaining = await look(located);
    known.set(located.partitionRef, remaining);
    return remaining;
  }

  async function look(located: Located): Promise<Remaining> {
    const { live } = await reader.view(located);
    if (live !== null) return nothing;
    if (located.kind === 'external') return { ms: 0, leaf: located };
    const expected = await expectedMs(engine, located.job);
    const { state } = await reader.build(located.buildId);
    if (isRunning(state))
      return { ms: Math.max(0, (state?.run?.startedAt ?? 0) + expected - engine.clock.now()), leaf: located };
    const inputs = graph.build(located.buildId)?.inputs ?? [];
    let longest = nothing;
    for (const input of inputs) {
      const upstream = graph.locate(input.partitionRef);
      const remaining = upstream === null ? nothing : await walk(upstream);
      if (remaining.leaf !== null && (longest.leaf === null || remaining.ms > longest.ms)) longest = remaining;
    }
    return { ms: longest.ms + expected, leaf: longest.leaf ?? located };
  }
}

function isRunning(state: BuildState | null): boolean {
  return state?.run?.status === 'running';
}

/** The longest of several targets, for a want that asks for more than one. */
export async function remainingForAll(engine: Engine, targets: readonly Located[]): Promise<Remaining> {
  let longest = nothing;
  for (const target of targets) {
    const remaining = await remainingFor(engine, target);
    if (remaining.leaf !== null && (longest.leaf === null || remaining.ms > longest.ms)) longest = remaining;
  }
  return longest;
}
