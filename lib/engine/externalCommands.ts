import type { PartitionLive } from '../model/build.ts';
import type { External } from '../model/external.ts';
import type { Graph } from '../model/graph.ts';
import type { Pinned } from '../model/pins.ts';
import type { ExternalDependency } from '../model/want.ts';
import type { Engine } from './context.ts';
import { isKnownExternal, refFault, upstreamOf } from './known.ts';
import { type Fault, invalid } from './refused.ts';
import { change, externals } from './streams.ts';
import { currentInstance, taintInstance, taintReach } from './taint.ts';
import { externalId } from './waiters.ts';

export const reportLimits = { partitions: 1_000, instanceBytes: 128, locationBytes: 2_048 } as const;

/** A partition that somebody says is there. */
export interface Report {
  readonly partitionRef: string;
  /** The graph that made it; absent: as the patterns say. */
  readonly graph?: string;
  /** Names this version of it; absent: a new one each time. */
  readonly instance?: string;
  readonly location?: string;
  /** The moment of the data (milliseconds). */
  readonly at?: number;
}

export interface Reported {
  readonly partitionRef: string;
  readonly graph: string;
  readonly instanceId: string;
  /** False where this instance had been reported before. */
  readonly changed: boolean;
}

/**
 * Records that external partitions are available. All or none: one that is built here, or unknown, refuses the call.
 *
 * @throws Refused `invalid` with a fault for each.
 */
export async function reportAvailable(engine: Engine, reports: readonly Report[]): Promise<readonly Reported[]> {
  const graph = engine.graphs.current();
  const resolved = reports.map((report, i) => resolve(graph, report, `/partitions/${i}/partitionRef`));
  const faults = resolved.flatMap((one) => ('faults' in one ? one.faults : []));
  if (faults.length > 0) throw invalid(faults);
  const dependencies = resolved as readonly ExternalDependency[];
  return Promise.all(reports.map((report, i) => reportOne(engine, dependencies[i] as ExternalDependency, report)));
}

function resolve(graph: Graph, report: Report, pointer: string): ExternalDependency | { faults: readonly Fault[] } {
  const { partitionRef } = report;
  const located = graph.locate(partitionRef);
  if (located?.kind === 'built') {
    const detail = `${partitionRef} is built here, by the job ${located.job.name}: it cannot be reported`;
    return { faults: [{ pointer, detail }] };
  }
  const dependency = { graph: report.graph ?? located?.graph ?? upstreamOf(graph, partitionRef), partitionRef };
  if (dependency.graph !== null && isKnownExternal(graph, dependency as ExternalDependency)) {
    return dependency as ExternalDependency;
  }
  const unknown = refFault(graph, partitionRef, pointer);
  const foreign = { pointer, detail: `${partitionRef} is not a partition of ${report.graph} as this graph knows it` };
  return { faults: unknown.length > 0 && report.graph === undefined ? unknown : [foreign] };
}

async function reportOne(engine: Engine, dependency: ExternalDependency, report: Report): Promise<Reported> {
  const instanceId = report.instance ?? `ext_${engine.ids.ulid()}`;
  const event: PartitionLive = {
    type: 'PartitionLive',
    v: 1,
    ...dependency,
    instanceId,
    ...(report.location === undefined ? {} : { location: report.location }),
    ...(report.at === undefined ? {} : { dataAt: report.at }),
  };
  const { changed } = await change(engine, externals, externalId(dependency), ({ state }) =>
    isKnownInstance(state, instanceId) ? [] : [event],
  );
  return { ...dependency, instanceId, changed };
}

function isKnownInstance(state: External | null, instanceId: string): boolean {
  if (state === null) return false;
  return [state.instance, ...state.earlier].some((one) => one.instanceId === instanceId);
}

export interface Tainted {
  readonly partitionRefs: readonly string[];
  /** Everything made from them that is, or would be, marked too. */
  readonly affected: readonly string[];
}

/**
 * Marks the present instances of these partitions, and by the events that follow all that was made from them.
 *
 * @throws Refused `invalid` for a ref that is unknown or has no instance.
 */
export async function taintPartitions(
  engine: Engine,
  partitionRefs: readonly string[],
  reason: string,
  dryRun: boolean,
): Promise<Tainted> {
  const targets = await instancesOf(engine, partitionRefs);
  const reach = await taintReach(engine, targets);
  if (!dryRun) for (const target of targets) await taintInstance(engine, target, reason);
  const affected = [...new Set(reach.map((one) => one.partitionRef))].filter((ref) => !partitionRefs.includes(ref));
  return { partitionRefs, affected };
}

async function instancesOf(engine: Engine, partitionRefs: readonly string[]): Promise<readonly Pinned[]> {
  const graph = engine.graphs.current();
  const faults: Fault[] = [];
  const targets: Pinned[] = [];
  for (const [i, ref] of partitionRefs.entries()) {
    const pointer = `/partitionRefs/${i}`;
    const located = graph.locate(ref);
    if (located === null) {
      faults.push(...refFault(graph, ref, pointer));
      continue;
    }
    const current = await currentInstance(engine, located);
    if (current === null) faults.push({ pointer, detail: `${ref} has no instance that could be tainted` });
    else targets.push(current);
  }
  if (faults.length > 0) throw invalid(faults);
  return targets;
}
