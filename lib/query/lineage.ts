import { claimPins } from '../engine/claims.ts';
import { builds, load } from '../engine/streams.ts';
import { dependentsOf } from '../engine/taint.ts';
import type { Located } from '../model/graph.ts';
import { pinned } from '../model/pins.ts';
import type { Query } from './context.ts';
import { locateOrRefuse, partitionState } from './partitions.ts';
import type { LineageView } from './views.ts';

/** More nodes than this are not drawn. */
const nodesMax = 2_000;

type Edge = LineageView['edges'][number];

/**
 * What a partition is made from, or what is made from it. Of a live partition the inputs are those of its instance, of
 * one that is not there those that its job declares; edges that only runs discovered are marked.
 */
export async function lineage(
  query: Query,
  ref: string,
  direction: 'up' | 'down',
  depth: number,
): Promise<LineageView> {
  const nodes = new Map<string, Located>([[ref, locateOrRefuse(query, ref)]]);
  const edges: Edge[] = [];
  let level = [...nodes.values()];
  for (let step = 0; step < depth && level.length > 0; step++) {
    const next: Located[] = [];
    for (const located of level) {
      for (const edge of direction === 'up' ? await inputsOf(query, located) : await neededBy(query, located)) {
        const other = query.engine.graphs.current().locate(direction === 'up' ? edge.from : edge.to);
        if (other === null || nodes.size >= nodesMax) continue;
        edges.push(edge);
        if (nodes.has(other.partitionRef)) continue;
        nodes.set(other.partitionRef, other);
        next.push(other);
      }
    }
    level = next;
  }
  return { nodes: await Promise.all([...nodes.values()].map((located) => nodeOf(query, located))), edges };
}

async function nodeOf(query: Query, located: Located): Promise<LineageView['nodes'][number]> {
  const { state, instance } = await partitionState(query, located);
  return { partitionRef: located.partitionRef, state, instanceId: instance?.instanceId ?? null };
}

async function inputsOf(query: Query, located: Located): Promise<readonly Edge[]> {
  if (located.kind === 'external') return [];
  const { state } = await load(query, builds, located.buildId);
  const declared =
    query.engine.graphs
      .current()
      .build(located.buildId)
      ?.inputs.map((input) => input.partitionRef) ?? [];
  const from = state?.live
    ? pinned(await claimPins(query, located.buildId, state.live.claimRevision)).map((one) => one.partitionRef)
    : [...new Set([...declared, ...(state?.learned ?? [])])];
  return from.map((one) => ({ from: one, to: located.partitionRef, learned: !declared.includes(one) }));
}

async function neededBy(query: Query, located: Located): Promise<readonly Edge[]> {
  const graph = query.engine.graphs.current();
  const declared = new Set(graph.dependents(located.partitionRef));
  const edges: Edge[] = [];
  for (const buildId of await dependentsOf(query.engine, located.partitionRef)) {
    for (const output of graph.build(buildId)?.outputs ?? []) {
      edges.push({ from: located.partitionRef, to: output.partitionRef, learned: !declared.has(buildId) });
    }
  }
  return edges;
}
