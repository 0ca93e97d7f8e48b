import type { Fault, FaultPlace } from '../fault.ts';
import { GRAPH_LIMITS } from '../graphLimits.ts';
import type { Manifest } from '../manifest.ts';
import { jobPlace } from './jobs.ts';

/** What is more than a graph may have. */
export function sizeFaults(manifest: Manifest): readonly Fault[] {
  const graph: FaultPlace = { kind: 'graph', name: manifest.name };
  return [
    ...sizeFault('partitions', manifest.partitions.length, GRAPH_LIMITS.patternsPerGraph, graph),
    ...sizeFault('jobs', manifest.jobs.length, GRAPH_LIMITS.jobsPerGraph, graph),
    ...sizeFault('pools', Object.keys(manifest.pools).length, GRAPH_LIMITS.poolsPerGraph, graph),
    ...sizeFault('upstreams', manifest.upstreams.length, GRAPH_LIMITS.upstreamsPerGraph, graph),
    ...manifest.upstreams.flatMap(({ graph: name, patterns }) =>
      sizeFault('patterns', patterns.length, GRAPH_LIMITS.patternsPerUpstream, { kind: 'upstream', name }),
    ),
    ...manifest.jobs.flatMap((job) => [
      ...sizeFault('outputs', job.outputs.length, GRAPH_LIMITS.outputsPerJob, jobPlace(job)),
      ...sizeFault('inputs', job.inputs.length, GRAPH_LIMITS.inputsPerJob, jobPlace(job)),
    ]),
  ];
}

function sizeFault(what: string, count: number, limit: number, where: FaultPlace): readonly Fault[] {
  if (count <= limit) return [];
  const message = `The ${where.kind} ${where.name} has ${count} ${what}; at most ${limit} are allowed.`;
  return [{ code: 'limit', message, hint: `Take away ${count - limit}, or divide the graph.`, where }];
}
