import type { Commit } from '../log/eventLog.ts';
import type { BuildEvent, PartitionLive, PartitionTainted, RunEnded } from '../model/build.ts';
import type { WantEvent } from '../model/want.ts';
import { taintedPin } from './claims.ts';
import type { Engine } from './context.ts';
import { lookAtDeadlines, timeoutGraceMs } from './deadlines.ts';
import { putDue } from './due.ts';
import { dropRun } from './evaluateBuild.ts';
import { evaluateWant } from './evaluateWant.ts';
import { lookAtPool, waitInPool } from './pools.ts';
import { isWanted, releaseBuild, releaseDerived } from './release.ts';
import { startRun } from './runs.ts';
import { builds, load } from './streams.ts';
import { markRun, rememberLearned, taintDependents } from './taint.ts';
import { type Wake, wakeAll, wakeBuild, wakePage } from './wake.ts';

/**
 * Reacts to one commit of the log. Called at least once for every commit, in any order and any number of times side by
 * side: what it does is decided by what it reads, never by the commit, which only says where to look.
 *
 * @returns walks over waiters that are still to be done, page by page (`wakePage`), before the commit counts as
 *   handled.
 */
export async function react(engine: Engine, commit: Commit): Promise<readonly Wake[]> {
  const slash = commit.stream.indexOf('/');
  const id = commit.stream.slice(slash + 1);
  const kind = commit.stream.slice(0, slash);
  const wakes: Wake[] = [];
  for (const event of commit.events as readonly unknown[]) {
    if (kind === 'want') wakes.push(...(await reactToWant(engine, id, event as WantEvent)));
    if (kind === 'build') wakes.push(...(await reactToBuild(engine, id, event as BuildEvent)));
    if (kind === 'external')
      wakes.push(...(await reactToExternal(engine, id, event as PartitionLive | PartitionTainted)));
  }
  if (kind === 'pool') await lookAtPool(engine, id);
  return wakes;
}

/** Reacts, and does all that follows at once. */
export async function reactFully(engine: Engine, commit: Commit): Promise<void> {
  for (const wake of await react(engine, commit)) {
    let rest: Wake | null = wake;
    while (rest !== null) rest = await wakePage(engine, rest);
  }
}

async function reactToWant(engine: Engine, wantId: string, event: WantEvent): Promise<readonly Wake[]> {
  switch (event.type) {
    case 'WantCreated':
      if ((await evaluateWant(engine, wantId)) === 'open') await lookAtDeadlines(engine, wantId);
      // Whoever made it for a want that ended meanwhile may have died before it could give it back.
      if (event.source === 'derived') for (const ref of event.partitionRefs) await releaseDerived(engine, ref);
      return [];
    case 'WantTightened':
      await evaluateWant(engine, wantId);
      return [];
    case 'WantFailed':
    case 'WantExpired':
    case 'WantCancelled':
      await evaluateWant(engine, wantId);
      return event.source === 'derived'
        ? event.partitionRefs.map((ref) => wakeAll(`partition/${ref}`, 'derivedEnded'))
        : [];
    case 'WantSatisfied':
    case 'SlaAtRisk':
    case 'SlaLate':
      return [];
    default:
      event satisfies never;
      return [];
  }
}

async function reactToBuild(engine: Engine, buildId: string, event: BuildEvent): Promise<readonly Wake[]> {
  switch (event.type) {
    case 'RunQueued':
      if (!(await lookAtPins(engine, buildId, event.runId))) await queueAgain(engine, buildId);
      return [];
    case 'RunStarted':
    case 'RunRestarted':
      await lookAtPins(engine, buildId, event.runId);
      await putDue(engine, `build/${buildId}`, event.timeoutAt + timeoutGraceMs);
      await startRun(engine, { buildId, runId: event.runId, attempt: event.attempt, execution: event.execution });
      return [];
    case 'RunRetrying':
      if (event.state === 'timedOut') await engine.runner.stop({ ...event, buildId });
      await putDue(engine, `build/${buildId}`, event.retryAt);
      if (event.pool !== undefined) await lookAtPool(engine, event.pool);
      return [];
    case 'RunEnded':
      return reactToEnd(engine, buildId, event);
    case 'PartitionTainted':
      await taintDependents(engine, event);
      return [];
    case 'RunAccepted':
    case 'RunRequested':
    case 'RunTainted':
    case 'PartitionLive':
      return [];
    default:
      event satisfies never;
      return [];
  }
}

/**
 * After the claim its pinned instances are looked at again: tainted meanwhile → dropped where it is only queued, else
 * it will publish as tainted. True where it was dropped. The claim's own event does it, since that is delivered until
 * it is done: a claimer that dies after its append leaves no claim unlooked.
 */
async function lookAtPins(engine: Engine, buildId: string, runId: string): Promise<boolean> {
  const { state } = await load(engine, builds, buildId);
  const run = state?.run;
  if (run?.runId !== runId || run.tainted !== undefined) return false;
  const bad = await taintedPin(engine, buildId, run.claimRevision);
  if (bad === null) return false;
  const dropped =
    run.status === 'queued' && (await dropRun(engine, buildId, `its input ${bad.partitionRef} was tainted`));
  if (!dropped) await markRun(engine, buildId, run, bad.partitionRef);
  return dropped;
}

/** Also looks whether it is wanted: whoever claimed it may have died after those who wanted it had ended. */
async function queueAgain(engine: Engine, buildId: string): Promise<void> {
  const { state } = await load(engine, builds, buildId);
  if (state?.run?.status !== 'queued') return;
  if (await isWanted(engine, buildId)) await waitInPool(engine, buildId, state.run, null);
  else await releaseBuild(engine, buildId);
}

async function reactToEnd(engine: Engine, buildId: string, event: RunEnded): Promise<readonly Wake[]> {
  if (event.state === 'cancelled' || event.state === 'timedOut') await engine.runner.stop({ ...event, buildId });
  if (event.missing !== undefined) await rememberLearned(engine, buildId, event.missing);
  if (event.pool !== undefined) await lookAtPool(engine, event.pool);
  switch (event.state) {
    case 'succeeded':
      return event.outputs.map((ref) => wakeAll(`partition/${ref}`, 'live'));
    case 'failed':
    case 'timedOut':
    case 'cancelled':
      return event.outputs.map((ref) => wakeAll(`partition/${ref}`, 'ended'));
    case 'missing':
    case 'dropped':
      await wakeBuild(engine, buildId);
      return [];
    default:
      event.state satisfies never;
      return [];
  }
}

async function reactToExternal(
  engine: Engine,
  id: string,
  event: PartitionLive | PartitionTainted,
): Promise<readonly Wake[]> {
  if (event.type === 'PartitionLive') return [wakeAll(`external/${id}`, 'live')];
  await taintDependents(engine, event);
  return [];
}
