import { matchGlob } from '../model/glob.ts';
import type { Graph } from '../model/graph.ts';
import type { ExternalDependency } from '../model/want.ts';
import type { Fault } from './refused.ts';

/** Unknown refs are refused at the door, with the patterns that are most like them. */
export function refFault(graph: Graph, ref: string, pointer: string): readonly Fault[] {
  if (graph.locate(ref) !== null) return [];
  const nearest = graph.nearest(ref, 3);
  const like = nearest.length === 0 ? '' : `; the nearest patterns are ${nearest.join(', ')}`;
  return [{ pointer, detail: `the graph ${graph.manifest.name} has no partition ${ref}${like}` }];
}

/** The upstream graph whose patterns take the ref; `null` where none does. */
export function upstreamOf(graph: Graph, partitionRef: string): string | null {
  const upstream = graph.manifest.upstreams.find((one) => one.patterns.some((glob) => matchGlob(glob, partitionRef)));
  return upstream?.graph ?? null;
}

/** Whether this partition of that graph is one that is reported here. */
export function isKnownExternal(graph: Graph, { graph: name, partitionRef }: ExternalDependency): boolean {
  const located = graph.locate(partitionRef);
  if (located?.kind === 'external' && located.graph === name) return true;
  const upstream = graph.manifest.upstreams.find((one) => one.graph === name);
  return upstream?.patterns.some((glob) => matchGlob(glob, partitionRef)) ?? false;
}
