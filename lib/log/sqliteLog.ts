import type { DatabaseSync } from 'node:sqlite';
import { RevisionConflict } from './errors.ts';
import type { Appended, EventLog, NewCommit, StreamId } from './eventLog.ts';
import { RecentHeads } from './recentHeads.ts';
import { prepareCommit, prepareCommits } from './sqliteCommits.ts';
import { SqliteFeed } from './sqliteFeed.ts';
import { explained } from './sqliteOpen.ts';
import { checkAppend, checkFromRevision, type StoredCommit } from './stored.ts';

/** Commits fetched at a time by `read`: a folded state may be 350 KB. */
const readPage = 64;

/** How much of the newest commits is kept in memory, in characters of their JSON. */
const headCharsMax = 16_000_000;

/** What the log needs around its table. */
export interface SqliteLogPlace {
  readonly db: DatabaseSync;
  readonly path: string;
  readonly generation: string;
  /** Nobody else writes. */
  readonly alone: boolean;
  /** Runs one write in the next group. @param durable called once it is, before anybody is answered. */
  submit<T>(execute: () => T, durable?: () => void): Promise<T>;
  /** A commit was written in this group. */
  appended(): void;
}

export function createSqliteLog(place: SqliteLogPlace): EventLog {
  const { db, path, generation } = place;
  const insert = prepareInsert(place);
  const newest = prepareCommit(db, path, 'WHERE stream = ? ORDER BY revision DESC LIMIT 1');
  const page = prepareCommits(db, path, `WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ${readPage}`);
  const heads = new RecentHeads(place.alone ? headCharsMax : 0);
  const feed = new SqliteFeed(db, path, generation);
  return {
    append(stream, expectedRevision, commit) {
      let stored: StoredCommit;
      try {
        stored = checkAppend(stream, expectedRevision, commit);
      } catch (error) {
        return Promise.reject(error);
      }
      const { commitId, at } = commit;
      return place.submit(
        () => {
          heads.delete(stream); // Whatever comes of this append, the next look is at the file, or at what is durable.
          return insert(stream, expectedRevision, commit, stored);
        },
        () => heads.set({ stream, revision: expectedRevision + 1, commitId, at, ...stored }),
      );
    },
    async *read(stream, fromRevision = 1) {
      checkFromRevision(fromRevision);
      for (let next = fromRevision, full = true; full; next += readPage) {
        const items = explained(path, () => page(stream, next));
        for (const { commit } of items) yield commit;
        full = items.length === readPage;
      }
    },
    async head(stream) {
      const known = heads.get(stream);
      if (known !== null) return known;
      return explained(path, () => newest(stream))?.commit ?? null;
    },
    list: async (filter, cursor, limit = 100) => explained(path, () => feed.list(filter, cursor, limit)),
  };
}

type Insert = (stream: StreamId, expected: number, commit: NewCommit, stored: StoredCommit) => Appended;

/** Looks and inserts within one transaction. One statement that does both would copy what it selects: twice the time. */
function prepareInsert({ db, appended }: SqliteLogPlace): Insert {
  const insert = db.prepare('INSERT INTO commits VALUES (NULL, ?, ?, ?, ?, ?, ?)');
  const idAt = db.prepare('SELECT commit_id FROM commits WHERE stream = ? AND revision = ?');
  const newest = db.prepare('SELECT coalesce(max(revision), 0) FROM commits WHERE stream = ?');
  newest.setReturnArrays(true);
  return (stream, expected, { commitId, at }, { events, state }) => {
    const [actual] = newest.get(stream) as unknown as readonly [number];
    if (actual === expected) {
      insert.run(stream, expected + 1, commitId, at, events, state);
      appended();
      return { revision: expected + 1, duplicate: false };
    }
    if (idAt.get(stream, expected + 1)?.commit_id === commitId) return { revision: expected + 1, duplicate: true };
    throw new RevisionConflict(stream, expected, actual);
  };
}
