import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LogError, LogUnavailable } from './errors.ts';
import { explainSqlite } from './sqliteErrors.ts';

interface Write<T = unknown> {
  /** One statement, or none; throws a LogError where only this write is refused. */
  readonly execute: () => T;
  /** Called once the group is durable, before anybody is answered. */
  readonly durable: (() => void) | undefined;
  readonly resolve: (answer: T) => void;
  readonly reject: (error: Error) => void;
}

/** How long a write that nobody waits for waits for others to go with. */
const patienceMs = 2;

/** Bounds how long one transaction keeps the event loop: about 10 ms. */
const writesPerGroupMax = 1000;

/**
 * Gathers the writes of one turn of the event loop into one transaction, in their order, and answers each after it is
 * durable. One fsync then serves all of them.
 */
export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #afterGroup: () => void;
  #writes: Write[] = [];
  #scheduled = false;
  #patience: NodeJS.Timeout | null = null;
  #closed = false;

  /** @param afterGroup called after each group that became durable. */
  constructor(db: DatabaseSync, path: string, afterGroup: () => void) {
    this.#db = db;
    this.#path = path;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#afterGroup = afterGroup;
  }

  /** @throws LogUnavailable (as a rejection) when the whole group was not written. */
  submit<T>(execute: () => T, durable?: () => void): Promise<T> {
    const answer = this.#enqueue(execute, durable);
    if (!this.#closed) this.#schedule();
    return answer;
  }

  /** The same for a write that nobody waits for: it goes with the next group, or soon in one of its own. */
  submitPatiently<T>(execute: () => T): Promise<T> {
    const answer = this.#enqueue(execute, undefined);
    if (!this.#closed && !this.#scheduled) this.#patience ??= setTimeout(() => this.#flush(), patienceMs);
    return answer;
  }

  #enqueue<T>(execute: () => T, durable: (() => void) | undefined): Promise<T> {
    if (this.#closed) return Promise.reject(new LogUnavailable(`${this.#path} is closed`));
    return new Promise((resolve, reject) => {
      this.#writes.push({ execute, durable, resolve, reject } as Write);
    });
  }

  /** Writes what was submitted before, and takes nothing more. */
  close(): void {
    this.#closed = true;
    while (this.#writes.length > 0) this.#flush();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
    const group = this.#writes.splice(0, writesPerGroupMax);
    if (group.length === 0) return;
    if (this.#writes.length > 0) this.#schedule();
    let answers: unknown[];
    try {
      answers = this.#writeGroup(group);
    } catch (error) {
      const explained = explainSqlite(error, this.#path);
      for (const write of group) write.reject(explained);
      return;
    }
    settle(group, answers);
    this.#afterGroup();
  }

  /** @returns for each write its answer, or the LogError that refused it. */
  #writeGroup(group: readonly Write[]): unknown[] {
    this.#begin.run();
    try {
      const answers = group.map(executed);
      this.#commit.run();
      return answers;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}

function executed(write: Write): unknown {
  try {
    return write.execute();
  } catch (error) {
    if (error instanceof LogError) return error;
    throw error;
  }
}

function settle(group: readonly Write[], answers: readonly unknown[]): void {
  for (let i = 0; i < group.length; i++) if (!(answers[i] instanceof LogError)) group[i]!.durable?.();
  for (let i = 0; i < group.length; i++) {
    const answer = answers[i];
    if (answer instanceof LogError) group[i]!.reject(answer);
    else group[i]!.resolve(answer);
  }
}
