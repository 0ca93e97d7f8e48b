import type { JsonObject } from './json.ts';
import type { StoredEvent } from './storedEvent.ts';
import { unknownEvent } from './unknownEvent.ts';

/** Input instances that a run is made from: per input pattern, instance id by key part. Stands in the claim only. */
export type Pins = readonly { readonly pattern: string; readonly instances: Readonly<Record<string, string>> }[];

/** What a claim says: appended at the revision that was read, it is the claim. */
export interface Claim {
  readonly runId: string;
  /** 1, 2, …: counts the starts that the job itself brought to an end. */
  readonly attempt: number;
  readonly job: string;
  readonly outputs: readonly string[];
  readonly pins: Pins;
  /** The instance that stays live meanwhile. */
  readonly previous?: string;
  readonly deadline?: number;
  /** The first 50 open wants for it at that moment, the tightest first. */
  readonly wantIds: readonly string[];
  readonly codeVersion: string;
  readonly manifest: string;
}

type EventOf<T extends string> = { readonly type: T; readonly v: 1 };
interface RunNamed {
  readonly runId: string;
  readonly attempt: number;
}

export interface RunQueued extends EventOf<'RunQueued'>, Claim {
  readonly pool: string;
  readonly weight: number;
}
/** Starts a run: as the claim itself (without a pool), or from queued. */
export interface RunStarted extends EventOf<'RunStarted'>, RunNamed, Partial<Omit<Claim, keyof RunNamed>> {
  readonly execution: number;
  /** When it is ended by the duration limit (milliseconds). */
  readonly timeoutAt: number;
}
/** An attempt that was cut off by the service's own end is started again: no new attempt, a new location. */
export interface RunRestarted extends EventOf<'RunRestarted'>, RunNamed {
  readonly execution: number;
  readonly timeoutAt: number;
}
/** Whoever does the work of an event job has taken its capability. */
export interface RunAccepted extends EventOf<'RunAccepted'>, RunNamed {
  readonly by: string;
}
/** For an event job: whoever does the work may begin. */
export interface RunRequested extends EventOf<'RunRequested'>, RunNamed {
  readonly job: string;
  readonly outputs: readonly string[];
  readonly timeoutAt: number;
}
/** An attempt failed and another one will be made. */
export interface RunRetrying extends EventOf<'RunRetrying'>, RunNamed {
  readonly execution: number;
  readonly state: 'failed' | 'timedOut';
  readonly error: string;
  readonly retryAt: number;
  readonly pool?: string;
}
export type RunEndState = 'succeeded' | 'missing' | 'failed' | 'timedOut' | 'cancelled' | 'dropped';
export interface RunEnded extends EventOf<'RunEnded'>, RunNamed {
  readonly execution: number;
  readonly job: string;
  readonly outputs: readonly string[];
  readonly pool?: string;
  readonly state: RunEndState;
  readonly error?: string;
  readonly missing?: readonly string[];
  readonly metadata?: JsonObject;
}
/** An input instance of the open run was tainted after it was pinned: its outputs will be published as tainted. */
export interface RunTainted extends EventOf<'RunTainted'>, RunNamed {
  readonly because: string;
}
/** An output of a successful run, or an external partition that was reported. */
export interface PartitionLive extends EventOf<'PartitionLive'> {
  readonly partitionRef: string;
  readonly instanceId: string;
  readonly runId?: string;
  readonly graph?: string;
  readonly location?: string;
  readonly rows?: number;
  readonly bytes?: number;
  /** External: the moment that the reporter gave for the data. */
  readonly dataAt?: number;
}
export interface PartitionTainted extends EventOf<'PartitionTainted'> {
  readonly partitionRef: string;
  readonly instanceId: string;
  readonly reason: string;
  /** The tainted partition that this one was made from; absent where somebody tainted it. */
  readonly because?: string;
}

export type BuildEvent =
  | RunQueued
  | RunStarted
  | RunRestarted
  | RunAccepted
  | RunRequested
  | RunRetrying
  | RunEnded
  | RunTainted
  | PartitionLive
  | PartitionTainted;

export interface OpenRun {
  readonly runId: string;
  readonly attempt: number;
  readonly execution: number;
  readonly status: 'queued' | 'running' | 'retrying';
  readonly job: string;
  readonly outputs: readonly string[];
  /** The commit that holds the claim and its pins. */
  readonly claimRevision: number;
  readonly createdAt: number;
  readonly pinnedAt: number;
  readonly startedAt?: number;
  readonly timeoutAt?: number;
  readonly retryAt?: number;
  readonly error?: string;
  readonly pool?: string;
  readonly weight?: number;
  readonly deadline?: number;
  /** The tainted input partition, where one was tainted after it was pinned. */
  readonly tainted?: string;
  readonly acceptedBy?: string;
  readonly codeVersion: string;
  readonly manifest: string;
}

export interface LiveOutput {
  readonly partitionRef: string;
  readonly location?: string;
  readonly rows?: number;
  readonly bytes?: number;
  readonly tainted?: string;
}

/** What a successful run made; all its outputs are of one instance. */
export interface LiveInstance {
  readonly instanceId: string;
  readonly at: number;
  /** When its inputs were pinned: what `freshAfter` compares with. */
  readonly pinnedAt: number;
  readonly claimRevision: number;
  readonly codeVersion: string;
  readonly manifest: string;
  readonly outputs: readonly LiveOutput[];
}

export interface BuildFailure {
  readonly runId: string;
  readonly at: number;
  readonly state: 'failed' | 'timedOut' | 'cancelled';
  readonly error: string;
  readonly claimRevision: number;
  readonly codeVersion: string;
}

export interface BuildState {
  readonly stateVersion: 1;
  readonly run: OpenRun | null;
  readonly live: LiveInstance | null;
  /** The last run's failure, until a later one is claimed. */
  readonly failure: BuildFailure | null;
  /** Inputs that runs discovered, the newest `learnedMax`. */
  readonly learned: readonly string[];
  /** Instances made before the live one, the newest `instancesMax`. */
  readonly earlier: readonly EarlierInstance[];
}

/** An instance that another one replaced: runs that pinned it may still be under way. */
export interface EarlierInstance {
  readonly instanceId: string;
  readonly at: number;
  readonly claimRevision: number;
  /** Its outputs that were tainted, then or since. */
  readonly tainted?: readonly string[];
}

export const learnedMax = 100;
export const instancesMax = 10;

export const emptyBuild: BuildState = {
  stateVersion: 1,
  run: null,
  live: null,
  failure: null,
  learned: [],
  earlier: [],
};

/** Folds one event. @throws UnknownEvent for a type or version that this code does not know. */
export function evolveBuild(build: BuildState | null, event: StoredEvent, at: number, revision: number): BuildState {
  const state = build ?? emptyBuild;
  const known = event as unknown as BuildEvent;
  if (known.v !== 1) throw unknownEvent('build', event);
  switch (known.type) {
    case 'RunQueued':
      return claimed(
        state,
        known,
        { status: 'queued', execution: 1, pool: known.pool, weight: known.weight },
        at,
        revision,
      );
    case 'RunStarted':
      return known.pins === undefined
        ? withRun(state, { status: 'running', startedAt: at, timeoutAt: known.timeoutAt, execution: known.execution })
        : claimed(
            state,
            known as RunStarted & Claim,
            { status: 'running', execution: known.execution, startedAt: at, timeoutAt: known.timeoutAt },
            at,
            revision,
          );
    case 'RunRestarted':
      return withRun(state, { execution: known.execution, startedAt: at, timeoutAt: known.timeoutAt });
    case 'RunAccepted':
      return withRun(state, { acceptedBy: known.by });
    case 'RunRequested':
      return state;
    case 'RunRetrying':
      return withRun(state, { status: 'retrying', retryAt: known.retryAt, error: known.error });
    case 'RunTainted':
      return withRun(state, { tainted: known.because });
    case 'RunEnded':
      return ended(state, known, at);
    case 'PartitionLive':
      return published(state, known);
    case 'PartitionTainted':
      return tainted(state, known);
    default:
      known satisfies never;
      throw unknownEvent('build', event);
  }
}

type RunStart = Pick<OpenRun, 'status' | 'execution'> & Partial<OpenRun>;

function claimed(state: BuildState, claim: Claim, start: RunStart, at: number, revision: number): BuildState {
  const before = state.run?.runId === claim.runId ? state.run : null;
  const run: OpenRun = {
    runId: claim.runId,
    attempt: claim.attempt,
    job: claim.job,
    outputs: claim.outputs,
    claimRevision: revision,
    createdAt: before?.createdAt ?? at,
    pinnedAt: at,
    ...(claim.deadline === undefined ? {} : { deadline: claim.deadline }),
    codeVersion: claim.codeVersion,
    manifest: claim.manifest,
    ...start,
  };
  return { ...state, run, failure: null };
}

function withRun(state: BuildState, change: Partial<OpenRun>): BuildState {
  return state.run === null ? state : { ...state, run: { ...state.run, ...change } };
}

function ended(state: BuildState, event: RunEnded, at: number): BuildState {
  const run = state.run;
  if (run === null) return state;
  const closed = { ...state, run: null };
  switch (event.state) {
    case 'succeeded':
      return { ...closed, live: newInstance(run, at), earlier: remember(state) };
    case 'missing':
      return { ...closed, learned: [...new Set([...state.learned, ...(event.missing ?? [])])].slice(-learnedMax) };
    case 'failed':
    case 'timedOut':
    case 'cancelled':
      return {
        ...closed,
        failure: {
          runId: run.runId,
          at,
          state: event.state,
          error: event.error ?? event.state,
          claimRevision: run.claimRevision,
          codeVersion: run.codeVersion,
        },
      };
    case 'dropped':
      return closed;
    default:
      event.state satisfies never;
      return closed;
  }
}

function newInstance(run: OpenRun, at: number): LiveInstance {
  const { runId, pinnedAt, claimRevision, codeVersion, manifest } = run;
  return { instanceId: runId, at, pinnedAt, claimRevision, codeVersion, manifest, outputs: [] };
}

function remember(state: BuildState): BuildState['earlier'] {
  if (state.live === null) return state.earlier;
  const { instanceId, at, claimRevision, outputs } = state.live;
  const tainted = outputs.flatMap((output) => (output.tainted === undefined ? [] : [output.partitionRef]));
  const instance = { instanceId, at, claimRevision, ...(tainted.length === 0 ? {} : { tainted }) };
  return [...state.earlier, instance].slice(-instancesMax);
}

function published(state: BuildState, event: PartitionLive): BuildState {
  if (state.live === null || state.live.instanceId !== event.instanceId) return state;
  const output: LiveOutput = {
    partitionRef: event.partitionRef,
    ...(event.location === undefined ? {} : { location: event.location }),
    ...(event.rows === undefined ? {} : { rows: event.rows }),
    ...(event.bytes === undefined ? {} : { bytes: event.bytes }),
  };
  return { ...state, live: { ...state.live, outputs: [...state.live.outputs, output] } };
}

function tainted(state: BuildState, event: PartitionTainted): BuildState {
  const { partitionRef, instanceId, reason } = event;
  if (state.live === null || state.live.instanceId !== instanceId) {
    const earlier = state.earlier.map((one) =>
      one.instanceId === instanceId ? { ...one, tainted: [...new Set([...(one.tainted ?? []), partitionRef])] } : one,
    );
    return { ...state, earlier };
  }
  const outputs = state.live.outputs.map((output) =>
    output.partitionRef === partitionRef ? { ...output, tainted: reason } : output,
  );
  return { ...state, live: { ...state.live, outputs } };
}

/** Whether this output of this instance, live or earlier, is tainted. */
export function isOutputTainted(build: BuildState | null, partitionRef: string, instanceId: string): boolean {
  if (build === null) return false;
  if (build.live?.instanceId === instanceId) {
    return build.live.outputs.some((output) => output.partitionRef === partitionRef && output.tainted !== undefined);
  }
  return build.earlier.some((one) => one.instanceId === instanceId && one.tainted?.includes(partitionRef));
}

/** The output as it is live now; `null` where it is not there, or only as a tainted instance. */
export function liveOutput(build: BuildState | null, partitionRef: string): LiveOutput | null {
  const output = build?.live?.outputs.find((one) => one.partitionRef === partitionRef);
  return output === undefined || output.tainted !== undefined ? null : output;
}
