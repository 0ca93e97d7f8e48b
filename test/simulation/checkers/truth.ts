import type { Commit } from '../../../lib/log/eventLog.ts';
import type { Graph } from '../../../lib/model/graph.ts';
import { demand } from '../world/broken.ts';
import type { Body } from '../world/messages.ts';
import { applyBuild } from './truthOfBuilds.ts';
import { applyExternal } from './truthOfExternals.ts';
import { applyPool } from './truthOfPools.ts';
import { applyWant } from './truthOfWants.ts';

/** A commit with what was going on when it was written. */
export interface Entry {
  readonly commit: Commit;
  /** 1, 2, …: the order of all commits. */
  readonly seq: number;
  /** How many commits the log held when the handler that wrote it began. */
  readonly startedSeq: number;
  readonly cause: Body;
}

export interface TrueWant {
  readonly wantId: string;
  readonly refs: readonly string[];
  readonly isDerived: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly freshAfter: number | null;
  readonly demandedAt: number;
  /** Whose verdicts are told; `null` for derived wants, and those that were late at creation. */
  readonly tellableDeadline: number | null;
  deadline: number | null;
  readonly dependencies: readonly { readonly graph: string; readonly partitionRef: string }[];
  status: 'open' | 'satisfied' | 'failed' | 'expired' | 'cancelled';
  /** When it ended, in commits; `null` while it is open. */
  endedSeq: number | null;
  atRisk: boolean;
  late: boolean;
}

export interface TruePin {
  readonly partitionRef: string;
  readonly instanceId: string;
}

export interface TrueRun {
  readonly buildId: string;
  readonly runId: string;
  readonly attempt: number;
  readonly outputs: readonly string[];
  readonly pins: readonly TruePin[];
  readonly pinnedAt: number;
  readonly pool: string | null;
  readonly weight: number;
  readonly codeVersion: string;
  execution: number;
  status: 'queued' | 'running' | 'retrying';
  isTainted: boolean;
  isAccepted: boolean;
  retryAt: number | null;
}

export interface TrueInstance {
  readonly instanceId: string;
  /** What `freshAfter` compares with. */
  readonly freshAt: number;
  readonly pins: readonly TruePin[];
  readonly fromSeq: number;
  /** When another instance took its place. */
  untilSeq: number | null;
  taintedSeq: number | null;
}

export interface TruePartition {
  readonly partitionRef: string;
  readonly isExternal: boolean;
  readonly buildId: string | null;
  readonly instances: Map<string, TrueInstance>;
  current: TrueInstance | null;
}

export interface TrueFailure {
  readonly runId: string;
  readonly at: number;
  readonly codeVersion: string;
  readonly pins: readonly TruePin[];
}

export type TrueRunState = 'open' | 'succeeded' | 'missing' | 'failed' | 'timedOut' | 'cancelled' | 'dropped';

export interface TrueBuild {
  readonly buildId: string;
  run: TrueRun | null;
  readonly runs: Map<string, TrueRunState>;
  readonly learned: Set<string>;
  /** The last run's, until a later one is claimed. */
  failure: TrueFailure | null;
}

export interface TrueHolder {
  readonly buildId: string;
  readonly runId: string;
  readonly attempt: number;
  readonly weight: number;
  readonly hasDeadline: boolean;
}

/**
 * What the log says, folded by code that has nothing in common with the engine's. It refuses what must never be
 * written.
 */
export class Truth {
  readonly graph: Graph;
  readonly wants = new Map<string, TrueWant>();
  readonly builds = new Map<string, TrueBuild>();
  /** By ref; one of another graph by `graph:ref`. */
  readonly partitions = new Map<string, TruePartition>();
  readonly pools = new Map<string, { holders: readonly TrueHolder[] }>();
  readonly entries: Entry[] = [];
  readonly #commitIds = new Set<string>();

  constructor(graph: Graph) {
    this.graph = graph;
  }

  get seq(): number {
    return this.entries.length;
  }

  apply(entry: Entry): void {
    const { stream, commitId, events } = entry.commit;
    demand(!this.#commitIds.has(commitId), 'event ids are unique', () => `${commitId} was written twice, in ${stream}`);
    demand(events.length > 0, 'a commit says something', () => `${stream}@${entry.commit.revision} is empty`);
    this.#commitIds.add(commitId);
    this.entries.push(entry);
    const kind = stream.slice(0, stream.indexOf('/'));
    const id = stream.slice(kind.length + 1);
    if (kind === 'want') applyWant(this, id, entry);
    if (kind === 'build') applyBuild(this, id, entry);
    if (kind === 'external') applyExternal(this, id, entry);
    if (kind === 'pool') applyPool(this, id, entry);
  }

  build(buildId: string): TrueBuild {
    const known = this.builds.get(buildId);
    if (known !== undefined) return known;
    const build: TrueBuild = { buildId, run: null, runs: new Map(), learned: new Set(), failure: null };
    this.builds.set(buildId, build);
    return build;
  }

  partition(partitionRef: string, graph?: string): TruePartition {
    const located = this.graph.locate(partitionRef);
    const isOfGraph = located?.kind === 'external' && (graph === undefined || located.graph === graph);
    const key = located?.kind === 'built' || isOfGraph ? partitionRef : `${graph}:${partitionRef}`;
    const known = this.partitions.get(key);
    if (known !== undefined) return known;
    const isExternal = located?.kind !== 'built';
    const buildId = located?.kind === 'built' ? located.buildId : null;
    const partition = { partitionRef, isExternal, buildId, instances: new Map(), current: null };
    this.partitions.set(key, partition);
    return partition;
  }

  /** Makes an instance the present one of its partition. */
  publish(partition: TruePartition, instance: TrueInstance): void {
    if (partition.current !== null) partition.current.untilSeq = instance.fromSeq;
    partition.instances.set(instance.instanceId, instance);
    partition.current = instance;
  }

  /** Whether it is live now, untainted, and fresh enough. */
  isLive(partition: TruePartition, freshAfter: number | null = null): boolean {
    const now = partition.current;
    return now !== null && now.taintedSeq === null && (freshAfter === null || now.freshAt >= freshAfter);
  }

  /** Declared inputs and those that runs discovered. */
  inputsOf(buildId: string): readonly string[] {
    const declared = this.graph.build(buildId)?.inputs.map((input) => input.partitionRef) ?? [];
    return [...new Set([...declared, ...(this.builds.get(buildId)?.learned ?? [])])];
  }
}

/** Whether the instance was the present one, untainted, at some moment after `afterSeq`, up to `seq`. */
export function wasLiveWithin(instance: TrueInstance, afterSeq: number, seq: number): boolean {
  const end = Math.min(instance.untilSeq ?? Infinity, instance.taintedSeq ?? Infinity);
  return instance.fromSeq <= seq && end > afterSeq && end > instance.fromSeq;
}

/** What a want asked for once, it goes on asking for, also where one of its dependencies was tainted since. */
export function hasAsked(truth: Truth, want: TrueWant): boolean {
  return want.dependencies.every((one) => truth.partition(one.partitionRef, one.graph).instances.size > 0);
}
