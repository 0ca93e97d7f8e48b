import { matchGlob } from '../model/glob.ts';
import type { Graph } from '../model/graph.ts';
import type { ExternalDependency } from '../model/want.ts';
import type { Fault } from './refused.ts';

/** Unknown refs are refused at the door, with the patterns that are most like them. */
export function refFault(graph: Graph, ref: string, pointer: string): readonly Fault[] {
  return graph.locate(ref) === null ? [{ pointer, detail: unknownText(graph, ref) }] : [];
}

/** What to say of a ref that the graph does not have. */
export function unknownText(graph: Graph, ref: string): string {
  const text = `the graph ${graph.manifest.name} has no partition ${ref}`;
  const early = graph.tooEarly(ref);
  if (early !== null) return `${text}: it lies before the first one of ${early}`;
  const nearest = graph.nearest(ref, 3);
  return nearest.length === 0 ? text : `${text}; the nearest patterns are ${nearest.join(', ')}`;
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
