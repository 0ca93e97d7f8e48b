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

/** Rows that stand for themselves: remembered answers, and how far the feed has been delivered. */
const kept = ['answers/', 'consumer'] as const;
const feedPage = 500;

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
  for (const wantId of await openWantIds(engine)) {
    if ((await evaluateWant(engine, wantId)) === 'open') await lookAtDeadlines(engine, wantId);
  }
  for await (const { buildId, run } of openRuns(engine)) await lookAtRun(engine, buildId, run);
  return commits;
}

async function rowsToKeep(index: DroppableIndex): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let after = '';
  for (;;) {
    const partitions = await index.partitions(after, feedPage);
    if (partitions.length === 0) return rows;
    for (const partition of partitions) {
      if (kept.some((prefix) => partition.startsWith(prefix))) rows.push(...(await allRows(index, partition)));
    }
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

/** Streams side by side, the commits of each in its order. */
async function foldFeed(engine: Engine): Promise<number> {
  let cursor: string | undefined;
  let commits = 0;
  for (;;) {
    const page = await engine.log.list({}, cursor, feedPage);
    const streams = Map.groupBy(page.items, (item) => item.commit.stream);
    await Promise.all(
      [...streams.values()].map(async (items) => {
        for (const { commit } of items) await foldCommit(engine, commit);
      }),
    );
    commits += page.items.length;
    cursor = page.nextCursor;
    if (!page.more) return commits;
  }
}

async function foldCommit(engine: Engine, commit: Commit): Promise<void> {
  await project(engine.index, commit);
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
