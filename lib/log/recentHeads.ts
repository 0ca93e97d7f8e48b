import type { Commit, StreamId } from './eventLog.ts';

/** A commit whose events and state are still the JSON that is in the file. */
export interface HeadJson extends Omit<Commit, 'events' | 'state'> {
  readonly events: string;
  readonly state: string | null;
}

interface Entry {
  readonly chars: number;
  readonly json: HeadJson;
  commit: Commit | null;
}

/**
 * The newest commits of the streams that were written last, as they are in the file: most streams are read again soon
 * after. Bounded by the characters of their JSON; those written longest ago go first.
 */
export class RecentHeads {
  readonly #charsMax: number;
  readonly #entries = new Map<StreamId, Entry>();
  #chars = 0;

  /** @param charsMax 0: keeps nothing. */
  constructor(charsMax: number) {
    this.#charsMax = charsMax;
  }

  /** What is kept of the stream; `null`: look at the file. */
  get(stream: StreamId): Commit | null {
    const entry = this.#entries.get(stream);
    if (entry === undefined) return null;
    entry.commit ??= parse(entry.json);
    return entry.commit;
  }

  /** Call once the commit is durable, and is the newest of its stream. */
  set(json: HeadJson): void {
    this.delete(json.stream);
    const chars = json.stream.length + json.events.length + (json.state?.length ?? 0);
    if (chars > this.#charsMax / 100) return;
    this.#entries.set(json.stream, { chars, json, commit: null });
    this.#chars += chars;
    for (const [stream] of this.#entries) {
      if (this.#chars <= this.#charsMax) return;
      this.delete(stream);
    }
  }

  delete(stream: StreamId): void {
    const entry = this.#entries.get(stream);
    if (entry === undefined) return;
    this.#entries.delete(stream);
    this.#chars -= entry.chars;
  }
}

function parse({ events, state, ...rest }: HeadJson): Commit {
  return { ...rest, events: JSON.parse(events), state: state === null ? null : JSON.parse(state) };
}
