import type { OpenRun, RunAccepted } from '../model/build.ts';
import type { Engine } from './context.ts';
import type { RunHandle, RunOutcome } from './ports.ts';
import { Refused } from './refused.ts';
import { buildUnder, cancelRun, outputsFault, runEnded } from './runs.ts';
import { builds, change, load } from './streams.ts';

/**
 * Takes the work of an event job's run: gives the capability by which it is reported, once (again for the same `by`).
 *
 * @param by who asks, in a form that is the same when the same request is tried again.
 * @throws Refused `conflict` where the run is not under way, is no event job's, or somebody else has it.
 */
export async function acceptRun(
  engine: Engine,
  buildId: string,
  runId: string,
  by: string,
): Promise<{ run: OpenRun; capability: string }> {
  await requireEventRun(engine, buildId, runId);
  const { state } = await change(engine, builds, buildId, (loaded) => {
    const run = runningOf(loaded.state?.run, runId);
    if (run.acceptedBy === by) return [];
    if (run.acceptedBy !== undefined) throw new Refused('conflict', `run ${runId} was accepted already`);
    const accepted: RunAccepted = { type: 'RunAccepted', v: 1, runId, attempt: run.attempt, by };
    return [accepted];
  });
  const run = runningOf(state?.run, runId);
  return { run, capability: capabilityOf(engine, run) };
}

function runningOf(run: OpenRun | null | undefined, runId: string): OpenRun {
  if (run?.runId === runId && run.status === 'running') return run;
  throw new Refused('conflict', `run ${runId} is not under way`);
}

async function requireEventRun(engine: Engine, buildId: string, runId: string): Promise<void> {
  const { state } = await load(engine, builds, buildId);
  const run = runningOf(state?.run, runId);
  const build = await buildUnder(engine, run.manifest, buildId);
  if (build?.job.run.kind === 'event') return;
  throw new Refused('conflict', `run ${runId} is done by landfall itself: its job is no event job`);
}

/** Derived, never stored: for one run, one attempt and whoever accepted it. */
function capabilityOf(engine: Engine, run: OpenRun): string {
  return engine.capability(`${run.runId}.${run.attempt}.${run.execution}.${run.acceptedBy ?? ''}`);
}

/**
 * Whoever accepted a run says how it ended.
 *
 * @throws Refused `forbidden` for a capability that is not this run's, `conflict` where it has ended, `invalid` where a
 *   success does not name every output once.
 */
export async function reportRun(
  engine: Engine,
  buildId: string,
  runId: string,
  capability: string,
  outcome: RunOutcome,
): Promise<void> {
  const { state } = await load(engine, builds, buildId);
  const run = runningOf(state?.run, runId);
  if (run.acceptedBy === undefined || !engine.sameSecret(capability, capabilityOf(engine, run))) {
    throw new Refused('forbidden', `the capability is not the one that was given for run ${runId}`);
  }
  if (outcome.kind === 'succeeded') {
    const fault = outputsFault(run, outcome.outputs);
    if (fault !== null) throw new Refused('invalid', fault, [{ pointer: '/outputs', detail: fault }]);
  }
  const handle: RunHandle = { buildId, runId, attempt: run.attempt, execution: run.execution };
  await runEnded(engine, handle, outcome);
}

/** Cancels a run that has not ended: its build fails, and with it the wants that need it. @throws Refused `conflict`. */
export async function cancelOpenRun(engine: Engine, buildId: string, runId: string, why: string): Promise<void> {
  if (await cancelRun(engine, buildId, runId, why)) return;
  throw new Refused('conflict', `run ${runId} has ended already`);
}
