import type { BuildId, Keys } from '../model/graph.ts';
import type { JsonObject } from '../model/json.ts';
import type { RunSpec } from '../model/manifest.ts';

export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number;
}

export interface Ids {
  /** 26 characters, ordered by time, unique. */
  ulid(): string;
  /** Uniform in [0, 1): for jitter. */
  random(): number;
}

export interface RunPlace {
  readonly partitionRef: string;
  readonly keys: Keys;
  /** A file (one machine) or object (AWS) of its own for this very execution. */
  readonly location: string;
}

export interface RunInput extends RunPlace {
  readonly instanceId: string;
}

/** One execution of one attempt of a run. */
export interface RunRequest {
  readonly buildId: BuildId;
  readonly runId: string;
  /** 1, 2, …: counts starts that the job itself brought to an end. */
  readonly attempt: number;
  /** 1, 2, …: grows when an attempt that was cut off is started again. */
  readonly execution: number;
  readonly job: string;
  readonly keys: Keys;
  readonly run: RunSpec;
  readonly codeVersion: string;
  /** When the duration timeout strikes (milliseconds). */
  readonly deadline: number;
  readonly heartbeatSeconds: number | null;
  readonly outputs: readonly RunPlace[];
  readonly inputs: readonly RunInput[];
}

export interface OutputWritten {
  readonly partitionRef: string;
  readonly location: string;
  readonly rows: number | null;
  readonly bytes: number | null;
}

export type RunOutcome =
  | { readonly kind: 'succeeded'; readonly outputs: readonly OutputWritten[]; readonly metadata: JsonObject }
  | { readonly kind: 'missing'; readonly partitionRefs: readonly string[] }
  | { readonly kind: 'failed'; readonly message: string; readonly retryable: boolean }
  | { readonly kind: 'timedOut'; readonly limit: 'duration' | 'heartbeat'; readonly message: string };

/** Names one execution. */
export type RunHandle = Pick<RunRequest, 'buildId' | 'runId' | 'attempt' | 'execution'>;

/** Starts executions and says how they ended. The answer comes by `RunReports`, never from `start`. */
export interface Runner {
  /** Takes the run on. Taking the same execution on again while it is under way changes nothing. */
  start(request: RunRequest): Promise<void>;
  /** Ends the execution, whatever it does, with all its processes. No report follows. Unknown: nothing to do. */
  stop(handle: RunHandle): Promise<void>;
}

export interface RunReports {
  ended(handle: RunHandle, outcome: RunOutcome): Promise<void>;
}
