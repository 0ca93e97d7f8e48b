import { answer, endRun, type RunResult, restart } from '../model/build.decide.ts';
import { type BuildState, emptyBuild, type OpenRun } from '../model/build.ts';
import type { Build, BuildId, Graph } from '../model/graph.ts';
import { type Pinned, pinned } from '../model/pins.ts';
import { claimPins, locationOf } from './claims.ts';
import type { Engine } from './context.ts';
import { whyNotMissing } from './missing.ts';
import type { OutputWritten, RunHandle, RunInput, RunOutcome, RunRequest } from './ports.ts';
import { builds, change, load } from './streams.ts';

/** Hands an execution to the runner, where it is still the one under way. */
export async function startRun(engine: Engine, handle: RunHandle): Promise<void> {
  const { state } = await load(engine, builds, handle.buildId);
  const run = openRun(state, handle);
  if (run?.status !== 'running') return;
  const build = await buildUnder(engine, run.manifest, handle.buildId);
  if (build === null) {
    const message = `the graph under which ${handle.buildId} was claimed is not kept any more`;
    return runEnded(engine, handle, { kind: 'failed', message, retryable: false });
  }
  if (build.job.run.kind === 'event') return;
  await engine.runner.start(await requestFor(engine, build, run, handle));
}

function openRun(state: BuildState | null, handle: RunHandle): OpenRun | null {
  const run = state?.run;
  const same = run?.runId === handle.runId && run.attempt === handle.attempt && run.execution === handle.execution;
  return same ? run : null;
}

/** A run ends under the manifest that it was claimed under. */
export async function buildUnder(engine: Engine, manifestHash: string, buildId: BuildId): Promise<Build | null> {
  return (await graphUnder(engine, manifestHash))?.build(buildId) ?? null;
}

async function graphUnder(engine: Engine, manifestHash: string): Promise<Graph | null> {
  const current = engine.graphs.current();
  return current.manifest.hash === manifestHash ? current : engine.graphs.byHash(manifestHash);
}

async function requestFor(engine: Engine, build: Build, run: OpenRun, handle: RunHandle): Promise<RunRequest> {
  const { job } = build;
  return {
    ...handle,
    job: job.name,
    keys: build.keys,
    run: job.run,
    codeVersion: run.codeVersion,
    deadline: run.timeoutAt ?? engine.clock.now() + job.timeoutSeconds * 1000,
    heartbeatSeconds: job.heartbeatSeconds,
    ...(await executionPlaces(engine, build.buildId, run)),
  };
}

/** Where an execution finds its pinned inputs, and where it writes its outputs. */
export async function executionPlaces(
  engine: Engine,
  buildId: BuildId,
  run: OpenRun,
): Promise<Pick<RunRequest, 'inputs' | 'outputs'>> {
  const { runId, attempt, execution } = run;
  const outputs = (await buildUnder(engine, run.manifest, buildId))?.outputs ?? [];
  const pins = pinned(await claimPins(engine, buildId, run.claimRevision));
  return {
    outputs: outputs.map(({ partitionRef, keys }) => ({
      partitionRef,
      keys,
      location: engine.places.locate({ partitionRef, runId, attempt, execution }),
    })),
    inputs: await Promise.all(pins.map((one) => inputFor(engine, one))),
  };
}

async function inputFor(engine: Engine, { partitionRef, instanceId }: Pinned): Promise<RunInput> {
  const keys = engine.graphs.current().locate(partitionRef)?.keys ?? {};
  const location = (await locationOf(engine, { partitionRef, instanceId })) ?? '';
  return { partitionRef, keys, instanceId, location };
}

/** An execution has ended. A late answer, of one that is not under way any more, changes nothing. */
export async function runEnded(engine: Engine, handle: RunHandle, outcome: RunOutcome): Promise<void> {
  const { state } = await load(engine, builds, handle.buildId);
  const run = openRun(state, handle);
  if (run === null) return;
  const result = await judge(engine, handle.buildId, run, outcome);
  const build = await buildUnder(engine, run.manifest, handle.buildId);
  const retry = build?.job.retry ?? { attempts: 1, backoffSeconds: 0, maxBackoffSeconds: 0 };
  const random = engine.ids.random();
  await change(engine, builds, handle.buildId, (loaded) =>
    answer(loaded.state ?? emptyBuild, handle, result, retry, engine.clock.now(), random),
  );
}

async function judge(engine: Engine, buildId: BuildId, run: OpenRun, outcome: RunOutcome): Promise<RunResult> {
  switch (outcome.kind) {
    case 'succeeded': {
      const fault = outputsFault(run, outcome.outputs);
      if (fault !== null) return { kind: 'failed', error: fault, retryable: false };
      return { kind: 'succeeded', outputs: outcome.outputs.map(publishedOf), metadata: outcome.metadata };
    }
    case 'missing': {
      const pins = pinned(await claimPins(engine, buildId, run.claimRevision));
      const fault = whyNotMissing(engine.graphs.current(), buildId, pins, outcome.partitionRefs);
      if (fault !== null) return { kind: 'failed', error: fault, retryable: false };
      return { kind: 'missing', partitionRefs: outcome.partitionRefs };
    }
    case 'failed':
      return { kind: 'failed', error: outcome.message, retryable: outcome.retryable };
    case 'timedOut':
      return { kind: 'timedOut', error: outcome.message, retryable: true };
    default:
      outcome satisfies never;
      throw new TypeError('a run outcome of an unknown kind');
  }
}

/** All outputs or none: what a success must name. */
export function outputsFault(
  run: Pick<OpenRun, 'outputs'>,
  written: readonly Pick<OutputWritten, 'partitionRef'>[],
): string | null {
  const refs = written.map((one) => one.partitionRef);
  const foreign = refs.find((ref) => !run.outputs.includes(ref));
  if (foreign !== undefined)
    return `${foreign} is not an output of this run: its outputs are ${run.outputs.join(', ')}`;
  const twice = refs.find((ref, i) => refs.indexOf(ref) !== i);
  if (twice !== undefined) return `the output ${twice} was written twice`;
  const without = run.outputs.find((ref) => !refs.includes(ref));
  return without === undefined ? null : `the run ended without writing its output ${without}`;
}

function publishedOf({ partitionRef, location, rows, bytes }: OutputWritten) {
  return {
    partitionRef,
    ...(location === '' ? {} : { location }),
    ...(rows === null ? {} : { rows }),
    ...(bytes === null ? {} : { bytes }),
  };
}

/** Ends a run because somebody says so. False where it has ended already. */
export async function cancelRun(engine: Engine, buildId: BuildId, runId: string, why: string): Promise<boolean> {
  const { changed } = await change(engine, builds, buildId, ({ state }) =>
    state?.run?.runId === runId ? endRun(state.run, { kind: 'cancelled', error: why }) : [],
  );
  return changed;
}

/** Starts an attempt again that the end of the service cut off: that is no new attempt. */
export async function restartRun(engine: Engine, handle: Omit<RunHandle, 'execution'>): Promise<void> {
  const { buildId, runId, attempt } = handle;
  const { state } = await load(engine, builds, buildId);
  const build = await buildUnder(engine, state?.run?.manifest ?? '', buildId);
  if (build?.job.run.kind === 'event') return;
  const timeoutAt = engine.clock.now() + (build?.job.timeoutSeconds ?? 0) * 1000;
  await change(engine, builds, buildId, (loaded) => restart(loaded.state ?? emptyBuild, runId, attempt, timeoutAt));
}
