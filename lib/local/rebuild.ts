import type { Engine } from '../engine/context.ts';
import { lookAtDeadlines, timeoutGraceMs } from '../engine/deadlines.ts';
import { putDue } from '../engine/due.ts';
import { evaluateWant } from '../engine/evaluateWant.ts';
import { waitInPool } from '../engine/pools.ts';
import { rememberLearned } from '../engine/taint.ts';
import type { Commit } from '../log/eventLog.ts';
import type { DroppableIndex, Row } from '../log/rowIndex.ts';
import type { BuildEvent, OpenRun } from '../model/build.ts';
import { lists, project } from '../query/lists.ts';
import { openRuns } from '../query/runs.ts';
import { GatheredRows } from './gatheredRows.ts';

/** Rows that stand for themselves: remembered answers, and how far the feed has been delivered. */
const kept = ['answers/', 'consumer'] as const;
const feedPage = 1_000;
/** How many rows are gathered before they are written. */
const gatheredMax = 20_000;
/** Wants and runs that are looked at side by side, so that their rows share a group. */
const looksAtOnce = 256;

/**
 * Drops every index and makes it anew from the log: lists by folding the feed, waiter, due and pool rows by evaluating
 * every open want and looking at every open run once.
 *
 * @returns how many commits were read.
 */
export async function rebuildIndexes(engine: Engine, index: DroppableIndex): Promise<number> {
  const own = await rowsToKeep(index);
  await index.clear();
  for (const row of own) await index.put(row);
  const commits = await foldFeed(engine);
  await sideBySide(await openWantIds(engine), async (wantId) => {
    if ((await evaluateWant(engine, wantId)) === 'open') await lookAtDeadlines(engine, wantId);
  });
  const open: { readonly buildId: string; readonly run: OpenRun }[] = [];
  for await (const one of openRuns(engine)) open.push(one);
  await sideBySide(open, ({ buildId, run }) => lookAtRun(engine, buildId, run));
  return commits;
}

async function sideBySide<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += looksAtOnce) await Promise.all(items.slice(at, at + looksAtOnce).map(act));
}

async function rowsToKeep(index: DroppableIndex): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const prefix of kept) {
    for await (const partition of partitionsWith(index, prefix)) rows.push(...(await allRows(index, partition)));
  }
  return rows;
}

async function* partitionsWith(index: DroppableIndex, prefix: string): AsyncGenerator<string> {
  let after = prefix.slice(0, -1); // Comes before everything that begins with the prefix.
  for (;;) {
    const partitions = await index.partitions(after, feedPage);
    for (const partition of partitions) {
      if (partition.startsWith(prefix)) yield partition;
      else if (partition > prefix) return;
    }
    if (partitions.length < feedPage) return;
    after = partitions.at(-1) as string;
  }
}

async function allRows(index: Engine['index'], partition: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let afterKey: string | null = null;
  do {
    const page: { rows: readonly Row[]; nextKey: string | null } = await index.query(partition, {
      limit: feedPage,
      ...(afterKey === null ? {} : { afterKey }),
    });
    rows.push(...page.rows);
    afterKey = page.nextKey;
  } while (afterKey !== null);
  return rows;
}

async function foldFeed(engine: Engine): Promise<number> {
  const rows = new GatheredRows(engine.index);
  let cursor: string | undefined;
  let commits = 0;
  for (let more = true; more; ) {
    const page = await engine.log.list({}, cursor, feedPage);
    for (const { commit } of page.items) await foldCommit(engine, rows, commit);
    commits += page.items.length;
    cursor = page.nextCursor;
    more = page.more;
    if (rows.size >= gatheredMax || !more) await rows.flush();
  }
  return commits;
}

async function foldCommit(engine: Engine, rows: GatheredRows, commit: Commit): Promise<void> {
  await project(rows, commit);
  if (!commit.stream.startsWith('build/')) return;
  for (const event of commit.events as unknown as readonly BuildEvent[]) {
    if (event.type !== 'RunEnded' || event.missing === undefined) continue;
    await rememberLearned(engine, commit.stream.slice('build/'.length), event.missing);
  }
}

async function openWantIds(engine: Engine): Promise<readonly string[]> {
  return (await allRows(engine.index, lists.openWants)).map((row) => row.value.wantId as string);
}

async function lookAtRun(engine: Engine, buildId: string, run: OpenRun): Promise<void> {
  const subject = `build/${buildId}` as const;
  if (run.status === 'queued') return waitInPool(engine, buildId, run, null);
  const at = run.status === 'retrying' ? (run.retryAt ?? 0) : (run.timeoutAt ?? 0) + timeoutGraceMs;
  await putDue(engine, subject, at);
}
