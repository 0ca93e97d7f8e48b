import { expectedMs } from '../engine/expect.ts';
import { isFresh, PartitionReader } from '../engine/partitions.ts';
import { awaitedOf, getWaiter } from '../engine/waiters.ts';
import type { Build, Located } from '../model/graph.ts';
import type { Query } from './context.ts';
import type { PlanView, ReasonView } from './views.ts';
import { missingExternal } from './why.ts';

/** Past this many partitions a plan says so instead of going on. */
const partitionsMax = 20_000;

/** What would run for these partitions if they were wanted now, in an order in which it can. Writes nothing. */
export async function plan(query: Query, targets: readonly Located[], freshAfter: number | null): Promise<PlanView> {
  return new Planning(query, freshAfter).of(targets);
}

class Planning {
  readonly #query: Query;
  readonly #freshAfter: number | null;
  readonly #reader: PartitionReader;
  readonly #runs: Build[] = [];
  readonly #reasons: ReasonView[] = [];
  /** When each build would be done, in milliseconds from now. */
  readonly #doneAt = new Map<string, number>();

  constructor(query: Query, freshAfter: number | null) {
    this.#query = query;
    this.#freshAfter = freshAfter;
    this.#reader = new PartitionReader(query.engine);
  }

  async of(targets: readonly Located[]): Promise<PlanView> {
    let longest = 0;
    for (const target of targets) longest = Math.max(longest, await this.#partition(target, this.#freshAfter, null));
    return {
      runs: this.#runs.map((build) => ({ job: build.job.name, outputs: build.outputs.map((one) => one.partitionRef) })),
      reasons: this.#reasons,
      estimateSeconds: Math.ceil(longest / 1000),
    };
  }

  async #partition(located: Located, freshAfter: number | null, neededBy: Build | null): Promise<number> {
    const { live } = await this.#reader.view(located);
    if (isFresh(live, freshAfter)) return 0;
    if (located.kind === 'built') return this.#build(located.buildId);
    if (this.#reasons.some((reason) => reason.partitionRef === located.partitionRef)) return 0;
    const owner = neededBy === null ? null : (`build/${neededBy.buildId}` as const);
    const waiter = owner === null ? null : await getWaiter(this.#query.engine, awaitedOf(located), owner);
    const { because: _because, ...reason } = missingExternal(located, waiter?.since ?? null);
    this.#reasons.push(reason);
    return 0;
  }

  async #build(buildId: string): Promise<number> {
    const known = this.#doneAt.get(buildId);
    if (known !== undefined) return known;
    this.#doneAt.set(buildId, 0);
    const build = this.#query.engine.graphs.current().build(buildId);
    if (build === null || this.#doneAt.size > partitionsMax) return 0;
    const { state } = await this.#reader.build(buildId);
    const expected = await expectedMs(this.#query.engine, build.job);
    const doneAt =
      state?.run?.status === 'running' ? expected : (await this.#inputs(build, state?.learned ?? [])) + expected;
    if (!state?.run) this.#runs.push(build);
    this.#doneAt.set(buildId, doneAt);
    return doneAt;
  }

  async #inputs(build: Build, learned: readonly string[]): Promise<number> {
    let readyAt = 0;
    for (const ref of new Set([...build.inputs.map((input) => input.partitionRef), ...learned])) {
      const located = this.#query.engine.graphs.current().locate(ref);
      if (located !== null) readyAt = Math.max(readyAt, await this.#partition(located, null, build));
    }
    return readyAt;
  }
}
