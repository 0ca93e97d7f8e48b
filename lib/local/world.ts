import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monotonicFactory } from 'ulid';
import type { Application } from '../api/application.ts';
import { createApplication } from '../api/createApplication.ts';
import type { Engine } from '../engine/context.ts';
import { evaluateWant } from '../engine/evaluateWant.ts';
import { reactFully } from '../engine/react.ts';
import { restartRun, runEnded } from '../engine/runs.ts';
import { LogRefused } from '../log/errors.ts';
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
import { createMetrics } from './metrics.ts';
import { createLocalRunner, type LocalRunner } from './runner/localRunner.ts';

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

/** The log's file in a data folder. */
export const logFile = 'log.db';
const expiredRowsAtOnce = 1_000;
const purgeEveryMs = 60_000;

/**
 * Opens the data folder and starts to work on it: first what was cut off starts again, then everything that was
 * committed and not reacted to is delivered.
 *
 * @throws LogRefused where the data cannot be opened.
 */
export async function startWorld(options: WorldOptions): Promise<World> {
  const store = openSqlite(join(options.dataFolder, logFile));
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
    this.#engine = {
      log: store.log,
      index: withDueBell(store.index, (at) => this.#due.put(at)),
      clock: { now: Date.now },
      ids: { ulid: monotonicFactory(), random: Math.random },
      runner: this.runner,
      graphs,
      places: { locate: (place) => locationIn(dataFolder, place) },
      config: { waiterShards: 1, dueShards: 1, pageRows: 100 },
      ...capabilities(dataFolder),
    };
    this.query = {
      log: store.log,
      index: store.index,
      engine: this.#engine,
      generation: store.generation,
      signs: { progress: (handle) => this.runner.progress(handle) },
    };
    this.#due = createDueTimer(this.#engine, (due, error) =>
      log(`the look at ${due.subject} failed: ${message(error)}`),
    );
    this.#dispatcher = createDispatcher({
      log: store.log,
      index: store.index,
      project: (commit) => project(store.index, commit),
      react: (commit) => this.#react(commit),
      parked: (commit, error) => this.#park(commit, error),
    });
    this.application = createApplication({
      query: this.query,
      settled: () => this.#dispatcher.settled(),
      grown: (ms, signal) => this.#grown(ms, signal),
      readRunLog: async (handle, fromByte) => {
        const part = await this.runner.readLogPart(handle, fromByte);
        return { text: part.bytes.toString('utf8'), end: part.next };
      },
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
    this.#options.log(`${commit.stream}@${commit.revision} could not be handled and was set aside: ${message(error)}`);
    const key = `${commit.stream}@${commit.revision}`;
    const value = { stream: commit.stream, revision: commit.revision, error: message(error) };
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

/** `@` stands in no ref: an instance never collides with a longer ref. */
function locationIn(
  dataFolder: string,
  place: { partitionRef: string; runId: string; attempt: number; execution: number },
): string {
  const { partitionRef, runId, attempt, execution } = place;
  return join(dataFolder, 'objects', partitionRef, `@${runId}.${attempt}.${execution}`);
}

/** Report capabilities are made from a key that stays on this machine. */
function capabilities(dataFolder: string): Pick<Engine, 'capability' | 'sameSecret'> {
  const key = readSecret(join(dataFolder, 'capability.key'));
  return {
    capability: (name) => createHmac('sha256', key).update(name).digest('base64url'),
    sameSecret(given, right) {
      const [a, b] = [given, right].map((secret) => createHmac('sha256', key).update(secret).digest());
      return timingSafeEqual(a as Buffer, b as Buffer);
    },
  };
}

/** A secret of this data folder, made at its first use, readable by its owner alone. */
export function readSecret(path: string): string {
  if (!existsSync(path)) {
    try {
      writeFileSync(path, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return readFileSync(path, 'utf8').trim();
}

/** @throws LogRefused where the folder cannot be made or written. */
export function prepareDataFolder(dataFolder: string): void {
  try {
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new LogRefused(`the data folder ${dataFolder} cannot be made: ${message(error)}`, { cause: error });
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
