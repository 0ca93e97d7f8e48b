import { encodeCursor, placeInFeed, witnessOf } from './cursor.ts';
import { type Commit, type EventFilter, type FeedItem, type FeedPage, limits, type StreamId } from './eventLog.ts';
import { compileFilter } from './filter.ts';
import { checkLimit } from './stored.ts';

/** Commits looked at per page, so that filtered pages end early here as they do in the durable adapters. */
const scanMax = limits.feedPage;

/** The feed of the log in memory: each stream in its order, and across streams an order that is drawn. */
export class MemoryFeed {
  #generation: string;
  readonly #random: () => number;
  readonly #streams: ReadonlyMap<StreamId, readonly Commit[]>;
  /** The stream of each commit that has no place yet. */
  #waiting: StreamId[] = [];
  #placedCounts = new Map<StreamId, number>();
  #items: FeedItem[] = [];

  constructor(streams: ReadonlyMap<StreamId, readonly Commit[]>, generation: string, random: () => number) {
    this.#streams = streams;
    this.#generation = generation;
    this.#random = random;
  }

  /** A commit was added to this stream. */
  add(stream: StreamId): void {
    this.#waiting.push(stream);
  }

  renew(generation: string): void {
    this.#generation = generation;
    this.#items = [];
    this.#placedCounts = new Map();
    this.#waiting = [...this.#streams.values()].flatMap((commits) => commits.map((commit) => commit.stream));
  }

  list(filter: EventFilter, cursor: string | undefined, limit: number): FeedPage {
    checkLimit(limit);
    this.#layOut();
    let position = placeInFeed(cursor, this.#generation, (at) => this.#witnessAt(at));
    const end = Math.min(this.#items.length, position + scanMax);
    const items: FeedItem[] = [];
    const matches = compileFilter(filter);
    while (position < end && items.length < limit) {
      const item = this.#items[position++]!;
      if (matches(item.commit)) items.push(item);
    }
    const witness = this.#witnessAt(position) ?? '';
    const nextCursor = encodeCursor({ generation: this.#generation, position, witness });
    return { items, nextCursor, more: position < this.#items.length };
  }

  /** Draws a stream for each next place, which its next commit takes; what has a place keeps it. */
  #layOut(): void {
    for (const stream of shuffled(this.#waiting, this.#random)) {
      const placed = this.#placedCounts.get(stream) ?? 0;
      this.#placedCounts.set(stream, placed + 1);
      this.#items.push({ position: this.#items.length + 1, commit: this.#streams.get(stream)![placed]! });
    }
    this.#waiting = [];
  }

  #witnessAt(position: number): string | null {
    const commit = this.#items[position - 1]?.commit;
    return commit === undefined ? null : witnessOf(commit.stream, commit.revision, commit.commitId);
  }
}

/** Fisher and Yates, in place. */
function shuffled<T>(values: T[], random: () => number): T[] {
  for (let last = values.length - 1; last > 0; last--) {
    const drawn = Math.floor(random() * (last + 1));
    [values[last], values[drawn]] = [values[drawn]!, values[last]!];
  }
  return values;
}
