import type { RunEndState } from '../model/build.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { ReasonKind } from '../model/reason.ts';
import type { SlaStatus, WantSource } from '../model/want.ts';

/**
 * What the API shows: JSON in camelCase, moments as ISO 8601 UTC with milliseconds, durations in seconds, what is
 * absent as `null`. Types, not interfaces, so that they are JSON for the compiler too.
 */
export type Moment = string;

export type ReasonView = {
  readonly kind: ReasonKind;
  readonly partitionRef: string | null;
  readonly graph: string | null;
  readonly runId: string | null;
  /** Since when; `null` where nobody has waited for it yet. */
  readonly since: Moment | null;
  readonly owner: string | null;
  readonly text: string;
};

/** A reason with what is behind it, down to the leaves. */
export type DeepReasonView = ReasonView & {
  /** At most 50 of them; `text` counts them all. */
  readonly because: readonly DeepReasonView[];
};

export type WantStateView = 'waiting' | 'building' | 'satisfied' | 'failed' | 'expired' | 'cancelled';

export type WantView = {
  readonly wantId: string;
  readonly graph: string;
  readonly partitionRefs: readonly string[];
  readonly state: WantStateView;
  /** At least one while it is open; why it ended, where that was not success. */
  readonly reasons: readonly ReasonView[];
  readonly createdAt: Moment;
  readonly expiresAt: Moment;
  readonly dataTimestamp: Moment;
  readonly ttlSeconds: number;
  readonly slaSeconds: number | null;
  readonly slaDeadline: Moment | null;
  readonly sla: SlaStatus;
  readonly externalDependencies: readonly { readonly graph: string; readonly partitionRef: string }[];
  readonly source: WantSource;
  readonly deliver: 'built';
  readonly freshAfter: Moment | null;
  readonly comment: string | null;
  readonly endedAt: Moment | null;
  readonly revision: number;
};

/** One want: a derived one also names the wants it stands for, the first 50. */
export type WantDetailView = WantView & { readonly parentWantIds?: readonly string[] };

export type RunStateView = 'queued' | 'running' | RunEndState;

export type RunView = {
  readonly runId: string;
  readonly job: string;
  readonly state: RunStateView;
  readonly attempt: number;
  readonly outputs: readonly string[];
  readonly inputs: readonly { readonly partitionRef: string; readonly instanceId: string }[];
  readonly wantIds: readonly string[];
  readonly createdAt: Moment;
  readonly startedAt: Moment | null;
  readonly endedAt: Moment | null;
  /** When the next attempt starts, while it waits for it (then `queued`). */
  readonly retryAt: Moment | null;
  /** 0 to 1 where the run said so. */
  readonly progress: number | null;
  readonly metadata: JsonObject | null;
  readonly error: string | null;
  readonly missing: readonly string[] | null;
  readonly revision: number;
};

export type PartitionStateView = 'missing' | 'building' | 'live' | 'failed' | 'tainted';

export type InstanceView = {
  readonly instanceId: string;
  readonly runId: string | null;
  readonly at: Moment;
  readonly location: string | null;
};

export type PartitionView = {
  readonly partitionRef: string;
  readonly state: PartitionStateView;
  readonly instance: InstanceView | null;
  /** The present one and earlier ones, newest first, at most 11. */
  readonly instances: readonly { readonly instanceId: string; readonly at: Moment }[];
};

export type LineageView = {
  readonly nodes: readonly {
    readonly partitionRef: string;
    readonly state: PartitionStateView;
    readonly instanceId: string | null;
  }[];
  /** From an input to what needs it. */
  readonly edges: readonly { readonly from: string; readonly to: string; readonly learned: boolean }[];
};

export type PlanView = {
  readonly runs: readonly { readonly job: string; readonly outputs: readonly string[] }[];
  readonly reasons: readonly ReasonView[];
  /** How long the longest chain of these runs is expected to take. */
  readonly estimateSeconds: number;
};

/** A public event: its own fields are flat beside these. */
export type EventView = {
  readonly eventId: string;
  readonly type: string;
  readonly at: Moment;
  readonly graph: string;
  readonly position: number;
} & { readonly [field: string]: Json };

export type SlaView = {
  readonly eventId: string;
  readonly wantId: string;
  readonly partitionRefs: readonly string[];
  readonly slaDeadline: Moment;
  readonly at: Moment;
  readonly expectedAt: Moment | null;
  readonly owner: string | null;
  readonly blame: { readonly partitionRef: string; readonly owner: string | null; readonly text: string } | null;
};

export type ListView<T> = { readonly items: readonly T[]; readonly nextCursor: string | null };

export type HealthView = {
  readonly status: 'ok' | 'degraded';
  readonly graph: string;
  readonly version: string;
  /** Commits that are not yet reacted to. */
  readonly lag: number;
  /** Why the configuration that is on disk is not the one that serves; `null` where it is. */
  readonly configFault: string | null;
};
