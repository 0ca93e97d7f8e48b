import type { Engine } from '../../../lib/engine/context.ts';
import { nextDueAt } from '../../../lib/engine/due.ts';
import { isLogUnavailable } from '../../../lib/log/errors.ts';
import type { Commit } from '../../../lib/log/eventLog.ts';
import { createMemoryIndex } from '../../../lib/log/memoryIndex.ts';
import { createMemoryLog, type MemoryLog } from '../../../lib/log/memoryLog.ts';
import type { DroppableIndex, Row } from '../../../lib/log/rowIndex.ts';
import { compileGraph } from '../../../lib/model/compile.ts';
import type { Graph } from '../../../lib/model/graph.ts';
import { demandOrder, PoolRows } from '../checkers/poolOrder.ts';
import { Truth } from '../checkers/truth.ts';
import type { Plan } from '../plan/plan.ts';
import { Random } from '../plan/random.ts';
import { Broken } from './broken.ts';
import { deliver } from './deliver.ts';
import { type Body, Messages } from './messages.ts';
import type { Command } from './person.ts';
import { engineFor } from './ports.ts';
import { MemoryRunner } from './runner.ts';
import { type Handler, Steps } from './steps.ts';
import { describeBody, describeCommit } from './story.ts';
import { Worker } from './worker.ts';

/** What the simulation tells while it goes on; absent: nobody listens. */
/** A `step` is one port call or the like: too much for most stories. */
export type Tell = (line: () => string, isStep?: boolean) => void;

/** Where virtual time begins, in milliseconds. */
const beginning = Date.UTC(2012, 11, 31);

/** Handlers at a time, with those whose answers take long. */
const activeMax = 16;

/** Steps without rest after which something turns in a circle. */
const restlessSteps = 40_000;

/**
 * The engine on one log and index in memory, with all that happens around it. Nothing in it goes on by itself: each
 * `step` picks, by the seed, one delivery to begin or one port call to answer.
 */
export class World {
  readonly plan: Plan;
  readonly graph: Graph;
  readonly log: MemoryLog;
  readonly index: DroppableIndex;
  readonly runner: MemoryRunner;
  readonly truth: Truth;
  readonly messages: Messages;
  readonly steps: Steps;
  readonly random: Random;
  /** The engine on the bare adapters. */
  readonly bare: Engine;
  readonly poolRows = new PoolRows();
  readonly tell: Tell;
  readonly active = new Set<Handler>();
  /** Due rows that are being handled, by key and nonce. */
  readonly duesUnderWay = new Set<string>();
  sweeps = 0;
  feedGeneration = 0;
  now = beginning;
  stepCount = 0;
  readonly #worker: Worker;
  #nextId = 1;
  #handlers = 0;
  #broken: Error | null = null;
  #dueAt: number | null = null;
  #isDueStale = true;

  constructor(plan: Plan, tell: Tell) {
    this.plan = plan;
    this.tell = tell;
    this.graph = compileGraph(plan.manifest);
    this.random = new Random(plan.scheduleSeed, 'schedule');
    const feedRandom = new Random(plan.seed, 'feed');
    this.log = createMemoryLog({ random: () => feedRandom.next() });
    this.index = createMemoryIndex();
    this.runner = new MemoryRunner(plan, () => this.now);
    this.truth = new Truth(this.graph);
    this.messages = new Messages(this.random);
    this.steps = new Steps(this.random, plan.settings, plan.faults);
    this.#worker = new Worker(this);
    this.bare = this.#bareEngine();
  }

  #bareEngine(): Engine {
    const { waiterShards, dueShards, pageRows } = this.plan.settings;
    return {
      log: this.log,
      index: this.index,
      clock: { now: () => this.now },
      ids: { ulid: () => this.#ulid(), random: () => this.random.next() },
      runner: this.runner,
      graphs: { current: () => this.graph, byHash: async () => null },
      places: { locate: ({ partitionRef, ...place }) => `${partitionRef}#${Object.values(place).join('.')}` },
      config: { waiterShards, dueShards, pageRows },
      capability: (name) => `capability of ${name}`,
      sameSecret: (given, right) => given === right,
    };
  }

  #ulid(): string {
    return `${String(this.now).padStart(13, '0')}${String(this.#nextId++).padStart(13, '0')}`;
  }

  /** Sends a message on its way: soon or late, once or twice. */
  post(body: Body, delayMs = 0): void {
    this.messages.post(body, this.now + delayMs + this.#delay());
    const isRepeated = this.random.chance(this.plan.settings.duplicateChance);
    if (isRepeated && (body.kind === 'commit' || body.kind === 'wake' || body.kind === 'answer')) {
      this.messages.post(body, this.now + delayMs + this.#delay() * 3);
    }
  }

  #delay(): number {
    return this.random.chance(this.plan.settings.longDelayChance) ? this.random.int(20_000) : this.random.int(20);
  }

  appended(commit: Commit, handler: Handler): void {
    const { startedSeq, message } = handler;
    this.tell(() => describeCommit(this, commit, handler));
    const entry = { commit, seq: this.truth.seq + 1, startedSeq, cause: message.body };
    demandOrder(this.truth, this.poolRows, entry, handler.startedStep);
    this.truth.apply(entry);
    this.post({ kind: 'commit', commit });
    this.#worker.see(commit);
  }

  rowPut(row: Row): void {
    if (row.partition.startsWith('due/')) this.#isDueStale = true;
    this.poolRows.put(row, this.stepCount);
  }

  rowDeleted(row: Pick<Row, 'partition' | 'key' | 'nonce'>): void {
    this.poolRows.delete(row);
  }

  accepted(command: Command & { kind: 'accept' }, capability: string): void {
    this.#worker.accepted(command, capability);
  }

  dueDone(): void {
    this.#isDueStale = true;
  }

  /** @returns false where nothing can be done at this moment. @throws Broken */
  async step(): Promise<boolean> {
    this.stepCount++;
    this.now += this.random.int(3);
    if (this.random.chance(this.plan.settings.leapChance)) this.now += this.random.between(100, 5_000);
    await this.#ring();
    const canAnswer = this.steps.hasReady(this.now);
    const canStart = this.messages.hasReady(this.now) && this.#hasRoom();
    if (canStart && (!canAnswer || this.random.chance(this.plan.settings.startChance))) this.#start();
    else if (canAnswer) this.#answerOne();
    else return false;
    await settled();
    if (this.#broken !== null) throw this.#broken;
    return true;
  }

  /** Handlers whose answers take long do not count, up to a bound. */
  #hasRoom(): boolean {
    let working = 0;
    for (const { stalledUntil } of this.active) if (stalledUntil <= this.now) working++;
    return working < this.plan.settings.concurrency && this.active.size < activeMax;
  }

  /** Executions that have come to their end answer, and due moments that have come are swept. */
  async #ring(): Promise<void> {
    for (const { handle, outcome } of this.runner.takeEnded(this.now)) this.post({ kind: 'answer', handle, outcome });
    const dueAt = await this.nextDueAt();
    if (dueAt === null || dueAt > this.now || this.sweeps > 0 || this.duesUnderWay.size > 0) return;
    this.sweeps++;
    this.messages.post({ kind: 'sweep' }, this.now + this.#delay());
  }

  async nextDueAt(): Promise<number | null> {
    if (this.#isDueStale) {
      this.#isDueStale = false;
      this.#dueAt = await nextDueAt(this.bare);
    }
    return this.#dueAt;
  }

  #start(): void {
    const message = this.messages.take();
    const id = ++this.#handlers;
    const begun = { startedSeq: this.truth.seq, startedStep: this.stepCount };
    const handler: Handler = { id, message, ...begun, alive: true, stalledUntil: 0 };
    this.active.add(handler);
    this.tell(() => `h${id} begins: ${describeBody(message.body)}`, message.body.kind !== 'due');
    deliver(this, engineFor(this, handler), message.body).then(
      () => this.active.delete(handler),
      (error: unknown) => this.#failed(handler, error),
    );
  }

  #failed(handler: Handler, error: unknown): void {
    this.active.delete(handler);
    if (error instanceof Broken) this.#broken ??= error;
    else if (isLogUnavailable(error)) this.#again(handler);
    else this.#broken ??= new Broken('no delivery fails', `${describeBody(handler.message.body)}: ${String(error)}`);
  }

  /** Delivered again; a person may as well give up. */
  #again({ message: { body, tries } }: Handler): void {
    if (body.kind === 'command' && this.random.chance(0.2)) return;
    this.messages.post(body, this.now + this.random.int(50) * Math.min(tries + 1, 100), tries + 1);
  }

  #answerOne(): void {
    const { handler, text, fault } = this.steps.takeOne(this.now);
    this.tell(() => `h${handler.id} ${text}${fault === null ? '' : `: ${fault}`}`, fault === null);
    if (fault === 'serviceCrash') this.#crash();
    else if (!handler.alive) {
      this.active.delete(handler);
      this.#again(handler);
    }
  }

  /** All handlers die, what runs is cut off, and what was not in the log or a queue is forgotten. */
  #crash(): void {
    this.tell(() => 'the service crashes');
    for (const handler of this.active) {
      this.steps.kill(handler);
      if (handler.message.body.kind !== 'due' && handler.message.body.kind !== 'sweep') this.#again(handler);
    }
    this.active.clear();
    this.runner.lose();
    const isAnswerLost = this.random.chance(0.5);
    this.messages.drop(({ kind }) => kind === 'due' || kind === 'sweep' || (isAnswerLost && kind === 'answer'));
    this.duesUnderWay.clear();
    this.sweeps = 0;
    for (const { run } of this.truth.builds.values()) {
      if (run?.status === 'running') this.post({ kind: 'restart', handle: run });
    }
  }

  /** Takes some steps, fewer where nothing is under way. @throws Broken */
  async go(steps: number): Promise<void> {
    for (let taken = 0; taken < steps; taken++) {
      if (!(await this.step()) && !(await this.#leap(this.now))) return;
    }
  }

  /**
   * Goes on until nothing is under way: all messages are delivered, and executions and due moments up to `until` have
   * come. @throws Broken
   */
  async rest(until: number): Promise<void> {
    const first = this.stepCount;
    while ((await this.step()) || (await this.#leap(until))) {
      if (this.stepCount - first > restlessSteps) throw new Broken('all comes to rest', 'it goes on without end');
    }
  }

  /** Time goes on to the next moment at which something can be done; false where there is none. */
  async #leap(until: number): Promise<boolean> {
    const at = await this.#nextMoment(until);
    if (at === null) return false;
    this.now = Math.max(this.now, at);
    return true;
  }

  /** Rests until no execution is left that will answer. @throws Broken */
  async restUntilRunsEnd(): Promise<void> {
    for (let at = this.runner.nextAt(); at !== null; at = this.runner.nextAt()) await this.rest(at);
  }

  /** Rows past their time are removed, as adapters may. */
  async expireRows(): Promise<void> {
    for (const partition of await this.index.partitions(undefined, 1_000)) {
      for (const row of (await this.index.query(partition, { limit: 1_000 })).rows) {
        if (row.expiresAt !== null && row.expiresAt < this.now) await this.index.deleteExact(row);
      }
    }
  }

  /** The feed is laid out anew. */
  renewFeed(): void {
    this.log.renewFeed(`generation-${++this.feedGeneration}`);
  }

  async #nextMoment(until: number): Promise<number | null> {
    const moments = [this.steps.nextAt() ?? Infinity];
    if (this.#hasRoom()) moments.push(this.messages.nextAt() ?? Infinity);
    const others = [this.runner.nextAt() ?? Infinity];
    if (this.duesUnderWay.size === 0 && this.sweeps === 0) others.push((await this.nextDueAt()) ?? Infinity);
    moments.push(...others.filter((moment) => moment <= until));
    const next = Math.min(...moments);
    return next === Infinity ? null : next;
  }
}

/** All that follows at once has happened: promises are settled before the next turn. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
