import { DatabaseSync } from 'node:sqlite';

/** Held by the one service of a data folder; the system lets go of it when the process ends, however it ends. */
export interface ServiceLock {
  release(): void;
}

/** Takes the lock at `path`; `null` where another process has it. Of two at the same instant exactly one gets it. */
export function takeLock(path: string): ServiceLock | null {
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
    return { release: () => db.close() };
  } catch (error) {
    db.close();
    if ((error as { errcode?: number }).errcode === sqliteBusy) return null;
    throw error;
  }
}

const sqliteBusy = 5;
