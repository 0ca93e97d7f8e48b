/** Why something is not there yet. Kinds of the HTTP API; `since` in milliseconds. */
export type ReasonKind =
  | 'missingInput'
  | 'missingExternal'
  | 'upstreamFailed'
  | 'running'
  | 'queued'
  | 'poolFull'
  | 'retryAt';

/** What ended a want, as recorded with its end. */
export interface EndReason {
  readonly kind: 'upstreamFailed' | 'expired' | 'cancelled';
  /** The partition that could not be made, or was waited for. */
  readonly partitionRef?: string;
  /** The run that failed. */
  readonly runId?: string;
  /** When that run failed (milliseconds): a want made later is a new try. */
  readonly failedAt?: number;
  readonly text: string;
}
