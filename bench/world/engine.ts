import { join } from 'node:path';
import { monotonicFactory } from 'ulid';
import type { Engine } from '../../lib/engine/context.ts';
import type { RunHandle, Runner, RunOutcome, RunRequest } from '../../lib/engine/ports.ts';
import { reactFully } from '../../lib/engine/react.ts';
import { runEnded } from '../../lib/engine/runs.ts';
import { createDispatcher, type Dispatcher } from '../../lib/local/dispatcher.ts';
import { encodeCursor, witnessOf } from '../../lib/log/cursor.ts';
import type { EventLog, FeedItem } from '../../lib/log/eventLog.ts';
import type { RowIndex } from '../../lib/log/rowIndex.ts';
import { openSqlite, type SqliteStore } from '../../lib/log/sqlite.ts';
import { compileGraph } from '../../lib/model/compile.ts';
import type { Graph } from '../../lib/model/graph.ts';
import { project } from '../../lib/query/lists.ts';
import { benchGraph } from '../graph/benchGraph.ts';

/** Evaluation in this process, as the local service puts it together, over a file of its own. */
export interface BenchEngine {
  readonly store: SqliteStore;
  readonly engine: Engine;
  readonly dispatcher: Dispatcher;
  /** Reacts to everything that was committed since the last call, streams side by side. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface BenchEngineOptions {
  readonly graph: Graph;
  readonly clock?: () => number;
  /** Whether runs succeed as soon as they start, in this process; else they do nothing until they are told to end. */
  readonly runsSucceed: boolean;
  /** What the engine works with instead of the store's own ports; the lists are kept with the store's. */
  readonly ports?: (store: SqliteStore) => { readonly log: EventLog; readonly index: RowIndex };
}

export function graphOf(sources: number): Graph {
  const { draft } = benchGraph(sources);
  const jobs = draft.jobs.map((job) => ({ ...job, codeVersion: 'c0ffee' }));
  return compileGraph({ ...draft, jobs, hash: 'bench' });
}

export function logPathIn(folder: string): string {
  return join(folder, 'log.db');
}

export async function openEngine(folder: string, options: BenchEngineOptions): Promise<BenchEngine> {
  const store = openSqlite(logPathIn(folder), { alone: true });
  const ports = options.ports?.(store) ?? store;
  const runner: Runner = {
    async start(request) {
      if (options.runsSucceed) void runEnded(engine, request, successOf(request));
    },
    async stop() {},
  };
  const engine: Engine = {
    log: ports.log,
    index: ports.index,
    clock: { now: options.clock ?? Date.now },
    ids: { ulid: monotonicFactory(), random: Math.random },
    runner,
    graphs: { current: () => options.graph, byHash: async () => options.graph },
    places: { locate: (place) => `/objects/${place.partitionRef}/@${place.runId}.${place.attempt}` },
    config: { waiterShards: 1, dueShards: 1, pageRows: 100 },
    capability: (name) => name,
    sameSecret: (given, right) => given === right,
  };
  const dispatcher = createDispatcher({
    log: store.log,
    index: store.index,
    project: (commit) => project(store.patientIndex, commit),
    react: (commit) => reactFully(engine, commit),
    parked: (commit, error) => {
      throw new Error(`${commit.stream}@${commit.revision} could not be handled`, { cause: error });
    },
  });
  let cursor = await endOfFeed(store, folder);
  const deliver = async (items: readonly FeedItem[]) => {
    for (const { commit } of items) {
      await project(store.patientIndex, commit);
      await reactFully(engine, commit);
    }
  };
  return {
    store,
    engine,
    dispatcher,
    async drain() {
      for (let more = true; more; ) {
        const page = await store.log.list({}, cursor, 1_000);
        await Promise.all([...Map.groupBy(page.items, ({ commit }) => commit.stream).values()].map(deliver));
        cursor = page.nextCursor;
        more = page.items.length > 0;
      }
      await saveCursor(store, cursor);
    },
    close: () => store.close(),
  };
}

export function successOf({ outputs }: Pick<RunRequest, 'outputs'>): RunOutcome {
  const written = outputs.map(({ partitionRef, location }) => ({ partitionRef, location, rows: 1, bytes: 1 }));
  return { kind: 'succeeded', outputs: written, metadata: {} };
}

/** Ends a run that was started and did nothing. */
export async function succeed(engine: Engine, handle: RunHandle, partitionRef: string): Promise<void> {
  await runEnded(engine, handle, successOf({ outputs: [{ partitionRef, keys: {}, location: '/objects/x' }] }));
}

async function endOfFeed(store: SqliteStore, folder: string): Promise<string> {
  const { DatabaseSync } = await import('node:sqlite');
  const db = new DatabaseSync(logPathIn(folder), { readOnly: true });
  const last = db.prepare('SELECT * FROM commits ORDER BY position DESC LIMIT 1').get();
  db.close();
  const position = Number(last?.position ?? 0);
  const witness = last === undefined ? '' : witnessOf(`${last.stream}`, Number(last.revision), `${last.commit_id}`);
  return encodeCursor({ generation: store.generation, position, witness });
}

/** How far the feed has been delivered, where the dispatcher keeps it. */
async function saveCursor(store: SqliteStore, cursor: string): Promise<void> {
  const place = { partition: 'consumer', key: 'dispatcher', nonce: 'cursor' };
  await store.index.put({ ...place, value: { cursor }, expiresAt: null });
}

/** Marks everything in the file as delivered: its rows were prepared with it. */
export async function markDelivered(folder: string): Promise<void> {
  const store = openSqlite(logPathIn(folder));
  await saveCursor(store, await endOfFeed(store, folder));
  await store.close();
}
