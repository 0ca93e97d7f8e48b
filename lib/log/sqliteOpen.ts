import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { LogError, LogRefused } from './errors.ts';
import { damaged, explainSqlite } from './sqliteErrors.ts';
import { applicationId, migrate, newestVersion, pragma, writeMeta } from './sqliteSchema.ts';

/** Another process's transaction takes milliseconds; the event loop stands still while this one waits for it. */
const busyTimeoutMs = 2000;

/** A whole check of a file up to this size takes less than 0.1 s; a larger one is checked by `landfall doctor`. */
const checkedBytesMax = 32 * 1024 * 1024;

/**
 * Opens the file, making it where there is none, and brings it to the newest version.
 *
 * @throws LogRefused when it cannot be trusted or written; the file is left as it is.
 * @throws LogUnavailable when the disk is full or another process holds the file.
 */
export function openFile(path: string, readOnly: boolean): DatabaseSync {
  if (!existsSync(path)) {
    if (readOnly) throw new LogRefused(`${path} does not exist: nothing was recorded here yet`);
    explained(path, () => createFile(path));
  }
  refuseEmptyFile(path);
  const unclean = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  return explained(path, () => {
    const db = connect(path, readOnly);
    try {
      if (readOnly) refuseOtherVersion(db, path);
      else prepareForWriting(db, path, unclean > 0);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

export function newGeneration(): string {
  return randomBytes(12).toString('base64url');
}

/** What SQLite throws inside, as a LogError. */
export function explained<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof LogError ? error : explainSqlite(error, path);
  }
}

function connect(path: string, readOnly: boolean): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly, timeout: busyTimeoutMs });
  db.exec('PRAGMA cache_size = -32768; PRAGMA foreign_keys = OFF');
  return db;
}

/**
 * Makes a log beside its place and links it there when whole, so that an empty file is always a damaged one. What stands
 * there already, because another process was first, is left alone.
 */
export function createFile(path: string): void {
  const generation = newGeneration();
  const draft = `${path}.${generation}`;
  try {
    const db = new DatabaseSync(draft);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    migrate(db, draft);
    writeMeta(db, 'generation', generation);
    db.close();
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw linkExplained(error, path);
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(draft + suffix, { force: true });
  }
}

function linkExplained(error: unknown, path: string): unknown {
  if ((error as NodeJS.ErrnoException).syscall !== 'link') return error;
  return new LogRefused(`${path} cannot be made: its file system knows no hard links; choose another data folder`, {
    cause: error,
  });
}

function refuseEmptyFile(path: string): void {
  const stats = statSync(path);
  if (!stats.isFile()) throw new LogRefused(`${path} is not a file: move it away`);
  if (stats.size === 0) throw new LogRefused(damaged(path, 'it is empty'));
}

function prepareForWriting(db: DatabaseSync, path: string, unclean: boolean): void {
  refuseForeign(db, path);
  db.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000; PRAGMA journal_size_limit = 67108864');
  if (unclean && statSync(path).size <= checkedBytesMax) refuseDamaged(db, path);
  db.exec('PRAGMA journal_mode = WAL');
  migrate(db, path);
}

function refuseForeign(db: DatabaseSync, path: string): void {
  if (pragma(db, 'application_id') === applicationId) return;
  throw new LogRefused(`${path} is not a log of landfall: move it away, or put a backup back`);
}

function refuseOtherVersion(db: DatabaseSync, path: string): void {
  refuseForeign(db, path);
  const version = pragma(db, 'user_version');
  if (version === newestVersion) return;
  if (version > newestVersion) migrate(db, path);
  throw new LogRefused(`${path} is a log of version ${version}: start the service once, which brings it up to date`);
}

/** @throws LogRefused with the first fault that SQLite finds in the file's structure. */
export function refuseDamaged(db: DatabaseSync, path: string): void {
  const [found] = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {});
  if (found !== 'ok') throw new LogRefused(damaged(path, String(found).split('\n').at(-1)!));
}
