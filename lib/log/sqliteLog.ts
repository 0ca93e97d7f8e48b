import type { DatabaseSync } from 'node:sqlite';
import { encodeCursor, placeInFeed, witnessOf } from './cursor.ts';
import { LogRefused, RevisionConflict } from './errors.ts';
import type { Appended, Commit, EventFilter, EventLog, FeedItem, FeedPage, NewCommit, StreamId } from './eventLog.ts';
import { matchesFilter } from './filter.ts';
import { damaged } from './sqliteErrors.ts';
import { FeedScan } from './sqliteFeedScan.ts';
import { explained } from './sqliteOpen.ts';
import { checkAppend, checkFromRevision, checkLimit, type StoredCommit } from './stored.ts';

/** A row of `commits`. */
export interface CommitRow {
  readonly position: number;
  readonly stream: StreamId;
  readonly revision: number;
  readonly commit_id: string;
  readonly at: number;
  readonly events: string;
  readonly state: string | null;
}

/** Commits fetched at a time by `read`: a folded state may be 350 KB. */
const readPage = 64;

/** What the log needs around its table. */
export interface SqliteLogPlace {
  readonly db: DatabaseSync;
  readonly path: string;
  readonly generation: string;
  /** Runs one write in the next group. */
  submit<T>(execute: () => T): Promise<T>;
  /** A commit was written in this group. */
  appended(): void;
}

export function createSqliteLog(place: SqliteLogPlace): EventLog {
  const { db, path } = place;
  const insert = prepareInsert(place);
  const newest = db.prepare('SELECT * FROM commits WHERE stream = ? ORDER BY revision DESC LIMIT 1');
  const page = db.prepare('SELECT * FROM commits WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?');
  const feed = new SqliteFeed(place);
  return {
    append(stream, expectedRevision, commit) {
      let stored: StoredCommit;
      try {
        stored = checkAppend(stream, expectedRevision, commit);
      } catch (error) {
        return Promise.reject(error);
      }
      return place.submit(() => insert(stream, expectedRevision, commit, stored));
    },
    async *read(stream, fromRevision = 1) {
      checkFromRevision(fromRevision);
      for (let next = fromRevision, full = true; full; next += readPage) {
        const rows = explained(path, () => page.all(stream, next, readPage)) as unknown as CommitRow[];
        for (const row of rows) yield toCommit(row, path);
        full = rows.length === readPage;
      }
    },
    async head(stream) {
      const row = explained(path, () => newest.get(stream)) as CommitRow | undefined;
      return row === undefined ? null : toCommit(row, path);
    },
    list: async (filter, cursor, limit = 100) => explained(path, () => feed.list(filter, cursor, limit)),
  };
}

type Insert = (stream: StreamId, expected: number, commit: NewCommit, stored: StoredCommit) => Appended;

function prepareInsert({ db, appended }: SqliteLogPlace): Insert {
  const revision = db.prepare('SELECT coalesce(max(revision), 0) AS revision FROM commits WHERE stream = ?');
  const idAt = db.prepare('SELECT commit_id FROM commits WHERE stream = ? AND revision = ?');
  const insert = db.prepare(
    `INSERT INTO commits (stream, revision, commit_id, at, events, state) SELECT ?1, ?2 + 1, ?3, ?4, ?5, ?6
     WHERE coalesce((SELECT max(revision) FROM commits WHERE stream = ?1), 0) = ?2`,
  );
  return (stream, expected, { commitId, at }, { events, state }) => {
    if (insert.run(stream, expected, commitId, at, events, state).changes === 1) {
      appended();
      return { revision: expected + 1, duplicate: false };
    }
    if (idAt.get(stream, expected + 1)?.commit_id === commitId) return { revision: expected + 1, duplicate: true };
    throw new RevisionConflict(stream, expected, Number(revision.get(stream)!.revision));
  };
}

class SqliteFeed {
  readonly #place: SqliteLogPlace;
  readonly #scan: FeedScan;

  constructor(place: SqliteLogPlace) {
    this.#place = place;
    this.#scan = new FeedScan(place.db);
  }

  list(filter: EventFilter, cursor: string | undefined, limit: number): FeedPage {
    checkLimit(limit);
    const { path, generation } = this.#place;
    const from = placeInFeed(cursor, generation, (position) => this.#witnessAt(position));
    const newest = this.#scan.newest();
    const end = this.#scan.endOfPage(from, newest);
    const items: FeedItem[] = [];
    for (const row of this.#scan.rows(filter, from, end)) {
      const commit = toCommit(row, path);
      if (matchesFilter(filter, commit)) items.push({ position: row.position, commit });
      if (items.length === limit) break;
    }
    const position = items.length === limit ? items.at(-1)!.position : end;
    const witness = this.#witnessAt(position) ?? '';
    return { items, nextCursor: encodeCursor({ generation, position, witness }), more: position < newest };
  }

  #witnessAt(position: number): string | null {
    const row = this.#scan.identity(position);
    return row === undefined ? null : witnessOf(row.stream, row.revision, row.commit_id);
  }
}

function toCommit(row: CommitRow, path: string): Commit {
  const { stream, revision, at } = row;
  try {
    const events = JSON.parse(row.events) as Commit['events'];
    const state = row.state === null ? null : (JSON.parse(row.state) as Commit['state']);
    return { stream, revision, commitId: row.commit_id, at, events, state };
  } catch (error) {
    throw new LogRefused(damaged(path, `revision ${revision} of ${stream} cannot be read`), { cause: error });
  }
}
