import { isFresh, PartitionReader, type PartitionView } from '../engine/partitions.ts';
import { externals, load } from '../engine/streams.ts';
import { awaitedOf, externalId, getWaiter } from '../engine/waiters.ts';
import { type BuildState, emptyBuild, type OpenRun } from '../model/build.ts';
import type { Build, BuiltPartition, ExternalPartition, Located } from '../model/graph.ts';
import type { ReasonKind } from '../model/reason.ts';
import type { Query } from './context.ts';
import { demandersOf } from './demanders.ts';
import { moment, momentOrNull } from './format.ts';
import type { DeepReasonView } from './views.ts';

/** How much one answer may walk. */
export interface WhyLimits {
  /** Levels below the asked partition; 1 gives its own reasons alone. */
  readonly depth: number;
  /** Reasons named on each level; the text counts them all. */
  readonly width: number;
}

export const whyDeep: WhyLimits = { depth: Number.POSITIVE_INFINITY, width: 50 };
export const whyShallow: WhyLimits = { depth: 1, width: 3 };

/** Past this many partitions an answer goes no deeper. */
const partitionsMax = 5_000;

/**
 * Why a partition is not there, or not fresh enough: what stands between it and being live, down to the leaves. Reads
 * each stream strongly, and since when from the rows that evaluation wrote. Empty where it is there.
 */
export async function whyNot(
  query: Query,
  target: Located,
  freshAfter: number | null,
  limits: WhyLimits,
): Promise<readonly DeepReasonView[]> {
  return new WhyWalk(query, limits).target(target, freshAfter);
}

class WhyWalk {
  readonly #query: Query;
  readonly #limits: WhyLimits;
  readonly #reader: PartitionReader;
  #walked = 0;

  constructor(query: Query, limits: WhyLimits) {
    this.#query = query;
    this.#limits = limits;
    this.#reader = new PartitionReader(query.engine);
  }

  async target(located: Located, freshAfter: number | null): Promise<readonly DeepReasonView[]> {
    const view = await this.#reader.view(located);
    if (isFresh(view.live, freshAfter)) return [];
    return located.kind === 'external' ? [await this.#external(located, null)] : this.#built(located, 1);
  }

  async #external(located: ExternalPartition, since: number | null, count?: string): Promise<DeepReasonView> {
    const reason = missingExternal(located, since, count);
    const { state } = await load(this.#query, externals, externalId(located));
    if (state === null) return reason;
    const { partitionRef } = located;
    const { at, tainted } = state.instance;
    const was =
      tainted === undefined ? `was reported at ${moment(at)}, which is not fresh enough` : `was tainted (${tainted})`;
    return { ...reason, text: `${partitionRef} ${was}; it has not been reported anew` };
  }

  async #built(located: BuiltPartition, level: number): Promise<readonly DeepReasonView[]> {
    this.#walked += 1;
    const { state } = await this.#reader.build(located.buildId);
    const build = this.#query.engine.graphs.current().build(located.buildId);
    if (state?.run) return [await this.#underWay(located, state.run)];
    if (build === null)
      return [this.#reason('missingInput', located, null, `no job of the graph makes ${located.partitionRef}`)];
    const inputs = await this.#inputs(build, state ?? emptyBuild);
    const missing = inputs.filter((input) => input.live === null);
    if (missing.length > 0) return this.#missing(build, inputs.length, missing, level);
    return [await this.#startable(located, build, state ?? emptyBuild)];
  }

  async #inputs(build: Build, state: BuildState): Promise<readonly PartitionView[]> {
    const graph = this.#query.engine.graphs.current();
    const refs = [...new Set([...build.inputs.map((input) => input.partitionRef), ...state.learned])];
    const located = refs.flatMap((ref) => graph.locate(ref) ?? []);
    return Promise.all(located.map((one) => this.#reader.view(one)));
  }

  async #missing(
    build: Build,
    total: number,
    missing: readonly PartitionView[],
    level: number,
  ): Promise<readonly DeepReasonView[]> {
    const count = `${total - missing.length} of ${total} inputs of ${build.buildId} are there`;
    const named = missing.slice(0, this.#limits.width);
    return Promise.all(named.map(({ located }) => this.#missingInput(build, located, count, level)));
  }

  async #missingInput(build: Build, located: Located, count: string, level: number): Promise<DeepReasonView> {
    const waiter = await getWaiter(this.#query.engine, awaitedOf(located), `build/${build.buildId}`);
    const since = waiter?.since ?? null;
    if (located.kind === 'external') return this.#external(located, since, count);
    const deeper = level < this.#limits.depth && this.#walked < partitionsMax;
    const because = deeper ? await this.#built(located, level + 1) : [];
    return { ...this.#reason('missingInput', located, since, `waits for ${located.partitionRef}: ${count}`), because };
  }

  /** A run that waits for a slot waits for those that hold the pool. */
  async #underWay(located: BuiltPartition, run: OpenRun): Promise<DeepReasonView> {
    const { kind, since, text } = describeRun(run);
    return { ...this.#reason(kind, located, since, text), runId: run.runId };
  }

  async #startable(located: BuiltPartition, build: Build, state: BuildState): Promise<DeepReasonView> {
    const failure = state.failure;
    if (failure !== null) {
      const text = `run ${failure.runId} ${failure.state}: ${failure.error}; want it again to try again`;
      return { ...this.#reason('upstreamFailed', located, failure.at, text), runId: failure.runId };
    }
    const isWanted = (await demandersOf(this.#query, build, 1)).length > 0;
    const then = isWanted ? 'its run is about to be claimed' : 'it is built as soon as it is wanted';
    return this.#reason('queued', located, null, `all its inputs are there: ${then}`);
  }

  #reason(kind: ReasonKind, located: Located, since: number | null, text: string): DeepReasonView {
    return {
      kind,
      partitionRef: located.partitionRef,
      graph: null,
      runId: null,
      since: momentOrNull(since),
      owner: ownerOf(this.#query, located),
      text,
      because: [],
    };
  }
}

function describeRun(run: OpenRun): { kind: ReasonKind; since: number; text: string } {
  switch (run.status) {
    case 'running':
      return {
        kind: 'running',
        since: run.startedAt ?? run.createdAt,
        text: `attempt ${run.attempt} of ${run.job} is running`,
      };
    case 'retrying': {
      const text = `attempt ${run.attempt} of ${run.job} failed (${run.error}); the next starts at ${moment(run.retryAt ?? 0)}`;
      return { kind: 'retryAt', since: run.createdAt, text };
    }
    case 'queued': {
      const text = `${run.job} waits for its turn in the pool ${run.pool}`;
      return { kind: run.pool === undefined ? 'queued' : 'poolFull', since: run.createdAt, text };
    }
    default:
      run.status satisfies never;
      throw new TypeError('a run in an unknown state');
  }
}

/** What is reported and has not been: the leaf that somebody outside has to see to. */
export function missingExternal(
  located: Pick<ExternalPartition, 'partitionRef' | 'graph'> & { owner?: string | null },
  since: number | null,
  count?: string,
): DeepReasonView {
  const text = `${located.partitionRef} has not been reported available${count === undefined ? '' : `: ${count}`}`;
  return {
    kind: 'missingExternal',
    partitionRef: located.partitionRef,
    graph: located.graph,
    runId: null,
    since: momentOrNull(since),
    owner: located.owner ?? null,
    text,
    because: [],
  };
}

export function ownerOf(query: Query, located: Located): string | null {
  return located.owner ?? query.engine.graphs.current().manifest.owner;
}
