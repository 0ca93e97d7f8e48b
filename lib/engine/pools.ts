import type { Row } from '../log/rowIndex.ts';
import { startQueued } from '../model/build.decide.ts';
import type { OpenRun } from '../model/build.ts';
import type { BuildId } from '../model/graph.ts';
import type { ManifestPool } from '../model/manifest.ts';
import { fits, type Pool, type PoolGranted, type PoolRun, samePoolRun } from '../model/pool.ts';
import type { Engine } from './context.ts';
import { buildOf } from './demand.ts';
import { orderedMoment } from './due.ts';
import { createSharedLooks, type SharedLooks } from './sharedLooks.ts';
import { append, builds, change, type Loaded, load, looksMax, pools, tooManyLooks } from './streams.ts';

/** Puts a queued run's row and looks at the pool: whoever finds the run queued does both. */
export async function waitInPool(
  engine: Engine,
  buildId: BuildId,
  run: OpenRun,
  deadline: number | null,
): Promise<void> {
  if (run.pool === undefined) return;
  await putPoolRow(engine, run.pool, buildId, run, earliest(run.deadline ?? null, deadline));
  await lookAtPool(engine, run.pool);
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}

/** Ordered by absolute deadline, those without one last, then by who came first. */
async function putPoolRow(
  engine: Engine,
  pool: string,
  buildId: BuildId,
  run: OpenRun,
  deadline: number | null,
): Promise<void> {
  const order = deadline === null ? '~' : orderedMoment(deadline);
  const waiting: PoolRun = {
    buildId,
    runId: run.runId,
    attempt: run.attempt,
    weight: run.weight ?? 1,
    hasDeadline: deadline !== null,
  };
  const name = `${run.runId}.${run.attempt}`; // One row for each attempt: who still has the last one must not replace it.
  const row = {
    partition: rowsOf(pool),
    key: `${order}/${orderedMoment(run.createdAt)}/${name}`,
    nonce: name,
    value: { ...waiting },
    expiresAt: null,
  };
  // The claimer and the claim's own event come here at the same time: the second finds the row of the first.
  await sharedLooks(engine)(`${row.partition}/${row.key}`, () => putUnlessThere(engine, row));
}

/** It goes only once the run is no longer queued: one that stands is not put again, which would cost a write. */
async function putUnlessThere(engine: Engine, row: Row): Promise<void> {
  if ((await engine.index.get(row.partition, row.key))?.nonce !== row.nonce) await engine.index.put(row);
}

/**
 * Releases what has ended, grants what fits, and starts what was granted. Reads the pool's head, then each holder's
 * run, then the rows by deadline; one append at the revision that was read decides, and only after it a run starts.
 */
export function lookAtPool(engine: Engine, pool: string): Promise<void> {
  return sharedLooks(engine)(pool, () => lookUntilDone(engine, pool));
}

/** Each process's own: what others do at the same time is settled by the append. */
function sharedLooks(engine: Engine): SharedLooks {
  const looks = looksByEngine.get(engine) ?? createSharedLooks();
  looksByEngine.set(engine, looks);
  return looks;
}

const looksByEngine = new WeakMap<Engine, SharedLooks>();

async function lookUntilDone(engine: Engine, pool: string): Promise<void> {
  for (let tries = 0; tries < looksMax; tries++) {
    if ((await lookOnce(engine, pool)) === 'done') return;
  }
  throw tooManyLooks(`pool ${pool}`);
}

async function lookOnce(engine: Engine, pool: string): Promise<'done' | 'again'> {
  const loaded = await load(engine, pools, pool);
  const holders = loaded.state?.holders ?? [];
  const { kept, released, refused } = await checkHolders(engine, holders);
  const granted = await grantsFor(engine, pool, kept);
  if (released.length + granted.length > 0) {
    if ((await appendGrant(engine, pool, loaded, released, granted)) === null) return 'again';
  }
  const started = await Promise.all(granted.map((run) => startGranted(engine, run)));
  return refused || started.includes(false) ? 'again' : 'done';
}

interface HoldersLook {
  readonly kept: readonly PoolRun[];
  readonly released: readonly PoolRun[];
  /** A holder could not be started any more: it changed while it was looked at. */
  readonly refused: boolean;
}

/** A holder that ended or was dropped is released; one still queued keeps its slot and is started: its granter died. */
async function checkHolders(engine: Engine, holders: readonly PoolRun[]): Promise<HoldersLook> {
  const kept: PoolRun[] = [];
  const released: PoolRun[] = [];
  let refused = false;
  for (const holder of holders) {
    const status = await statusOf(engine, holder);
    (status === null ? released : kept).push(holder);
    if (status === 'queued' && !(await startGranted(engine, holder))) refused = true;
  }
  return { kept, released, refused };
}

/** `null` where this attempt is not in the pool any more: ended, dropped, or waiting for its next attempt. */
async function statusOf(engine: Engine, holder: PoolRun): Promise<'queued' | 'running' | null> {
  const { state } = await load(engine, builds, holder.buildId);
  const run = state?.run;
  if (run?.runId !== holder.runId || run.attempt !== holder.attempt || run.status === 'retrying') return null;
  return run.status;
}

/** The queued runs that fit, in order. The first that does not fit ends it: nothing overtakes a big one that waits. */
async function grantsFor(engine: Engine, pool: string, kept: readonly PoolRun[]): Promise<readonly PoolRun[]> {
  const limits = poolOf(engine, pool);
  const granted: PoolRun[] = [];
  for await (const { row, run } of waitingRows(engine, pool)) {
    if ([...kept, ...granted].some((holder) => samePoolRun(holder, run))) continue;
    if ((await statusOf(engine, run)) !== 'queued') {
      await engine.index.deleteExact(row);
      continue;
    }
    if (!fits(limits, [...kept, ...granted], run)) break;
    granted.push(run);
  }
  return granted;
}

async function* waitingRows(engine: Engine, pool: string): AsyncGenerator<{ row: Row; run: PoolRun }> {
  let afterKey: string | null = null;
  do {
    const page: { rows: readonly Row[]; nextKey: string | null } = await engine.index.query(rowsOf(pool), {
      limit: engine.config.pageRows,
      ...(afterKey === null ? {} : { afterKey }),
    });
    for (const row of page.rows) yield { row, run: row.value as unknown as PoolRun };
    afterKey = page.nextKey;
  } while (afterKey !== null);
}

/** A pool that left the graph while runs wait in it lets them all go. */
function poolOf(engine: Engine, pool: string): ManifestPool {
  const limits = engine.graphs.current().manifest.pools[pool];
  return limits ?? { capacity: Number.POSITIVE_INFINITY, reservedForDeadlines: 0 };
}

async function appendGrant(
  engine: Engine,
  pool: string,
  loaded: Loaded<Pool>,
  released: readonly PoolRun[],
  granted: readonly PoolRun[],
): Promise<Loaded<Pool> | null> {
  const event: PoolGranted = { type: 'PoolGranted', v: 1, released, granted };
  return append(engine, pools, pool, loaded, [event]);
}

/** Starts a granted run by an append that succeeds from queued alone. False where it is not queued any more. */
async function startGranted(engine: Engine, run: PoolRun): Promise<boolean> {
  const job = buildOf(engine, run.buildId)?.job;
  const timeoutAt = engine.clock.now() + (job?.timeoutSeconds ?? timeoutSecondsDefault) * 1000;
  const { changed, state } = await change(engine, builds, run.buildId, (loaded) =>
    loaded.state === null ? [] : startQueued(loaded.state, run, timeoutAt, job?.run.kind === 'event'),
  );
  if (changed) return true;
  const now = state?.run;
  return now?.runId === run.runId && now.attempt === run.attempt && now.status === 'running';
}

/** For a run whose job left the graph while it was queued. */
const timeoutSecondsDefault = 3600;

function rowsOf(pool: string): string {
  return `pool/${pool}`;
}
