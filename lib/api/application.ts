import type { Report, Reported, Tainted } from '../engine/externalCommands.ts';
import type { RunOutcome } from '../engine/ports.ts';
import type { Fault } from '../engine/refused.ts';
import type { JsonObject } from '../model/json.ts';
import type { WantSource } from '../model/want.ts';
import type {
  DeepReasonView,
  EventView,
  HealthView,
  LineageView,
  ListView,
  PartitionStateView,
  PartitionView,
  PlanView,
  RunStateView,
  RunView,
  SlaView,
  WantDetailView,
  WantStateView,
  WantView,
} from '../query/views.ts';

export interface Paging {
  /** 1 to 500. */
  readonly limit: number;
  readonly cursor?: string;
}

/** A want as asked for by a caller, moments in milliseconds. */
export interface WantRequest {
  readonly partitionRefs: readonly string[];
  readonly dataTimestamp?: number;
  readonly ttlSeconds?: number;
  readonly slaSeconds?: number;
  readonly externalDependencies?: readonly { readonly graph: string; readonly partitionRef: string }[];
  readonly deliver?: 'built' | 'served';
  readonly freshAfter?: number;
  readonly comment?: string;
  readonly source: WantSource;
}

/** Without `states`: those that are open first, then the others, the newest first in each. */
export interface WantQuery extends Paging {
  readonly states?: readonly WantStateView[];
  readonly sources?: readonly WantSource[];
  /** A ref or a glob: wants for at least one such partition. */
  readonly partition?: string;
  readonly createdAfter?: number;
  readonly createdBefore?: number;
  readonly sla?: readonly string[];
}

export interface EventQuery {
  readonly since?: string;
  readonly types?: readonly string[];
  readonly pattern?: string;
  readonly limit: number;
  /** How long to wait for the first matching event, 0 to 20. */
  readonly waitSeconds: number;
}

export interface EventPage {
  readonly items: readonly EventView[];
  /** Always there: what comes later is found from here. */
  readonly nextCursor: string;
  /** Cursor behind each item, for server-sent events. */
  readonly cursors: readonly string[];
}

/** A remembered 2xx answer to a request with an `Idempotency-Key`. */
export interface RememberedAnswer {
  readonly requestHash: string;
  readonly status: number;
  readonly body: JsonObject;
}

/**
 * All that the API can do, in terms of the domain: routes parse, call this, and respond. Every method may throw
 * `Refused` (lib/engine/refused.ts), `CursorGone`, `CursorInvalid` or `LogUnavailable` (lib/log/errors.ts).
 */
export interface Application {
  /** @param id made by the API: from caller and `Idempotency-Key` where there is one, else new. */
  createWant(id: string, request: WantRequest): Promise<WantView>;
  /** A new want id; with a caller and key always the same one. */
  wantIdFor(idempotency: { readonly caller: string; readonly key: string } | null): string;
  listWants(query: WantQuery): Promise<ListView<WantView>>;
  getWant(wantId: string): Promise<WantDetailView>;
  wantTimeline(wantId: string, paging: Paging): Promise<ListView<EventView>>;
  whyWant(wantId: string): Promise<{ readonly wantId: string; readonly reasons: readonly DeepReasonView[] }>;
  cancelWant(wantId: string, by: { readonly text: string; readonly ifRevision?: number }): Promise<WantView>;
  plan(request: WantRequest): Promise<PlanView>;
  /** What is wrong with a ref in this graph: named beside the faults of a body that is refused before its refs are looked at. */
  refFault(partitionRef: string, pointer: string): readonly Fault[];

  listPartitions(
    query: Paging & { readonly pattern?: string; readonly states?: readonly PartitionStateView[] },
  ): Promise<ListView<PartitionView>>;
  getPartition(ref: string): Promise<PartitionView>;
  whyPartition(ref: string): Promise<{ readonly partitionRef: string; readonly reasons: readonly DeepReasonView[] }>;
  lineage(ref: string, query: { readonly direction: 'up' | 'down'; readonly depth: number }): Promise<LineageView>;
  reportAvailable(reports: readonly Report[]): Promise<readonly Reported[]>;
  taint(request: { partitionRefs: readonly string[]; reason: string; dryRun: boolean }): Promise<Tainted>;

  listRuns(
    query: Paging & { readonly states?: readonly RunStateView[]; readonly job?: string },
  ): Promise<ListView<RunView>>;
  getRun(runId: string): Promise<RunView>;
  /** The newest execution's log as text, from a byte offset on; `end` is where to go on. */
  runLog(
    runId: string,
    fromByte: number,
  ): Promise<{ readonly text: string; readonly end: number; readonly ended: boolean }>;
  acceptRun(
    runId: string,
    by: string,
  ): Promise<{ capability: string; inputs: readonly JsonObject[]; outputs: readonly JsonObject[]; deadline: string }>;
  reportRun(runId: string, capability: string, outcome: RunOutcome): Promise<RunView>;
  cancelRun(runId: string, by: { readonly text: string; readonly ifRevision?: number }): Promise<RunView>;

  /** Waits up to `waitSeconds` for the first matching event, or until `signal` aborts. */
  listEvents(query: EventQuery, signal: AbortSignal): Promise<EventPage>;
  slaViolations(paging: Paging): Promise<ListView<SlaView>>;
  slaAtRisk(paging: Paging): Promise<ListView<SlaView>>;
  health(): Promise<HealthView>;
  /** OpenMetrics text, with its `# EOF`. */
  metrics(): Promise<string>;

  rememberedAnswer(caller: string, key: string): Promise<RememberedAnswer | null>;
  rememberAnswer(caller: string, key: string, answer: RememberedAnswer): Promise<void>;
}
