import type { BuildEvent, Claim, PartitionLive, PartitionTainted, RunEnded } from '../../../lib/model/build.ts';
import { demand } from '../world/broken.ts';
import { aGuess } from '../world/worker.ts';
import { demandPins, pinsOf } from './pins.ts';
import { type Entry, hasAsked, type TrueBuild, type TrueRun, type Truth } from './truth.ts';
import { taint } from './truthOfExternals.ts';
import { demandShare } from './truthOfPools.ts';

export function applyBuild(truth: Truth, buildId: string, entry: Entry): void {
  const build = truth.build(buildId);
  const events = entry.commit.events as unknown as readonly BuildEvent[];
  for (const event of events) applyEvent(truth, build, event, entry);
  demandAllOrNothing(buildId, events);
}

function applyEvent(truth: Truth, build: TrueBuild, event: BuildEvent, entry: Entry): void {
  switch (event.type) {
    case 'RunQueued':
      claim(truth, build, event, { status: 'queued', pool: event.pool, weight: event.weight }, entry);
      break;
    case 'RunStarted':
      if (event.pins === undefined) start(truth, openRun(build, event, 'queued'));
      else claim(truth, build, event as Claim, { status: 'running', pool: null, weight: 0 }, entry);
      break;
    case 'RunRestarted': {
      const run = openRun(build, event, 'running');
      demand(event.execution === run.execution + 1, 'a restart is the next execution', () => run.runId);
      run.execution = event.execution;
      break;
    }
    case 'RunRetrying': {
      const run = openRun(build, event, 'running');
      demandOwnAnswer(run, event, entry);
      run.status = 'retrying';
      run.retryAt = event.retryAt;
      break;
    }
    case 'RunEnded':
      end(truth, build, event, entry);
      break;
    case 'RunTainted':
      openRun(build, event).isTainted = true;
      break;
    case 'RunAccepted': {
      const run = openRun(build, event, 'running');
      demand(!run.isAccepted, 'a run is given to one', () => `${run.runId} was accepted twice`);
      run.isAccepted = true;
      break;
    }
    case 'PartitionTainted':
      taintOutput(truth, event, entry);
      break;
    case 'RunRequested':
    case 'PartitionLive':
      break;
  }
}

type Named = { readonly type: string; readonly runId?: string; readonly attempt?: number };

function openRun(build: TrueBuild, event: Named, status?: TrueRun['status']): TrueRun {
  const { run } = build;
  const name = `${event.type} of ${event.runId}.${event.attempt}`;
  const what = () => `${name}; under way is ${run?.runId}.${run?.attempt} ${run?.status}`;
  const isOpen = run !== null && run.runId === event.runId && run.attempt === event.attempt;
  demand(isOpen, 'only the open run goes on', what);
  demand(status === undefined || run.status === status, 'a run goes from queued to running to ended', what);
  return run;
}

function start(truth: Truth, run: TrueRun): void {
  run.status = 'running';
  demandShare(truth, run);
}

type Start = Pick<TrueRun, 'status' | 'pool' | 'weight'>;

function claim(truth: Truth, build: TrueBuild, event: Claim, begin: Start, entry: Entry): void {
  const { buildId, run } = build;
  const { runId, attempt, outputs, codeVersion } = event;
  const before = run === null ? 'none' : `${run.runId}.${run.attempt} ${run.status}`;
  const isNext = run?.status === 'retrying' && run.runId === runId && attempt === run.attempt + 1;
  const isFirst = run === null && attempt === 1 && !build.runs.has(runId);
  demand(isNext || isFirst, 'one run per build', () => `${runId}.${attempt} claims ${buildId}, under way: ${before}`);
  const isDue = !isNext || (run.retryAt ?? 0) <= entry.commit.at;
  demand(isDue, 'a retry waits for its moment', () => `${runId}.${attempt} came early`);
  demandWanted(truth, buildId, event, entry);
  const pins = pinsOf(event.pins);
  demandPins(truth, buildId, pins, entry);
  build.runs.set(runId, 'open');
  build.failure = null;
  const pinnedAt = entry.commit.at;
  const fresh = { execution: 1, isTainted: false, isAccepted: false, retryAt: null };
  build.run = { buildId, runId, attempt, outputs, pins, pinnedAt, codeVersion, ...begin, ...fresh };
}

/** An open want asks for an output, and its dependencies do not hold it back. */
function demandWanted(truth: Truth, buildId: string, { outputs }: Claim, { startedSeq }: Entry): void {
  const isWanted = [...truth.wants.values()].some(
    (want) =>
      (want.endedSeq ?? Infinity) > startedSeq &&
      want.refs.some((ref) => outputs.includes(ref)) &&
      hasAsked(truth, want),
  );
  demand(isWanted, 'nobody builds what nobody wants', () => `${buildId} is claimed, though no open want asks for it`);
}

function end(truth: Truth, build: TrueBuild, event: RunEnded, entry: Entry): void {
  const ranFirst = event.state !== 'cancelled' && event.state !== 'dropped';
  const run = openRun(build, event, ranFirst ? 'running' : undefined);
  const isDroppable = event.state !== 'dropped' || run.status !== 'running';
  demand(isDroppable, 'only what has not started is dropped', () => run.runId);
  demandOwnAnswer(run, event, entry);
  build.run = null;
  build.runs.set(run.runId, event.state);
  for (const ref of event.missing ?? []) build.learned.add(ref);
  if (event.state === 'succeeded') publish(truth, run, entry);
  if (event.state === 'failed' || event.state === 'timedOut' || event.state === 'cancelled') {
    build.failure = { runId: run.runId, at: entry.commit.at, codeVersion: run.codeVersion, pins: run.pins };
  }
}

/** What an execution answers counts for that execution alone. */
function demandOwnAnswer(run: TrueRun, { type }: Named, { cause }: Entry): void {
  const isGuess = cause.kind === 'command' && cause.command.kind === 'reportRun' && cause.command.capability === aGuess;
  demand(!isGuess, 'a report needs its capability', () => `${type} of ${run.runId}`);
  demand(cause.kind !== 'restart', 'a restart counts no attempt', () => `${type} of ${run.runId}`);
  if (cause.kind !== 'answer' || cause.handle.buildId !== run.buildId) return;
  const { runId, attempt, execution } = cause.handle;
  const isOwn = runId === run.runId && attempt === run.attempt && execution === run.execution;
  const what = () => `${type} of ${run.runId}.${run.attempt}.${run.execution} by ${runId}.${attempt}.${execution}`;
  demand(isOwn, 'a late answer changes nothing', what);
}

function publish(truth: Truth, run: TrueRun, { seq }: Entry): void {
  const { runId: instanceId, pinnedAt: freshAt, pins } = run;
  for (const ref of run.outputs) {
    const instance = { instanceId, freshAt, pins, fromSeq: seq, untilSeq: null, taintedSeq: null };
    truth.publish(truth.partition(ref), instance);
  }
}

/** A success publishes each of its outputs once, as its own instance; nothing else publishes. */
function demandAllOrNothing(buildId: string, events: readonly BuildEvent[]): void {
  const ended = events.filter((event): event is RunEnded => event.type === 'RunEnded' && event.state === 'succeeded');
  const live = events.filter((event): event is PartitionLive => event.type === 'PartitionLive');
  const refs = live.map((event) => event.partitionRef).sort();
  const outputs = ended.flatMap((event) => [...event.outputs]).sort();
  demand(refs.join() === outputs.join(), 'all outputs or none', () => `${buildId} published ${refs} of ${outputs}`);
  const isOwn = live.every((event) => event.instanceId === ended[0]?.runId);
  demand(isOwn, 'an instance is the run that made it', () => buildId);
}

/** A taint has a cause: somebody said so, or an input instance that is tainted. */
function taintOutput(truth: Truth, { partitionRef, instanceId, because }: PartitionTainted, { seq }: Entry): void {
  const partition = truth.partition(partitionRef);
  taint(partition, instanceId, seq);
  if (because === undefined) return;
  const pins = partition.instances.get(instanceId)?.pins ?? [];
  const pin = pins.find((one) => one.partitionRef === because);
  const source = pin === undefined ? undefined : truth.partition(because).instances.get(pin.instanceId);
  const isCaused = source !== undefined && source.taintedSeq !== null;
  demand(isCaused, 'only descendants are tainted', () => `${partitionRef}@${instanceId} because of ${because}`);
}
