import type { Graph, Located } from '../model/graph.ts';
import type { ManifestJob } from '../model/manifest.ts';
import type { Engine } from './context.ts';

/** Where the list of runs keeps how long a job's successful runs took. */
export function durationRow(jobId: string): { partition: string; key: string } {
  return { partition: 'stats/job', key: jobId };
}

/** How long one run of the job is expected to take, in milliseconds: as recorded, else as declared, else 0. */
export async function expectedMs(engine: Pick<Engine, 'index'>, job: ManifestJob): Promise<number> {
  const { partition, key } = durationRow(job.id);
  const row = await engine.index.get(partition, key);
  const recorded = row?.value.meanMs;
  if (typeof recorded === 'number') return recorded;
  return (job.expectedSeconds ?? 0) * 1000;
}

/** How many jobs stand between a partition and what is reported: the one that has most is expected last. */
export function depthOf(graph: Graph, located: Located): number {
  return located.kind === 'external' ? 0 : depthOfJob(graph, located.job, depthsOf(graph));
}

const depthsByGraph = new WeakMap<Graph, Map<string, number>>();

function depthsOf(graph: Graph): Map<string, number> {
  const known = depthsByGraph.get(graph);
  if (known !== undefined) return known;
  const fresh = new Map<string, number>();
  depthsByGraph.set(graph, fresh);
  return fresh;
}

function depthOfJob(graph: Graph, job: ManifestJob, depths: Map<string, number>): number {
  const known = depths.get(job.id);
  if (known !== undefined) return known;
  depths.set(job.id, 1); // A job that needs its own earlier output comes back here: it counts once.
  const makers = job.inputs.flatMap((input) => makerOf(graph, input.pattern));
  const depth = 1 + Math.max(0, ...makers.map((maker) => depthOfJob(graph, maker, depths)));
  depths.set(job.id, depth);
  return depth;
}

export function makerOf(graph: Graph, pattern: string): readonly ManifestJob[] {
  return graph.manifest.jobs.filter((job) => job.outputs.includes(pattern));
}

/** The longest chain of expected runs up to and with this job, in milliseconds, as if nothing were there yet. */
export async function criticalPathMs(engine: Engine, located: Located): Promise<number> {
  if (located.kind === 'external') return 0;
  const graph = engine.graphs.current();
  const known = new Map<string, number>();
  return pathOf(located.job);

  async function pathOf(job: ManifestJob): Promise<number> {
    const path = known.get(job.id);
    if (path !== undefined) return path;
    known.set(job.id, 0);
    let upstream = 0;
    for (const maker of job.inputs.flatMap((input) => makerOf(graph, input.pattern))) {
      upstream = Math.max(upstream, await pathOf(maker));
    }
    const total = upstream + (await expectedMs(engine, job));
    known.set(job.id, total);
    return total;
  }
}
