import { orderedMoment } from '../engine/due.ts';
import { durationRow } from '../engine/expect.ts';
import { builds, stateOf, wants } from '../engine/streams.ts';
import type { Commit } from '../log/eventLog.ts';
import type { Row, RowIndex } from '../log/rowIndex.ts';
import type { BuildEvent, BuildState, OpenRun, RunEnded } from '../model/build.ts';
import type { JsonObject } from '../model/json.ts';
import type { Want, WantEvent } from '../model/want.ts';

/** Partitions of the list rows. Each list is ordered by key; times in keys are when the thing was created. */
export const lists = {
  openWants: 'list/wants/open',
  endedWants: 'list/wants/ended',
  wantsOf: (partitionRef: string) => `list/wantsOf/${partitionRef}`,
  openRuns: 'list/runs/open',
  endedRuns: 'list/runs/ended',
  runsById: 'list/runsById',
  partitions: 'list/partitions',
  late: 'list/sla/late',
  atRisk: 'list/sla/atRisk',
} as const;

const nonce = 'list';

/** What keeping the lists needs of an index. */
export type ListRows = Pick<RowIndex, 'put' | 'get' | 'deleteExact'>;

/**
 * Keeps the lists in step with the log: called with every commit, in the order of its stream, at least once. What a
 * row says is where to look; what is shown is read from the stream.
 */
export async function project(index: ListRows, commit: Commit): Promise<void> {
  const slash = commit.stream.indexOf('/');
  const id = commit.stream.slice(slash + 1);
  const kind = commit.stream.slice(0, slash);
  if (kind === 'want') return projectWant(index, commit, stateOf(wants, commit));
  if (kind === 'build') return projectBuild(index, id, commit, stateOf(builds, commit));
  if (kind === 'external') return listPartitions(index, commit);
}

async function put(index: ListRows, partition: string, key: string, value: JsonObject = {}): Promise<void> {
  await index.put({ partition, key, nonce, value, expiresAt: null });
}

async function remove(index: ListRows, partition: string, key: string): Promise<void> {
  await index.deleteExact({ partition, key, nonce });
}

async function projectWant(index: ListRows, commit: Commit, want: Want): Promise<void> {
  const key = wantKey(want);
  for (const event of commit.events as unknown as readonly WantEvent[]) {
    switch (event.type) {
      case 'WantCreated':
        await put(index, lists.openWants, key, { wantId: want.wantId });
        for (const ref of want.partitionRefs) await put(index, lists.wantsOf(ref), key, { wantId: want.wantId });
        break;
      case 'WantSatisfied':
      case 'WantFailed':
      case 'WantExpired':
      case 'WantCancelled':
        await put(index, lists.endedWants, key, { wantId: want.wantId }); // Before the other goes: never unseen.
        await remove(index, lists.openWants, key);
        if (want.lateAt !== undefined) await remove(index, lists.late, key);
        if (want.atRiskAt !== undefined) await remove(index, lists.atRisk, key);
        break;
      case 'SlaLate':
        if (want.status === 'open') await put(index, lists.late, key, told(commit, event));
        if (want.atRiskAt !== undefined) await remove(index, lists.atRisk, key);
        break;
      case 'SlaAtRisk':
        if (want.status === 'open') await put(index, lists.atRisk, key, told(commit, event));
        break;
      case 'WantTightened':
        break;
      default:
        event satisfies never;
    }
  }
}

export function wantKey(want: Pick<Want, 'createdAt' | 'wantId'>): string {
  return `${orderedMoment(want.createdAt)}/${want.wantId}`;
}

function told(commit: Commit, event: Extract<WantEvent, { type: 'SlaLate' | 'SlaAtRisk' }>): JsonObject {
  const position = commit.events.indexOf(event as unknown as Commit['events'][number]);
  return { ...event, eventId: eventIdOf(commit, position), at: commit.at };
}

/** Stable: the same event has the same id however often it is delivered. */
export function eventIdOf(commit: Pick<Commit, 'stream' | 'revision'>, index: number): string {
  return `${commit.stream}@${commit.revision}.${index}`;
}

async function projectBuild(index: ListRows, buildId: string, commit: Commit, state: BuildState): Promise<void> {
  for (const event of commit.events as unknown as readonly BuildEvent[]) {
    if (event.type === 'RunEnded') await listEnded(index, buildId, commit, event);
  }
  if (state.run !== null) await listOpen(index, buildId, state.run);
  await listPartitions(index, commit);
}

async function listOpen(index: ListRows, buildId: string, run: OpenRun): Promise<void> {
  const key = `${orderedMoment(run.createdAt)}/${run.runId}`;
  const value = { buildId, runId: run.runId, key, startedAt: run.startedAt ?? null, attempt: run.attempt };
  await put(index, lists.runsById, run.runId, value);
  await put(index, lists.openRuns, key, value);
}

async function listEnded(index: ListRows, buildId: string, commit: Commit, event: RunEnded): Promise<void> {
  const known = await index.get(lists.runsById, event.runId);
  if (known === null) return;
  const key = known.value.key as string;
  await put(index, lists.endedRuns, key, { buildId, runId: event.runId });
  await remove(index, lists.openRuns, key);
  const startedAt = known.value.startedAt;
  if (event.state === 'succeeded' && typeof startedAt === 'number') {
    await recordDuration(index, jobIdOf(buildId), event.runId, commit.at - startedAt);
  }
}

function jobIdOf(buildId: string): string {
  const slash = buildId.indexOf('/');
  return slash === -1 ? buildId : buildId.slice(0, slash);
}

/** The newest runs count most: each takes a fifth of the mean. */
async function recordDuration(index: ListRows, jobId: string, runId: string, ms: number): Promise<void> {
  const { partition, key } = durationRow(jobId);
  const row: Row | null = await index.get(partition, key);
  if (row?.value.runId === runId) return;
  const before = row?.value.meanMs;
  const meanMs = typeof before === 'number' ? before + (ms - before) / 5 : ms;
  await put(index, partition, key, { meanMs, runId });
}

/** A partition has a record once a run for it was claimed, or it was reported. */
async function listPartitions(index: ListRows, commit: Commit): Promise<void> {
  for (const event of commit.events as unknown as readonly BuildEvent[]) {
    if (event.type === 'RunQueued' || event.type === 'RunStarted') {
      for (const ref of event.outputs ?? []) await put(index, lists.partitions, ref);
    }
    if (event.type === 'PartitionLive' && event.runId === undefined)
      await put(index, lists.partitions, event.partitionRef);
  }
}
