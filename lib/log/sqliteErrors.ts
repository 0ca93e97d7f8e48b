import { type LogError, LogRefused, LogUnavailable } from './errors.ts';

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const code = { perm: 3, busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cantOpen: 14, notADatabase: 26 };

/** What SQLite said, as one sentence that says what to do. Whoever waits for a refused write may try it again. */
export function explainSqlite(error: unknown, path: string): LogError {
  const { errcode = 0, message } = error as { errcode?: number; message: string };
  const options = { cause: error };
  switch (errcode & 0xff) {
    case code.full:
      return new LogUnavailable(`the disk of ${path} is full: free some space; what was acknowledged is safe`, options);
    case code.ioError:
      return new LogUnavailable(`the disk of ${path} cannot be read or written (${message}): check it`, options);
    case code.busy:
      return new LogUnavailable(`another process writes to ${path}: end it, and run one service per folder`, options);
    case code.corrupt:
      return new LogRefused(damaged(path, message), options);
    case code.notADatabase:
      return new LogRefused(`${path} is not a log of landfall: move it away, or put a backup back`, options);
    case code.readOnly:
    case code.perm:
    case code.cantOpen:
      return new LogRefused(`${path} cannot be written: give this user write access to it and its folder`, options);
    default:
      return new LogUnavailable(`${path} did not answer (${message})`, options);
  }
}

export function damaged(path: string, what: string): string {
  return `${path} is damaged (${what}): keep a copy of it and put a backup back`;
}

export function isSqliteError(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ERR_SQLITE_ERROR';
}
