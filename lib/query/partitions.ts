import { unknownText } from '../engine/known.ts';
import { Refused } from '../engine/refused.ts';
import { builds, externals, load } from '../engine/streams.ts';
import { externalId } from '../engine/waiters.ts';
import { type BuildState, emptyBuild, type LiveOutput } from '../model/build.ts';
import type { External } from '../model/external.ts';
import { matchGlob } from '../model/glob.ts';
import type { BuiltPartition, Located } from '../model/graph.ts';
import type { Query } from './context.ts';
import { moment } from './format.ts';
import { lists } from './lists.ts';
import type { ListView, PartitionStateView, PartitionView } from './views.ts';
import { walkPage } from './walk.ts';

/** @throws Refused `notFound` naming the nearest patterns. */
export function locateOrRefuse(query: Query, ref: string): Located {
  const graph = query.engine.graphs.current();
  const located = graph.locate(ref);
  if (located !== null) return located;
  throw new Refused('notFound', unknownText(graph, ref));
}

export async function partitionView(query: Query, ref: string): Promise<PartitionView> {
  return viewOf(query, locateOrRefuse(query, ref));
}

async function viewOf(query: Query, located: Located): Promise<PartitionView> {
  if (located.kind === 'external') {
    return externalView(located.partitionRef, (await load(query, externals, externalId(located))).state);
  }
  return builtView(located, (await load(query, builds, located.buildId)).state ?? emptyBuild);
}

function externalView(partitionRef: string, external: External | null): PartitionView {
  if (external === null) return { partitionRef, state: 'missing', instance: null, instances: [] };
  const { instance, earlier } = external;
  return {
    partitionRef,
    state: instance.tainted === undefined ? 'live' : 'tainted',
    instance: {
      instanceId: instance.instanceId,
      runId: null,
      at: moment(instance.at),
      location: instance.location ?? null,
    },
    instances: [...earlier, instance].reverse().map((one) => ({ instanceId: one.instanceId, at: moment(one.at) })),
  };
}

function builtView({ partitionRef }: BuiltPartition, build: BuildState): PartitionView {
  const { live } = build;
  const output = live?.outputs.find((one) => one.partitionRef === partitionRef);
  const instance =
    live === null || output === undefined
      ? null
      : { instanceId: live.instanceId, runId: live.instanceId, at: moment(live.at), location: output.location ?? null };
  const known = live === null ? build.earlier : [...build.earlier, live];
  return {
    partitionRef,
    state: stateOf(build, output),
    instance,
    instances: known.toReversed().map((one) => ({ instanceId: one.instanceId, at: moment(one.at) })),
  };
}

/** A rebuild of a live partition leaves it live; of one that is not there, it is building or failed. */
function stateOf(build: BuildState, output: LiveOutput | undefined): PartitionStateView {
  if (output !== undefined && output.tainted === undefined) return 'live';
  if (build.run !== null) return 'building';
  if (output !== undefined) return 'tainted';
  return build.failure === null ? 'missing' : 'failed';
}

/** The partition's state alone, for lineage. */
export async function partitionState(
  query: Query,
  located: Located,
): Promise<Pick<PartitionView, 'state' | 'instance'>> {
  return viewOf(query, located);
}

export async function listPartitions(
  query: Query,
  listing: {
    readonly pattern?: string;
    readonly states?: readonly PartitionStateView[];
    readonly limit: number;
    readonly cursor?: string;
  },
): Promise<ListView<PartitionView>> {
  const { pattern, states } = listing;
  const graph = query.engine.graphs.current();
  return walkPage(
    query,
    {
      list: 'partitions',
      partitions: [lists.partitions],
      range: rangeOf(pattern),
      descending: false,
      show: async ({ key }) => {
        if (pattern !== undefined && !matchGlob(pattern, key)) return null;
        const located = graph.locate(key);
        if (located === null) return null;
        const view = await viewOf(query, located);
        return states === undefined || states.includes(view.state) ? view : null;
      },
    },
    listing,
  );
}

/** What stands before a glob's first star narrows the walk. */
function rangeOf(pattern: string | undefined): { from?: string; to?: string } {
  const prefix = pattern?.split('*', 1)[0] ?? '';
  return prefix === '' ? {} : { from: prefix, to: `${prefix}\u{10FFFF}` };
}
