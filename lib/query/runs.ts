import type { RunHandle } from '../engine/ports.ts';
import { Refused } from '../engine/refused.ts';
import { builds, foldEvents, load, streamOf } from '../engine/streams.ts';
import type { Commit } from '../log/eventLog.ts';
import type { Row } from '../log/rowIndex.ts';
import type { BuildEvent, BuildState, Claim, OpenRun, Pins, RunEnded } from '../model/build.ts';
import { pinned } from '../model/pins.ts';
import type { Query } from './context.ts';
import { moment, momentOrNull } from './format.ts';
import { lists } from './lists.ts';
import type { ListView, RunStateView, RunView } from './views.ts';
import { walkPage } from './walk.ts';

/** Which build a run belongs to. @throws Refused `notFound`. */
export async function buildOfRun(query: Pick<Query, 'index'>, runId: string): Promise<string> {
  const row = await query.index.get(lists.runsById, runId);
  if (row === null) throw new Refused('notFound', `there is no run ${runId}`);
  return row.value.buildId as string;
}

/** @throws Refused `notFound`. */
export async function runView(query: Query, buildId: string, runId: string): Promise<RunView> {
  const story = await storyOf(query, buildId, runId);
  const view = viewOf(story);
  return { ...view, progress: view.state === 'running' ? query.signs.progress(handleOf(story)) : null };
}

/** Folds a build's stream over the life of one run. */
async function storyOf(query: Query, buildId: string, runId: string): Promise<RunStory> {
  let state: BuildState | null = null;
  let told: RunStory | null = null;
  for await (const commit of query.log.read(streamOf(builds, buildId))) {
    state =
      commit.state === null
        ? foldEvents(builds, state, commit.events, commit.at, commit.revision)
        : (commit.state as unknown as BuildState);
    told = tellCommit(told, commit, state, runId);
    if (told?.end !== undefined) break;
  }
  if (told === null) throw new Refused('notFound', `there is no run ${runId}`);
  return told;
}

function handleOf({ buildId, run, end }: RunStory): RunHandle {
  const { attempt, execution } = end ?? run;
  return { buildId, runId: run.runId, attempt, execution };
}

interface RunStory {
  readonly buildId: string;
  readonly run: OpenRun;
  readonly claim: Claim;
  readonly end?: RunEnded;
  readonly endedAt?: number;
  readonly revision: number;
}

function tellCommit(story: RunStory | null, commit: Commit, state: BuildState | null, runId: string): RunStory | null {
  const events = commit.events as unknown as readonly BuildEvent[];
  const mine = events.filter((event) => 'runId' in event && event.runId === runId);
  if (mine.length === 0) return story;
  const claim =
    mine.find((event): event is Extract<BuildEvent, { type: 'RunQueued' }> => 'pins' in event) ?? story?.claim;
  const end = mine.find((event) => event.type === 'RunEnded');
  const run = state?.run?.runId === runId ? state.run : story?.run;
  if (run === undefined || claim === undefined) return story;
  return {
    run,
    claim,
    buildId: commit.stream.slice('build/'.length),
    revision: commit.revision,
    ...(end === undefined ? {} : { end, endedAt: commit.at }),
  };
}

function viewOf({ run, claim, end, endedAt, revision }: RunStory): Omit<RunView, 'progress'> {
  return {
    runId: run.runId,
    job: run.job,
    state: stateOfRun(run, end),
    attempt: run.attempt,
    outputs: run.outputs,
    inputs: pinned(claim.pins as Pins),
    wantIds: claim.wantIds,
    createdAt: moment(run.createdAt),
    startedAt: momentOrNull(run.startedAt),
    endedAt: momentOrNull(endedAt),
    retryAt: end === undefined && run.status === 'retrying' ? momentOrNull(run.retryAt) : null,
    metadata: end?.metadata ?? null,
    error: end?.error ?? run.error ?? null,
    missing: end?.missing ?? null,
    revision,
  };
}

function stateOfRun(run: OpenRun, end: RunEnded | undefined): RunStateView {
  if (end !== undefined) return end.state;
  return run.status === 'running' ? 'running' : 'queued';
}

/** The execution that a run is at, or was at when it ended: whose log is shown. @throws Refused `notFound`. */
export async function newestExecution(
  query: Query,
  buildId: string,
  runId: string,
): Promise<{ handle: RunHandle; ended: boolean }> {
  const story = await storyOf(query, buildId, runId);
  return { handle: handleOf(story), ended: story.end !== undefined };
}

/** Open runs first, then ended ones, the newest first in each. */
export async function listRuns(
  query: Query,
  listing: {
    readonly states?: readonly RunStateView[];
    readonly job?: string;
    readonly limit: number;
    readonly cursor?: string;
  },
): Promise<ListView<RunView>> {
  return walkPage(
    query,
    {
      list: 'runs',
      partitions: [lists.openRuns, lists.endedRuns],
      descending: true,
      show: (row) => showRun(query, listing, row),
    },
    listing,
  );
}

async function showRun(
  query: Query,
  listing: { readonly states?: readonly RunStateView[]; readonly job?: string },
  row: Row,
): Promise<RunView | null> {
  const view = await runView(query, row.value.buildId as string, row.value.runId as string);
  if (listing.job !== undefined && view.job !== listing.job) return null;
  return listing.states === undefined || listing.states.includes(view.state) ? view : null;
}

/** Executions that are under way, for a service that starts: each was cut off. */
export async function* openRuns(
  query: Pick<Query, 'index' | 'log'>,
): AsyncGenerator<{ buildId: string; run: OpenRun }> {
  let afterKey: string | null = null;
  do {
    const page: { rows: readonly Row[]; nextKey: string | null } = await query.index.query(
      lists.openRuns,
      afterKey === null ? {} : { afterKey },
    );
    for (const row of page.rows) {
      const buildId = row.value.buildId as string;
      const { state } = await load(query, builds, buildId);
      const run = state?.run ?? null;
      if (run !== null && run.runId === row.value.runId) yield { buildId, run };
    }
    afterKey = page.nextKey;
  } while (afterKey !== null);
}
