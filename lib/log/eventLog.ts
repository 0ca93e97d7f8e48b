import type { JsonObject } from '../model/json.ts';
import type { StoredEvent } from '../model/storedEvent.ts';

export type { StoredEvent } from '../model/storedEvent.ts';

/** What a stream is about; the part of its id before the first `/`. */
export type StreamKind = 'want' | 'build' | 'external' | 'pool';

/** `<kind>/<id>`, such as `want/want_01J…` or `build/summarise/2012-01`. At most 1,024 bytes. */
export type StreamId = `${StreamKind}/${string}`;

/** What one decision writes, atomically. */
export interface NewCommit {
  /** Unique per decision: an append that is tried again after a lost answer carries the same one. */
  readonly commitId: string;
  /** When it was decided, in milliseconds since 1970 UTC. */
  readonly at: number;
  /** At least one. */
  readonly events: readonly StoredEvent[];
  /**
   * The stream's state after these events, or `null` where folding this commit alone gives it (a stream's first
   * commit), so that a decision reads one item.
   */
  readonly state: JsonObject | null;
}

/** A commit as it stands in the log. */
export interface Commit extends NewCommit {
  readonly stream: StreamId;
  /** 1 for a stream's first commit, then without a gap. */
  readonly revision: number;
}

export interface Appended {
  readonly revision: number;
  /** True where this very commit was already there: the first append had succeeded and its answer was lost. */
  readonly duplicate: boolean;
}

/** Selects commits of the feed: a commit is in when at least one of its events matches every given field. */
export interface EventFilter {
  readonly types?: readonly string[];
  readonly streamKinds?: readonly StreamKind[];
  /** Glob over the partition refs that an event names: `*` within a segment, `**` across. */
  readonly partitionPattern?: string;
  /** Only events of wants from these sources (`cli`, `api`, …); an event without a source does not match. */
  readonly wantSources?: readonly string[];
  /** Only commits with `at` at or after this moment (milliseconds, included). */
  readonly after?: number;
  /** Only commits with `at` before this moment (milliseconds, excluded). */
  readonly before?: number;
}

export interface FeedItem {
  /** Grows along the feed of one generation; gaps in the numbers mean nothing. */
  readonly position: number;
  readonly commit: Commit;
}

export interface FeedPage {
  readonly items: readonly FeedItem[];
  /** Where to go on, also at the end of the feed: what comes later is found from here. */
  readonly nextCursor: string;
  /** True where the feed was known to hold more when the page was read (matching or not). */
  readonly more: boolean;
}

/**
 * The append-only log: streams of commits, and the feed of all of them.
 *
 * Guarantees, tested by `test/contract/eventLog.contract.ts` against every adapter:
 * 1. An append that was answered is never lost.
 * 2. Of several appends at one expected revision exactly one succeeds; the others get `RevisionConflict`.
 * 3. An append repeated with the same commit id at the same expected revision answers as the first did, also when the
 *    stream has moved on since.
 * 4. `head` and `read` are strongly consistent: they show every append answered before they were called.
 * 5. `list` shows each commit exactly once, in the order of its stream, without a gap, and a page once read never
 *    changes. Order across streams means nothing.
 */
export interface EventLog {
  /**
   * @param expectedRevision the stream's revision that the decision was made on; 0 for a stream that must not exist.
   * @throws RevisionConflict when the stream stands elsewhere (below or above).
   * @throws CommitTooLarge when the commit, stored, is over `limits.commitBytes`.
   * @throws LogUnavailable when it cannot be said whether it was written: append the same commit again.
   */
  append(stream: StreamId, expectedRevision: number, commit: NewCommit): Promise<Appended>;
  /** The commits of one stream from `fromRevision` (default 1) on; nothing for a stream that does not exist. */
  read(stream: StreamId, fromRevision?: number): AsyncIterable<Commit>;
  /** The newest commit of the stream, with its state; `null` for a stream that does not exist. */
  head(stream: StreamId): Promise<Commit | null>;
  /**
   * @param cursor from an earlier page; absent: from the beginning.
   * @param limit at most this many items, 1 to 1,000 (default 100). A filtered page may hold fewer, even none, with
   *   `more` true.
   * @throws CursorGone when the cursor is of another generation of the feed.
   * @throws CursorInvalid when it is not a cursor of ours.
   */
  list(filter: EventFilter, cursor?: string, limit?: number): Promise<FeedPage>;
}

/** What an in-process log offers besides: it says when there is something new to list. */
export interface Doorbell {
  /** Calls the listener after each group of commits became durable. Returns the function that stops it. */
  onCommitted(listener: () => void): () => void;
}

export const limits = {
  /** A commit with its folded state, as stored JSON, in bytes: DynamoDB's item holds 400 kB with its keys. */
  commitBytes: 350_000,
  streamIdBytes: 1_024,
  feedPage: 1_000,
} as const;
