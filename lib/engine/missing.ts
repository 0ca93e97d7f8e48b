import type { BuildId, Graph } from '../model/graph.ts';
import type { Pinned } from '../model/pins.ts';

/** Refs of one run's end, together, in bytes: they stand in its commit. */
const missingBytesMax = 65_536;

/** Why a run may not say that these refs are missing; `null` where it may. */
export function whyNotMissing(
  graph: Graph,
  buildId: BuildId,
  pins: readonly Pinned[],
  refs: readonly string[],
): string | null {
  if (refs.length === 0) return 'the run ended as missing inputs without naming one';
  for (const ref of refs) {
    const fault = faultOf(graph, buildId, pins, ref);
    if (fault !== null) return `the run named ${ref} as missing: ${fault}`;
  }
  const bytes = refs.reduce((sum, ref) => sum + ref.length, 0);
  if (bytes > missingBytesMax) {
    return `the run named ${refs.length} refs of ${bytes} bytes as missing; at most ${missingBytesMax} bytes are taken: name some, and the others once those are there`;
  }
  return null;
}

function faultOf(graph: Graph, buildId: BuildId, pins: readonly Pinned[], ref: string): string | null {
  const located = graph.locate(ref);
  if (located === null) return 'the graph has no such partition';
  if (pins.some((one) => one.partitionRef === ref)) return 'it was given to the run as an input';
  if (located.kind === 'external') return null;
  if (located.buildId === buildId) return 'it is an output of this very run';
  const needs = needsBuild(graph, located.buildId, buildId);
  return needs ? 'it is made from an output of this run' : null;
}

/** More than this many builds upstream are not walked: the ref is then taken as downstream, to be safe. */
const walkedBuildsMax = 20_000;

/** Whether `buildId` is needed, over declared inputs, to make `from`. */
function needsBuild(graph: Graph, from: BuildId, buildId: BuildId): boolean {
  const seen = new Set<BuildId>([from]);
  for (const next of seen) {
    if (next === buildId || seen.size > walkedBuildsMax) return true;
    for (const input of graph.build(next)?.inputs ?? []) {
      const located = graph.locate(input.partitionRef);
      if (located?.kind === 'built') seen.add(located.buildId);
    }
  }
  return false;
}
