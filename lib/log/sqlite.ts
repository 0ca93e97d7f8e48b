import { existsSync, renameSync, rmSync } from 'node:fs';
import { backup as copyDatabase, DatabaseSync } from 'node:sqlite';
import { LogRefused } from './errors.ts';
import type { Doorbell, EventLog } from './eventLog.ts';
import { GroupCommit } from './groupCommit.ts';
import { explainSqlite } from './sqliteErrors.ts';
import { createSqliteIndex, type SqliteIndex } from './sqliteIndex.ts';
import { createSqliteLog } from './sqliteLog.ts';
import { explained, newGeneration, openFile, refuseDamaged } from './sqliteOpen.ts';
import { readMeta, writeMeta } from './sqliteSchema.ts';

export interface SqliteOptions {
  /** For looking at a log that another process may be writing; every write is refused. */
  readonly readOnly?: boolean;
  /** Nobody else writes the file while it is open here: newest commits are kept in memory. */
  readonly alone?: boolean;
}

/** A log and its indexes in one file. */
export interface SqliteStore {
  readonly log: EventLog & Doorbell;
  readonly index: SqliteIndex;
  /**
   * The same rows, for those who write what nobody waits for: a write goes with the next group, so that it costs no fsync
   * of its own, and is answered up to a few milliseconds later.
   */
  readonly patientIndex: SqliteIndex;
  /** Names the feed's generation; a backup that is put back has another one. */
  readonly generation: string;
  /**
   * Copies the log to a new file while it is in use. The copy is whole, and of one moment.
   *
   * @throws LogRefused when there is a file already.
   */
  backup(toPath: string): Promise<void>;
  /** Reads the whole file. @throws LogRefused with the first fault found. */
  verify(): void;
  /** Writes what was submitted, then lets go of the file. */
  close(): Promise<void>;
}

/**
 * Opens the log at `path`, making it where there is none. One process at a time is meant to write: a second one
 * corrupts nothing, but may be told that the log is unavailable.
 *
 * @throws LogRefused when the file is from a newer version, damaged, not ours, or may not be written.
 */
export function openSqlite(path: string, options: SqliteOptions = {}): SqliteStore {
  const { readOnly = false, alone = false } = options;
  const db = openFile(path, readOnly);
  const generation = readMeta(db, 'generation')!;
  const doorbell = new GroupDoorbell();
  const writes = new GroupCommit(db, path, () => doorbell.ring());
  const submit = <T>(execute: () => T, durable?: () => void): Promise<T> =>
    readOnly ? Promise.reject(new LogRefused(`${path} was opened read-only`)) : writes.submit(execute, durable);
  const submitPatiently = <T>(execute: () => T): Promise<T> =>
    readOnly ? submit(execute) : writes.submitPatiently(execute);
  const log = createSqliteLog({ db, path, generation, alone, submit, appended: () => doorbell.arm() });
  return {
    log: { ...log, onCommitted: (listener) => doorbell.onCommitted(listener) },
    index: createSqliteIndex({ db, path, submit }),
    patientIndex: createSqliteIndex({ db, path, submit: submitPatiently }),
    generation,
    backup: (toPath) => backup(db, toPath),
    verify: () => explained(path, () => verify(db, path)),
    async close() {
      writes.close();
      if (db.isOpen) db.close();
    },
  };
}

/** Rings once for each durable group that holds a commit. */
class GroupDoorbell implements Doorbell {
  readonly #listeners = new Set<() => void>();
  #armed = false;

  arm(): void {
    this.#armed = true;
  }

  ring(): void {
    if (!this.#armed) return;
    this.#armed = false;
    for (const listener of this.#listeners) queueMicrotask(listener);
  }

  onCommitted(listener: () => void): () => void {
    const entry = () => {
      if (this.#listeners.has(entry)) listener();
    };
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }
}

function verify(db: DatabaseSync, path: string): void {
  refuseDamaged(db, path);
  const gap = db.prepare('SELECT stream FROM commits GROUP BY stream HAVING count(*) <> max(revision) LIMIT 1').get();
  if (gap !== undefined) throw new LogRefused(`${path} is damaged (${gap.stream} has a gap): put a backup back`);
}

/** The copy gets its name when it is whole, and a generation of its own: its feed will go another way. */
async function backup(db: DatabaseSync, toPath: string): Promise<void> {
  if (existsSync(toPath)) throw new LogRefused(`${toPath} exists already: choose another name for the backup`);
  const generation = newGeneration();
  const draft = `${toPath}.${generation}`;
  try {
    await copyDatabase(db, draft, { rate: 1000 });
    const copy = new DatabaseSync(draft);
    writeMeta(copy, 'generation', generation);
    copy.close();
    renameSync(draft, toPath);
  } catch (error) {
    throw explainSqlite(error, toPath);
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(draft + suffix, { force: true });
  }
}
