import type { EventView } from '../../query/views.ts';
import type { Client } from '../client.ts';
import { followFeed } from '../feed.ts';
import { tooLate } from './expect.ts';

/** A run as the feed has told it so far. */
export interface RunTold {
  readonly job: string;
  readonly outputs: readonly string[];
  readonly attempt: number;
  /** `null` while it goes on. */
  readonly state: string | null;
}

interface Waiting {
  readonly isThere: () => boolean;
  readonly resolve: () => void;
  readonly reject: (fault: unknown) => void;
}

/** Everything that the feed has told, from its beginning on; it outlasts a service that is killed. */
export class Ledger {
  readonly events: EventView[] = [];
  readonly runs = new Map<string, RunTold>();
  /** Their sources by id. */
  readonly wants = new Map<string, string>();
  readonly endedWants = new Map<string, string>();
  readonly #live = new Set<string>();
  readonly #liveBelow = new Map<string, number>();
  readonly #waiting = new Set<Waiting>();
  #fault: unknown = null;

  /** Follows until the signal aborts; whoever waits then waits no longer. */
  async follow(client: Client, signal: AbortSignal): Promise<void> {
    try {
      for await (const { items } of followFeed(client, undefined, {}, signal)) this.#take(items);
    } catch (error) {
      this.#fault = error;
      for (const waiting of this.#waiting) waiting.reject(error);
    }
  }

  /** Resolves when the feed has told enough. @throws StoryFailed when the limit has passed. */
  async until(what: string, limitSeconds: number, isThere: () => boolean): Promise<void> {
    if (isThere()) return;
    if (this.#fault !== null) throw this.#fault;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(tooLate(what, limitSeconds)), limitSeconds * 1000);
    const waiting = { isThere, resolve, reject };
    this.#waiting.add(waiting);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(waiting);
    }
  }

  /** How many live partitions a folder has. */
  liveBelow(folder: string): number {
    return this.#liveBelow.get(folder) ?? 0;
  }

  ofType(type: string, wantId: string): readonly EventView[] {
    return this.events.filter((event) => event.type === type && event.wantId === wantId);
  }

  #take(items: readonly EventView[]): void {
    for (const event of items) this.#note(event);
    this.events.push(...items);
    for (const waiting of this.#waiting) if (waiting.isThere()) waiting.resolve();
  }

  #note(event: EventView): void {
    const { type, runId, wantId, partitionRef } = event;
    if (type === 'PartitionLive') this.#noteLive(String(partitionRef));
    if (type === 'WantCreated') this.wants.set(String(wantId), String(event.source));
    else if (type.startsWith('Want')) this.endedWants.set(String(wantId), String(event.state));
    if (type === 'RunStarted' || type === 'RunEnded') this.runs.set(String(runId), runOf(event));
  }

  #noteLive(ref: string): void {
    if (this.#live.has(ref)) return;
    this.#live.add(ref);
    const folder = ref.slice(0, ref.lastIndexOf('/'));
    this.#liveBelow.set(folder, this.liveBelow(folder) + 1);
  }
}

function runOf({ job, partitionRefs, attempt, state, type }: EventView): RunTold {
  const outputs = (partitionRefs as readonly string[]).map(String);
  return { job: String(job), outputs, attempt: Number(attempt), state: type === 'RunEnded' ? String(state) : null };
}
