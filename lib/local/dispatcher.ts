import { setTimeout as delay } from 'node:timers/promises';
import { hasCode, isLogUnavailable } from '../log/errors.ts';
import type { Commit, Doorbell, EventLog, FeedItem } from '../log/eventLog.ts';
import type { RowIndex } from '../log/rowIndex.ts';
import { createGate } from './gate.ts';

export interface DispatcherOptions {
  readonly log: EventLog & Doorbell;
  readonly index: RowIndex;
  /** Keeps the lists; called for each commit in the order of its stream. */
  project(commit: Commit): Promise<void>;
  /** Reacts; called at least once for each commit, many side by side. */
  react(commit: Commit): Promise<void>;
  /** Told of a commit that could not be handled and was set aside, and why. */
  parked(commit: Commit, error: unknown): void;
}

/** Delivers the feed to evaluation: each commit at least once, over the service's own end too. */
export interface Dispatcher {
  /** Brings the lists up to date, without reacting: for what has to be known before the first reaction. */
  catchUp(): Promise<void>;
  start(): void;
  /** Resolves once the lists show what was in the log at the call, or after a second. */
  settled(): Promise<void>;
  /** Resolves when nothing is being handled and the feed is read to its end. */
  idle(): Promise<void>;
  /** Commits that are read and not yet handled. */
  lag(): number;
  /** Handles what has been read, then saves where it stands. */
  stop(): Promise<void>;
}

const pageCommits = 200;
/** More commits than this are not read ahead of those that are handled. */
const aheadMax = 2_000;
/**
 * At a time, of each kind: all of them take their step in one turn of the event loop, and whoever else waits for it (a
 * request, a process that has ended its run) waits for them.
 */
const atOnceMax = 64;
/** How often the cursor is saved: what came after it is delivered again after a kill. */
const saveEveryMs = 500;
const place = { partition: 'consumer', key: 'dispatcher' } as const;

interface Page {
  readonly cursor: string;
  pending: number;
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  return new FeedDispatcher(options);
}

class FeedDispatcher implements Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #projecting = createGate(atOnceMax);
  readonly #wanting = createGate(atOnceMax);
  /** Apart from the wants: processes do not stand idle because many wants come at once. */
  readonly #running = createGate(atOnceMax);
  readonly #projections = new Map<string, Promise<void>>();
  readonly #pages: Page[] = [];
  #cursor: string | undefined;
  #doneCursor: string | undefined;
  #savedCursor: string | undefined;
  #pending = 0;
  #rung = true;
  #wake: (() => void) | null = null;
  #stopped = false;
  #pumping: Promise<void> = Promise.resolve();
  #unsubscribe: () => void = () => undefined;
  #saving: NodeJS.Timeout | null = null;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  async catchUp(): Promise<void> {
    this.#cursor = await this.#loadCursor();
    let cursor = this.#cursor;
    for (;;) {
      const page = await this.#options.log.list({}, cursor, pageCommits);
      await Promise.all(page.items.map((item) => this.#project(item.commit)));
      cursor = page.nextCursor;
      if (!page.more) return;
    }
  }

  async #loadCursor(): Promise<string | undefined> {
    const row = await this.#options.index.get(place.partition, place.key);
    const saved = row?.value.cursor;
    return typeof saved === 'string' && (await this.#isOurs(saved)) ? saved : undefined;
  }

  /** A restored copy is a feed of its own: everything is delivered once more, which changes nothing. */
  async #isOurs(cursor: string): Promise<boolean> {
    try {
      await this.#options.log.list({}, cursor, 1);
      return true;
    } catch (error) {
      if (!hasCode(error, 'CURSOR_GONE')) throw error;
      return false;
    }
  }

  start(): void {
    this.#unsubscribe = this.#options.log.onCommitted(() => this.#ring());
    this.#saving = setInterval(() => void this.#save().catch(() => undefined), saveEveryMs);
    this.#pumping = this.#pump();
  }

  #ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  async #pump(): Promise<void> {
    while (!this.#stopped) {
      if (this.#pending > aheadMax || !this.#rung) {
        await this.#nextRing();
        continue;
      }
      this.#rung = false;
      const page = await this.#listSurely();
      this.#cursor = page.nextCursor;
      this.#take(page.items, page.nextCursor);
      if (page.more) this.#rung = true;
    }
  }

  /** Also rung when something was handled: whoever waits looks again. */
  #nextRing(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }

  async #listSurely() {
    for (let tries = 0; ; tries++) {
      try {
        return await this.#options.log.list({}, this.#cursor, pageCommits);
      } catch (error) {
        if (!isLogUnavailable(error)) throw error;
        await delay(backoffMs(tries));
      }
    }
  }

  #take(items: readonly FeedItem[], cursor: string): void {
    if (items.length === 0) return;
    const page: Page = { cursor, pending: items.length };
    this.#pages.push(page);
    this.#pending += items.length;
    for (const { commit } of items) {
      void this.#handle(commit)
        .then(() => this.#handled(page))
        .catch(() => undefined) // Cut off by the stop: the cursor stays before it, and it is delivered again.
        .finally(() => this.#left());
    }
  }

  async #handle(commit: Commit): Promise<void> {
    const gate = commit.stream.startsWith('want/') ? this.#wanting : this.#running;
    const projected = this.#surely(commit, () => this.#project(commit));
    const reacted = gate(() => this.#surely(commit, () => this.#options.react(commit)));
    // Where one is cut off by the stop, the other still writes: the stop waits for both.
    await Promise.allSettled([projected, reacted]);
    await Promise.all([projected, reacted]);
  }

  #handled(page: Page): void {
    page.pending -= 1;
    while (this.#pages[0]?.pending === 0) this.#doneCursor = this.#pages.shift()?.cursor;
  }

  #left(): void {
    this.#pending -= 1;
    this.#wake?.();
  }

  /** In the order of the stream: one after the other. */
  #project(commit: Commit): Promise<void> {
    const before = this.#projections.get(commit.stream) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(() => this.#projecting(() => this.#options.project(commit)));
    this.#projections.set(commit.stream, mine);
    const forget = () => {
      if (this.#projections.get(commit.stream) === mine) this.#projections.delete(commit.stream);
    };
    mine.then(forget, forget);
    return mine;
  }

  /** Unavailable: again, for as long as it takes. Anything else that stays is set aside, and nothing else stops. */
  async #surely(commit: Commit, act: () => Promise<void>): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        return await act();
      } catch (error) {
        if (this.#stopped) throw error;
        if (!isLogUnavailable(error) && tries >= parkAfterTries) return this.#options.parked(commit, error);
        await delay(backoffMs(tries));
      }
    }
  }

  async settled(): Promise<void> {
    this.#ring();
    const until = performance.now() + settleMsMax;
    while (performance.now() < until) {
      if (!this.#rung && this.#projections.size === 0) return;
      await delay(1);
    }
  }

  async idle(): Promise<void> {
    this.#ring();
    while (this.#rung || this.#pending > 0) await delay(1);
  }

  lag(): number {
    return this.#pending;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    if (this.#saving !== null) clearInterval(this.#saving);
    this.#wake?.();
    await this.#pumping;
    while (this.#pending > 0) await delay(1);
    await this.#save();
  }

  async #save(): Promise<void> {
    const cursor = this.#doneCursor;
    if (cursor === undefined || cursor === this.#savedCursor) return;
    this.#savedCursor = cursor;
    await this.#options.index.put({ ...place, nonce: 'cursor', value: { cursor }, expiresAt: null });
  }
}

const parkAfterTries = 5;
const settleMsMax = 1_000;

function backoffMs(tries: number): number {
  return Math.min(5_000, 20 * 2 ** tries);
}
