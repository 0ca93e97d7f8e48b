import type { DatabaseSync } from 'node:sqlite';
import { LogRefused } from './errors.ts';

/** Tells a log of landfall from other SQLite files: 'lndf'. */
export const applicationId = 0x6c6e6466;

interface Migration {
  readonly version: number;
  /** Runs in one transaction with the change of `user_version`. Never changed once released. */
  readonly sql: string;
}

/** In order. A new one comes with a stored file of the version before it (`test/histories/sqlite-v<N>.db`). */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE commits (
        position INTEGER PRIMARY KEY,
        stream TEXT NOT NULL,
        revision INTEGER NOT NULL,
        commit_id TEXT NOT NULL,
        at INTEGER NOT NULL,
        events TEXT NOT NULL,
        state TEXT,
        UNIQUE (stream, revision)
      ) STRICT;
      CREATE TABLE index_rows (
        partition TEXT NOT NULL,
        key TEXT NOT NULL,
        nonce TEXT NOT NULL,
        value TEXT NOT NULL,
        expires_at INTEGER,
        PRIMARY KEY (partition, key)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX index_rows_by_expiry ON index_rows (expires_at) WHERE expires_at IS NOT NULL;
      PRAGMA application_id = ${applicationId};
    `,
  },
];

export const newestVersion = migrations.at(-1)!.version;

/**
 * Brings the file to the newest version, one transaction for each step, so that a crash leaves a whole version.
 *
 * @throws LogRefused when it is from a newer landfall, or is old and opened read-only.
 */
export function migrate(db: DatabaseSync, path: string, steps: readonly Migration[] = migrations): void {
  const version = pragma(db, 'user_version');
  const newest = steps.at(-1)!.version;
  if (version > newest) {
    throw new LogRefused(
      `${path} is a log of version ${version} and this landfall reads up to ${newest}: use the newer landfall that wrote it`,
    );
  }
  for (const step of steps.filter((each) => each.version > version)) {
    try {
      db.exec(`BEGIN IMMEDIATE; ${step.sql}; PRAGMA user_version = ${step.version}; COMMIT`);
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
}

/** The value of a pragma that is one number. */
export function pragma(db: DatabaseSync, name: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}

export function readMeta(db: DatabaseSync, name: string): string | null {
  const row = db.prepare('SELECT value FROM meta WHERE name = ?').get(name);
  return row === undefined ? null : String(row.value);
}

export function writeMeta(db: DatabaseSync, name: string, value: string): void {
  db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(name, value);
}
