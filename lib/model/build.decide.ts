import type { BuildEvent, BuildState, Claim, OpenRun, RunEnded, RunEndState, RunStarted } from './build.ts';
import type { JsonObject } from './json.ts';

/** What a job's run came to. */
export type RunResult =
  | { readonly kind: 'succeeded'; readonly outputs: readonly PublishedOutput[]; readonly metadata: JsonObject }
  | { readonly kind: 'missing'; readonly partitionRefs: readonly string[] }
  | { readonly kind: 'failed' | 'timedOut'; readonly error: string; readonly retryable: boolean }
  | { readonly kind: 'cancelled' | 'dropped'; readonly error: string };

export interface PublishedOutput {
  readonly partitionRef: string;
  readonly location?: string;
  readonly rows?: number;
  readonly bytes?: number;
}

export interface RetryPolicy {
  /** Starts in all, the first included. */
  readonly attempts: number;
  readonly backoffSeconds: number;
  readonly maxBackoffSeconds: number;
}

/** Claims a build for a run that starts at once. */
export function startNow(claim: Claim, timeoutAt: number): RunStarted {
  return { type: 'RunStarted', v: 1, ...claim, execution: 1, timeoutAt };
}

/** Claims a build for a run that waits in a pool. */
export function queue(claim: Claim, pool: string, weight: number): BuildEvent {
  return { type: 'RunQueued', v: 1, ...claim, pool, weight };
}

/** Tells whoever does the work of an event job that it may begin. */
export function request(run: Pick<OpenRun, 'runId' | 'attempt' | 'job' | 'outputs'>, timeoutAt: number): BuildEvent {
  const { runId, attempt, job, outputs } = run;
  return { type: 'RunRequested', v: 1, runId, attempt, job, outputs, timeoutAt };
}

/** Starts a queued run; nothing where it is not queued any more (started, or dropped meanwhile). */
export function startQueued(
  build: BuildState,
  handle: { readonly runId: string; readonly attempt: number },
  timeoutAt: number,
  isEventJob: boolean,
): readonly BuildEvent[] {
  const run = build.run;
  const { runId, attempt } = handle;
  if (run?.status !== 'queued' || run.runId !== runId || run.attempt !== attempt) return [];
  const { job, outputs } = run;
  const started: BuildEvent = { type: 'RunStarted', v: 1, runId, attempt, job, outputs, execution: 1, timeoutAt };
  return isEventJob ? [started, request(run, timeoutAt)] : [started];
}

/** Starts an attempt again that the end of the service cut off. */
export function restart(build: BuildState, runId: string, attempt: number, timeoutAt: number): readonly BuildEvent[] {
  const run = build.run;
  if (run?.status !== 'running' || run.runId !== runId || run.attempt !== attempt) return [];
  return [{ type: 'RunRestarted', v: 1, runId, attempt, execution: run.execution + 1, timeoutAt }];
}

/** Drops a run that nobody needs any more, or whose inputs went bad, while it has not started. */
export function dropQueued(build: BuildState, why: string): readonly BuildEvent[] {
  const run = build.run;
  return run === null || run.status === 'running' ? [] : endRun(run, { kind: 'dropped', error: why });
}

/** An execution answers: nothing where that execution is not the one under way (a late answer). */
export function answer(
  build: BuildState,
  handle: { readonly runId: string; readonly attempt: number; readonly execution: number },
  result: RunResult,
  retry: RetryPolicy,
  now: number,
  random: number,
): readonly BuildEvent[] {
  const run = build.run;
  if (run?.status !== 'running' || run.runId !== handle.runId) return [];
  if (run.attempt !== handle.attempt || run.execution !== handle.execution) return [];
  const again =
    (result.kind === 'failed' || result.kind === 'timedOut') && result.retryable && run.attempt < retry.attempts;
  if (!again) return endRun(run, result);
  const retryAt = now + backoffMs(retry, run.attempt, random);
  return [{ type: 'RunRetrying', v: 1, ...handleOf(run), state: result.kind, error: result.error, retryAt }];
}

/** Doubles with each attempt up to the maximum; half of it is jitter, so that retries do not come in step. */
export function backoffMs(retry: RetryPolicy, attempt: number, random: number): number {
  const full = Math.min(retry.maxBackoffSeconds, retry.backoffSeconds * 2 ** (attempt - 1)) * 1000;
  return Math.round(full / 2 + (full / 2) * random);
}

/** Ends the open run, with one `PartitionLive` for each output of a success. */
export function endRun(run: OpenRun, result: RunResult): readonly BuildEvent[] {
  switch (result.kind) {
    case 'succeeded':
      return [
        endedBy(run, 'succeeded', { metadata: result.metadata }),
        ...result.outputs.flatMap((one) => publish(run, one)),
      ];
    case 'missing':
      return [endedBy(run, 'missing', { missing: result.partitionRefs })];
    case 'failed':
    case 'timedOut':
    case 'cancelled':
    case 'dropped':
      return [endedBy(run, result.kind, { error: result.error })];
    default:
      result satisfies never;
      return [];
  }
}

function endedBy(run: OpenRun, state: RunEndState, more: Partial<RunEnded>): RunEnded {
  const { job, outputs } = run;
  return { type: 'RunEnded', v: 1, ...handleOf(run), job, outputs, state, ...more };
}

function handleOf(run: OpenRun) {
  const { runId, attempt, execution, pool } = run;
  return { runId, attempt, execution, ...(pool === undefined ? {} : { pool }) };
}

function publish(run: OpenRun, output: PublishedOutput): readonly BuildEvent[] {
  const { partitionRef } = output;
  const named = { v: 1 as const, instanceId: run.runId };
  const live: BuildEvent = { type: 'PartitionLive', ...named, runId: run.runId, ...output };
  if (run.tainted === undefined) return [live];
  const reason = `made from ${run.tainted}, which was tainted meanwhile`;
  return [live, { type: 'PartitionTainted', ...named, partitionRef, reason, because: run.tainted }];
}
