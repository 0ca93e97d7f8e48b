import type { Engine } from '../engine/context.ts';
import { handleDue } from '../engine/deadlines.ts';
import { type Due, duePage, nextDueAt } from '../engine/due.ts';
import type { RowIndex } from '../log/rowIndex.ts';

/** Looks at each subject when its moment comes, the earliest first. One timer, no polling. */
export interface DueTimer {
  start(): Promise<void>;
  /** A due row was put: wakes earlier where it is earlier. */
  put(at: number): void;
  stop(): Promise<void>;
}

/** A timer of Node waits at most about 24 days. */
const timerMsMax = 2_000_000_000;
const retryMs = 1_000;

export function createDueTimer(engine: Engine, failed: (due: Due, error: unknown) => void): DueTimer {
  return new Timer(engine, failed);
}

class Timer implements DueTimer {
  readonly #engine: Engine;
  readonly #failed: (due: Due, error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;
  #armedAt = Number.POSITIVE_INFINITY;
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = false;

  constructor(engine: Engine, failed: (due: Due, error: unknown) => void) {
    this.#engine = engine;
    this.#failed = failed;
  }

  async start(): Promise<void> {
    this.#fire();
  }

  put(at: number): void {
    if (this.#running !== null) this.#again = true;
    else if (at < this.#armedAt) this.#arm(at);
  }

  #arm(at: number): void {
    if (this.#stopped) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#armedAt = at;
    const wait = Math.min(Math.max(0, at - this.#engine.clock.now()), timerMsMax);
    this.#timer = setTimeout(() => this.#fire(), wait);
  }

  #fire(): void {
    if (this.#running !== null || this.#stopped) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
  }

  async #run(): Promise<void> {
    let next: number | null = null;
    try {
      do {
        this.#again = false;
        await this.#lookAtAllDue();
        next = await nextDueAt(this.#engine);
      } while (this.#again && !this.#stopped);
    } catch {
      next = this.#engine.clock.now() + retryMs; // The log was not available: the rows are still there.
    }
    this.#armedAt = Number.POSITIVE_INFINITY;
    if (next !== null) this.#arm(next);
  }

  async #lookAtAllDue(): Promise<void> {
    for (let shard = 0; shard < this.#engine.config.dueShards; shard++) {
      let due = await duePage(this.#engine, shard, this.#engine.clock.now());
      while (due.length > 0 && !this.#stopped) {
        const outcomes = await Promise.all(due.map((one) => this.#look(one)));
        if (outcomes.includes(false)) throw new Error('a due look failed');
        due = await duePage(this.#engine, shard, this.#engine.clock.now());
      }
    }
  }

  async #look(due: Due): Promise<boolean> {
    try {
      await handleDue(this.#engine, due);
      return true;
    } catch (error) {
      this.#failed(due, error);
      return false;
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
  }
}

/** Tells the timer of every due row that is put. */
export function withDueBell<I extends RowIndex>(index: I, put: (at: number) => void): I {
  return {
    ...index,
    async put(row) {
      await index.put(row);
      if (row.partition.startsWith('due/')) put(Number(row.key.slice(0, row.key.indexOf('/'))));
    },
  };
}
