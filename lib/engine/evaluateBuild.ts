import { hasCode } from '../log/errors.ts';
import { dropQueued, queue, request, startNow } from '../model/build.decide.ts';
import { type BuildState, type Claim, emptyBuild, liveOutput, type OpenRun } from '../model/build.ts';
import type { Build, BuildId, Located } from '../model/graph.ts';
import { pin, samePins } from '../model/pins.ts';
import type { EndReason } from '../model/reason.ts';
import { claimPins } from './claims.ts';
import type { Engine } from './context.ts';
import { buildOf, type Demand } from './demand.ts';
import { ensureDerived } from './derived.ts';
import { expectedMs } from './expect.ts';
import { type InputsLook, type LiveInput, lookAtInputs } from './inputs.ts';
import { waitInPool } from './pools.ts';
import { append, builds, change, type Loaded, load, looksMax, tooManyLooks } from './streams.ts';

/** What a look at a build found, after doing what was to be done. */
export type BuildLook =
  /** Every output is there, and fresh enough for this demand. */
  | { readonly kind: 'live' }
  /** This look claimed it. */
  | { readonly kind: 'claimed'; readonly runId: string }
  /** A run was under way already: queued, running, or waiting for its next attempt. */
  | { readonly kind: 'underWay'; readonly runId: string }
  /** Registered on what is missing, which was asked for. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'failed'; readonly reason: EndReason };

/**
 * Brings a wanted build as far as it can go now: joins its run, claims it where all inputs are live, else registers on
 * what is missing and wants it. The claim is one append at the revision that was read; a conflict means that somebody
 * else did it, and is looked at again.
 */
export async function evaluateBuild(engine: Engine, buildId: BuildId, demand: Demand): Promise<BuildLook> {
  for (let tries = 0; tries < looksMax; tries++) {
    const look = await lookAtBuild(engine, buildId, demand);
    if (look !== 'again') return look;
  }
  throw tooManyLooks(`build ${buildId}`);
}

type Look = BuildLook | 'again';

async function lookAtBuild(engine: Engine, buildId: BuildId, demand: Demand): Promise<Look> {
  const build = buildOf(engine, buildId);
  if (build === null) return cannotBeMade(`the graph that is loaded has no job that makes ${buildId}`);
  const loaded = await load(engine, builds, buildId);
  const state = loaded.state ?? emptyBuild;
  const run = state.run;
  if (run !== null && !isAttemptDue(run, engine.clock.now())) return join(engine, run, buildId, demand);
  if (run === null && isMade(build, state, demand)) return { kind: 'live' };
  const inputs = await lookAtInputs(engine, build, state.learned, demand);
  if (inputs.kind === 'unknown')
    return cannotBeMade(`the graph has no partition ${inputs.partitionRef}, which a run needs`);
  const failed = await failureStands(engine, build, state, demand, inputs);
  if (failed !== null) return { kind: 'failed', reason: failed };
  if (inputs.kind === 'live') return claim(engine, build, { ...loaded, state }, inputs.inputs, demand);
  return inputs.missing.length === 0 ? 'again' : demandMissing(engine, build, inputs.missing, demand);
}

function isAttemptDue(run: OpenRun, now: number): boolean {
  return run.status === 'retrying' && (run.retryAt ?? 0) <= now;
}

/** A queued run whose row may be lost with the one that queued it gets it again, and a tighter deadline counts. */
async function join(engine: Engine, run: OpenRun, buildId: BuildId, demand: Demand): Promise<Look> {
  if (run.status === 'queued') await waitInPool(engine, buildId, run, demand.deadline);
  return { kind: 'underWay', runId: run.runId };
}

/** Whether all outputs are there, untainted and as fresh as the demand asks. */
export function isMade(build: Build, state: BuildState, demand: Demand): boolean {
  if (state.live === null) return false;
  if (demand.freshAfter !== null && state.live.pinnedAt < demand.freshAfter) return false;
  return build.outputs.every((output) => liveOutput(state, output.partitionRef) !== null);
}

function cannotBeMade(text: string): BuildLook {
  return { kind: 'failed', reason: { kind: 'upstreamFailed', text } };
}

/**
 * The last run's failure, while it still says that the build cannot be made: until it is wanted anew, its code changes,
 * or it would run on other input instances. No hot loop.
 */
async function failureStands(
  engine: Engine,
  build: Build,
  state: BuildState,
  demand: Demand,
  inputs: InputsLook,
): Promise<EndReason | null> {
  const failure = state.failure;
  if (failure === null || failure.at < demand.demandedAt || failure.codeVersion !== build.job.codeVersion) return null;
  if (inputs.kind === 'live') {
    const pins = await claimPins(engine, build.buildId, failure.claimRevision);
    if (!samePins(pins, pinsOf(inputs.inputs))) return null;
  }
  const { runId, at, error } = failure;
  const [output] = build.outputs;
  const text = `run ${runId} of ${build.buildId} ${failure.state}: ${error}`;
  return { kind: 'upstreamFailed', partitionRef: output?.partitionRef ?? build.buildId, runId, failedAt: at, text };
}

function pinsOf(inputs: readonly LiveInput[]) {
  return pin(
    inputs.map(({ located, live }) => ({ pattern: located.pattern, keys: located.keys, instanceId: live.instanceId })),
  );
}

async function claim(
  engine: Engine,
  build: Build,
  loaded: Loaded<BuildState> & { state: BuildState },
  inputs: readonly LiveInput[],
  demand: Demand,
): Promise<Look> {
  const claimed = claimOf(engine, build, loaded.state, inputs, demand);
  const appended = await appendClaim(engine, build, loaded, claimed);
  if (appended === 'tooLarge')
    return cannotBeMade(`the inputs of ${build.buildId} are too many or too long to be pinned`);
  if (appended === null) return 'again';
  const run = appended.state?.run;
  if (run?.status === 'queued') await waitInPool(engine, build.buildId, run, demand.deadline);
  return { kind: 'claimed', runId: claimed.runId };
}

function claimOf(engine: Engine, build: Build, state: BuildState, inputs: readonly LiveInput[], demand: Demand): Claim {
  return {
    runId: state.run?.runId ?? `run_${engine.ids.ulid()}`,
    attempt: (state.run?.attempt ?? 0) + 1,
    job: build.job.name,
    outputs: build.outputs.map((output) => output.partitionRef),
    pins: pinsOf(inputs),
    ...(state.live === null ? {} : { previous: state.live.instanceId }),
    ...(demand.deadline === null ? {} : { deadline: demand.deadline }),
    wantIds: demand.wantIds,
    codeVersion: build.job.codeVersion,
    manifest: engine.graphs.current().manifest.hash,
  };
}

async function appendClaim(engine: Engine, build: Build, loaded: Loaded<BuildState>, claimed: Claim) {
  const { job } = build;
  const timeoutAt = engine.clock.now() + job.timeoutSeconds * 1000;
  const events =
    job.pool !== null
      ? [queue(claimed, job.pool, job.weight)]
      : [startNow(claimed, timeoutAt), ...(job.run.kind === 'event' ? [request(claimed, timeoutAt)] : [])];
  try {
    return await append(engine, builds, build.buildId, loaded, events);
  } catch (error) {
    if (hasCode(error, 'COMMIT_TOO_LARGE')) return 'tooLarge';
    throw error;
  }
}

/** Every missing input that is built here is wanted at once, so that they build side by side. */
async function demandMissing(engine: Engine, build: Build, missing: readonly Located[], demand: Demand): Promise<Look> {
  const forInputs = await demandOnInputs(engine, build, demand);
  for (const input of missing) {
    if (input.kind === 'external') continue;
    const derived = await ensureDerived(engine, input, forInputs);
    if (derived.kind === 'failed') return derived;
  }
  return { kind: 'waiting' };
}

/** What is left of the deadline for the inputs, after the time that this build itself is expected to take. */
async function demandOnInputs(engine: Engine, build: Build, demand: Demand): Promise<Demand> {
  const deadline = demand.deadline === null ? null : demand.deadline - (await expectedMs(engine, build.job));
  return { ...demand, deadline, freshAfter: null };
}

/** Drops a run that has not started; true where there was one. */
export async function dropRun(engine: Engine, buildId: BuildId, why: string): Promise<boolean> {
  const { changed } = await change(engine, builds, buildId, ({ state }) =>
    state === null ? [] : dropQueued(state, why),
  );
  return changed;
}
