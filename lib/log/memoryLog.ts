import type { JsonObject } from '../model/json.ts';
import { RevisionConflict } from './errors.ts';
import type { Appended, Commit, Doorbell, EventLog, NewCommit, StreamId } from './eventLog.ts';
import { frozenJson } from './frozen.ts';
import { MemoryFeed } from './memoryFeed.ts';
import { checkAppend, checkFromRevision } from './stored.ts';

export interface MemoryLogOptions {
  /** Uniform in [0, 1): draws the feed's order across streams. Default: a fixed sequence, the same each time. */
  readonly random?: () => number;
  /** Names the feed's generation: letters, digits, `_` and `-`, at most 64. */
  readonly generation?: string;
}

export interface MemoryLog extends EventLog, Doorbell {
  /** Lays the feed out anew, in another order, as a restore would: cursors given out so far are gone. */
  renewFeed(generation: string): void;
}

/**
 * The log in memory, for the simulation and tests. Every append takes effect at one moment, synchronously inside the
 * call. What is given out is frozen.
 */
export function createMemoryLog(options: MemoryLogOptions = {}): MemoryLog {
  const { random = fixedSequence(), generation = 'memory' } = options;
  const streams = new Map<StreamId, Commit[]>();
  const feed = new MemoryFeed(streams, generation, random);
  const listeners = new Set<() => void>();

  function append(stream: StreamId, expected: number, commit: NewCommit): Appended {
    const stored = checkAppend(stream, expected, commit);
    const commits = streams.get(stream) ?? [];
    if (commits[expected]?.commitId === commit.commitId) return { revision: expected + 1, duplicate: true };
    if (commits.length !== expected) throw new RevisionConflict(stream, expected, commits.length);
    const { commitId, at } = commit;
    const events = frozenJson<Commit['events']>(stored.events);
    const state = stored.state === null ? null : frozenJson<JsonObject>(stored.state);
    commits.push(Object.freeze({ stream, revision: expected + 1, commitId, at, events, state }));
    streams.set(stream, commits);
    feed.add(stream);
    for (const listener of listeners) queueMicrotask(listener);
    return { revision: expected + 1, duplicate: false };
  }

  return {
    append: async (stream, expectedRevision, commit) => append(stream, expectedRevision, commit),
    async *read(stream, fromRevision = 1) {
      checkFromRevision(fromRevision);
      yield* streams.get(stream)?.slice(fromRevision - 1) ?? [];
    },
    head: async (stream) => streams.get(stream)?.at(-1) ?? null,
    list: async (filter, cursor, limit = 100) => feed.list(filter, cursor, limit),
    onCommitted(listener) {
      const entry = () => listeners.has(entry) && listener();
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
    renewFeed: (name) => feed.renew(name),
  };
}

/** A linear congruential generator (Numerical Recipes): enough to shuffle, and the same in every process. */
function fixedSequence(): () => number {
  let value = 1;
  return () => {
    value = (Math.imul(value, 1664525) + 1013904223) >>> 0;
    return value / 2 ** 32;
  };
}
