import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { LogRefused } from './errors.ts';
import type { Commit, FeedItem, StreamId } from './eventLog.ts';
import { damaged } from './sqliteErrors.ts';

/** In the order of `columns`: rows as arrays are read a third faster than as objects. */
type CommitRow = readonly [
  position: number,
  stream: StreamId,
  revision: number,
  commitId: string,
  at: number,
  events: string,
  state: string | null,
];

const columns = 'position, stream, revision, commit_id, at, events, state';

/** Prepares a query of `commits`. @param rest of the SQL, from WHERE on. */
export function prepareCommits(
  db: DatabaseSync,
  path: string,
  rest: string,
): (...values: SQLInputValue[]) => FeedItem[] {
  const statement = db.prepare(`SELECT ${columns} FROM commits ${rest}`);
  statement.setReturnArrays(true);
  return (...values) => (statement.all(...values) as unknown as CommitRow[]).map((row) => toItem(row, path));
}

/** The same for one commit at most, which is read in half the time. */
export function prepareCommit(
  db: DatabaseSync,
  path: string,
  rest: string,
): (...values: SQLInputValue[]) => FeedItem | null {
  const statement = db.prepare(`SELECT ${columns} FROM commits ${rest}`);
  statement.setReturnArrays(true);
  return (...values) => {
    const row = statement.get(...values) as unknown as CommitRow | undefined;
    return row === undefined ? null : toItem(row, path);
  };
}

function toItem([position, stream, revision, commitId, at, eventsJson, stateJson]: CommitRow, path: string): FeedItem {
  try {
    const events = JSON.parse(eventsJson) as Commit['events'];
    const state = stateJson === null ? null : (JSON.parse(stateJson) as Commit['state']);
    return { position, commit: { stream, revision, commitId, at, events, state } };
  } catch (error) {
    throw new LogRefused(damaged(path, `revision ${revision} of ${stream} cannot be read`), { cause: error });
  }
}
