import type { JsonObject } from './json.ts';
import type { EndReason } from './reason.ts';
import type { StoredEvent } from './storedEvent.ts';
import { unknownEvent } from './unknownEvent.ts';

export type WantSource = 'cli' | 'dashboard' | 'scheduled' | 'api' | 'event' | 'derived';

/** A partition of another graph that a want waits for before it asks for anything to be built. */
export interface ExternalDependency {
  readonly graph: string;
  readonly partitionRef: string;
}

/** What was asked for. Moments in milliseconds since 1970 UTC; what is not there was not asked for. */
export interface WantFields {
  readonly wantId: string;
  /** 1 to 1,000, without repetition. */
  readonly partitionRefs: readonly string[];
  /** The business moment that the SLA counts from; absent: `createdAt`. */
  readonly dataTimestamp?: number;
  /** Seconds from `createdAt` after which an open want expires. */
  readonly ttlSeconds: number;
  /** Seconds from `dataTimestamp` until the deadline. */
  readonly slaSeconds?: number;
  readonly externalDependencies?: readonly ExternalDependency[];
  readonly source: WantSource;
  /** An instance counts only if its inputs were pinned at or after this moment. */
  readonly freshAfter?: number;
  readonly comment?: string;
  /** Derived wants only: the deadline that its tightest parent leaves. */
  readonly deadline?: number;
  /** Derived wants only: when the newest want above it that somebody made was created. */
  readonly demandedAt?: number;
}

export interface WantCreated extends WantFields, StoredEventOf<'WantCreated'> {}
export interface WantSatisfied extends StoredEventOf<'WantSatisfied'>, WantNamed {}
export interface WantFailed extends StoredEventOf<'WantFailed'>, WantEnded {}
export interface WantExpired extends StoredEventOf<'WantExpired'>, WantEnded {}
export interface WantCancelled extends StoredEventOf<'WantCancelled'>, WantEnded {}
/** A derived want got a parent with an earlier deadline. */
export interface WantTightened extends StoredEventOf<'WantTightened'> {
  readonly deadline: number;
}
export interface SlaAtRisk extends StoredEventOf<'SlaAtRisk'>, SlaTold {}
export interface SlaLate extends StoredEventOf<'SlaLate'>, SlaTold {}

type StoredEventOf<T extends string> = { readonly type: T; readonly v: 1 };
interface WantNamed {
  readonly wantId: string;
  readonly partitionRefs: readonly string[];
  readonly source: WantSource;
}
interface WantEnded extends WantNamed {
  readonly reason: EndReason;
}
interface SlaTold extends WantNamed {
  readonly slaDeadline: number;
  /** When it is expected to be there (milliseconds); `null` where that cannot be said. */
  readonly expectedAt: number | null;
  readonly blame: { readonly partitionRef: string; readonly owner: string | null; readonly text: string } | null;
}

export type WantEvent =
  | WantCreated
  | WantSatisfied
  | WantFailed
  | WantExpired
  | WantCancelled
  | WantTightened
  | SlaAtRisk
  | SlaLate;

export type WantStatus = 'open' | 'satisfied' | 'failed' | 'expired' | 'cancelled';

/** A want as folded from its stream. */
export interface Want extends WantFields {
  readonly stateVersion: 1;
  readonly status: WantStatus;
  readonly createdAt: number;
  readonly endedAt?: number;
  readonly endReason?: EndReason;
  /** When it was told that the SLA is at risk, and that it was missed. */
  readonly atRiskAt?: number;
  readonly lateAt?: number;
}

/** Folds one event. @throws UnknownEvent for a type or version that this code does not know. */
export function evolveWant(want: Want | null, event: StoredEvent, at: number): Want {
  const known = event as unknown as WantEvent;
  if (known.v !== 1) throw unknownEvent('want', event);
  if (known.type === 'WantCreated') {
    const { type: _type, v: _v, ...fields } = known;
    return { stateVersion: 1, status: 'open', createdAt: at, ...fields };
  }
  if (want === null) throw unknownEvent('want', event);
  switch (known.type) {
    case 'WantSatisfied':
      return { ...want, status: 'satisfied', endedAt: at };
    case 'WantFailed':
      return { ...want, status: 'failed', endedAt: at, endReason: known.reason };
    case 'WantExpired':
      return { ...want, status: 'expired', endedAt: at, endReason: known.reason };
    case 'WantCancelled':
      return { ...want, status: 'cancelled', endedAt: at, endReason: known.reason };
    case 'WantTightened':
      return { ...want, deadline: known.deadline };
    case 'SlaAtRisk':
      return { ...want, atRiskAt: at };
    case 'SlaLate':
      return { ...want, lateAt: at };
    default:
      known satisfies never;
      throw unknownEvent('want', event);
  }
}

export function expiresAt(want: Want): number {
  return want.createdAt + want.ttlSeconds * 1000;
}

/** The moment by which it should be there; `null` for a want without one. */
export function deadlineOf(want: Want): number | null {
  if (want.deadline !== undefined) return want.deadline;
  if (want.slaSeconds === undefined) return null;
  return (want.dataTimestamp ?? want.createdAt) + want.slaSeconds * 1000;
}

/** Created after its own deadline: reported as such, never told as a violation. */
export function isLateAtCreation(want: Want): boolean {
  const deadline = deadlineOf(want);
  return deadline !== null && want.createdAt > deadline;
}

/** Failures before this moment do not stop it: a want that somebody makes is the explicit retry of its upstream. */
export function demandedAt(want: Want): number {
  return want.demandedAt ?? want.createdAt;
}

export type SlaStatus = 'none' | 'onTrack' | 'atRisk' | 'late' | 'lateAtCreation' | 'met' | 'missed';

/**
 * @param remainingMs how long it is expected to take from now; `null` where that is not known.
 */
export function slaStatus(want: Want, now: number, remainingMs: number | null): SlaStatus {
  const deadline = deadlineOf(want);
  if (deadline === null) return 'none';
  if (isLateAtCreation(want)) return 'lateAtCreation';
  const endedAt = want.endedAt;
  if (endedAt === undefined) {
    if (now > deadline) return 'late';
    const atRisk = want.atRiskAt !== undefined || (remainingMs !== null && now + remainingMs > deadline);
    return atRisk ? 'atRisk' : 'onTrack';
  }
  if (want.status === 'satisfied') return endedAt > deadline ? 'missed' : 'met';
  if (want.status === 'cancelled') return endedAt > deadline ? 'missed' : 'none';
  return 'missed';
}

export function wantAsJson(want: Want): JsonObject {
  return want as unknown as JsonObject;
}
