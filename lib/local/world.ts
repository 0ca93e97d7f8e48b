import { join } from 'node:path';
import type { Application } from '../api/application.ts';
import { createApplication } from '../api/createApplication.ts';
import type { Engine } from '../engine/context.ts';
import { evaluateWant } from '../engine/evaluateWant.ts';
import { reactFully } from '../engine/react.ts';
import { restartRun, runEnded } from '../engine/runs.ts';
import type { Commit } from '../log/eventLog.ts';
import type { Row } from '../log/rowIndex.ts';
import { openSqlite, type SqliteStore } from '../log/sqlite.ts';
import type { Query } from '../query/context.ts';
import { lists, project } from '../query/lists.ts';
import { openRuns } from '../query/runs.ts';
import type { HealthView } from '../query/views.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { createDueTimer, type DueTimer, withDueBell } from './dueTimer.ts';
import type { GraphHolder } from './graphHolder.ts';
import { localEngine, logFile, messageOf } from './localEngine.ts';
import { createMetrics } from './metrics.ts';
import { createLocalRunner, type LocalRunner } from './runner/localRunner.ts';
import { readLogText } from './runner/logText.ts';

export interface WorldOptions {
  readonly graphFolder: string;
  readonly dataFolder: string;
  readonly graphs: GraphHolder;
  readonly version: string;
  /** Told, in a sentence, what an operator may want to know. */
  readonly log: (message: string) => void;
}

/** Everything that runs on one machine for one graph, but its HTTP server. */
export interface World {
  readonly application: Application;
  readonly query: Query;
  readonly store: SqliteStore;
  readonly runner: LocalRunner;
  /** Evaluates every open want anew: after the graph has changed. */
  reevaluate(): Promise<void>;
  /** True where a want or a run is open. */
  isBusy(): Promise<boolean>;
  /** Resolves when everything that has been committed is reacted to. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const expiredRowsAtOnce = 1_000;
const purgeEveryMs = 60_000;

/**
 * Opens the data folder and starts to work on it: first what was cut off starts again, then everything that was
 * committed and not reacted to is delivered.
 *
 * @throws LogRefused where the data cannot be opened.
 */
export async function startWorld(options: WorldOptions): Promise<World> {
  const store = openSqlite(join(options.dataFolder, logFile), { alone: true });
  const world = new LocalWorld(options, store);
  await world.start();
  return world;
}

class LocalWorld implements World {
  readonly application: Application;
  readonly query: Query;
  readonly store: SqliteStore;
  readonly runner: LocalRunner;
  readonly #engine: Engine;
  readonly #dispatcher: Dispatcher;
  readonly #due: DueTimer;
  readonly #options: WorldOptions;
  readonly #metrics: ReturnType<typeof createMetrics>;
  #purging: NodeJS.Timeout | null = null;

  constructor(options: WorldOptions, store: SqliteStore) {
    this.#options = options;
    this.store = store;
    const { graphFolder, dataFolder, graphs, log } = options;
    this.#metrics = createMetrics(store.index);
    this.runner = createLocalRunner({
      graphFolder,
      dataFolder,
      log,
      reports: { ended: (handle, outcome) => runEnded(this.#engine, handle, outcome) },
    });
    const index = withDueBell(store.index, (at) => this.#due.put(at));
    this.#engine = localEngine({ dataFolder, store, index, graphs, runner: this.runner });
    this.query = {
      log: store.log,
      index: store.index,
      engine: this.#engine,
      generation: store.generation,
      signs: { progress: (handle) => this.runner.progress(handle) },
    };
    this.#due = createDueTimer(this.#engine, (due, error) =>
      log(`the look at ${due.subject} failed: ${messageOf(error)}`),
    );
    this.#dispatcher = createDispatcher({
      log: store.log,
      index: store.index,
      project: (commit) => project(store.patientIndex, commit),
      react: (commit) => this.#react(commit),
      parked: (commit, error) => this.#park(commit, error),
    });
    this.application = createApplication({
      query: this.query,
      settled: () => this.#dispatcher.settled(),
      grown: (ms, signal) => this.#grown(ms, signal),
      readRunLog: (handle, fromByte, ended) =>
        readLogText((from) => this.runner.readLogPart(handle, from), fromByte, ended),
      health: () => this.#health(),
      metrics: () => this.#metrics.show(this.#dispatcher.lag()),
    });
  }

  async start(): Promise<void> {
    await this.#dispatcher.catchUp();
    for await (const { buildId, run } of openRuns(this.query)) {
      if (run.status === 'running') await restartRun(this.#engine, { buildId, runId: run.runId, attempt: run.attempt });
    }
    this.#dispatcher.start();
    await this.#due.start();
    this.#purging = setInterval(() => void this.#purge(), purgeEveryMs);
  }

  async #react(commit: Commit): Promise<void> {
    await reactFully(this.#engine, commit);
    this.#metrics.handled(commit);
  }

  #park(commit: Commit, error: unknown): void {
    this.#metrics.parked();
    this.#options.log(
      `${commit.stream}@${commit.revision} could not be handled and was set aside: ${messageOf(error)}`,
    );
    const key = `${commit.stream}@${commit.revision}`;
    const value = { stream: commit.stream, revision: commit.revision, error: messageOf(error) };
    void this.store.index
      .put({ partition: parkedRows, key, nonce: 'parked', value, expiresAt: null })
      .catch(() => undefined);
  }

  async #purge(): Promise<void> {
    const purged = await this.store.index.purgeExpired(Date.now(), expiredRowsAtOnce).catch(() => 0);
    if (purged === expiredRowsAtOnce) setImmediate(() => void this.#purge());
  }

  #grown(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stopListening();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      const stopListening = this.store.log.onCommitted(done);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }

  async #health(): Promise<HealthView> {
    const { graphs, version } = this.#options;
    const configFault = graphs.fault();
    return {
      status: configFault === null ? 'ok' : 'degraded',
      graph: graphs.current().manifest.name,
      version,
      lag: this.#dispatcher.lag(),
      configFault,
    };
  }

  async reevaluate(): Promise<void> {
    let afterKey: string | null = null;
    do {
      const page: { rows: readonly Row[]; nextKey: string | null } = await this.store.index.query(
        lists.openWants,
        afterKey === null ? {} : { afterKey },
      );
      for (const row of page.rows) await evaluateWant(this.#engine, row.value.wantId as string);
      afterKey = page.nextKey;
    } while (afterKey !== null);
  }

  async isBusy(): Promise<boolean> {
    await this.#dispatcher.settled();
    for (const list of [lists.openWants, lists.openRuns]) {
      const page = await this.store.index.query(list, { limit: 1 });
      if (page.rows.length > 0) return true;
    }
    return false;
  }

  idle(): Promise<void> {
    return this.#dispatcher.idle();
  }

  async stop(): Promise<void> {
    if (this.#purging !== null) clearInterval(this.#purging);
    await this.#due.stop();
    await this.#dispatcher.stop();
    await this.runner.close();
    await this.store.close();
  }
}

/** Where commits that could not be handled are listed, for `landfall doctor`. */
export const parkedRows = 'parked';
