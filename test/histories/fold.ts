import { createHash } from 'node:crypto';
import { type Aggregate, builds, externals, foldEvents, pools, wants } from '../../lib/engine/streams.ts';
import type { Commit, EventLog } from '../../lib/log/eventLog.ts';
import { canonicalJson } from '../../lib/model/canonicalJson.ts';
import type { Json } from '../../lib/model/json.ts';

const aggregates = new Map<string, Aggregate<unknown>>(
  [wants, builds, externals, pools].map((one) => [one.kind, one as Aggregate<unknown>]),
);

/** What a recorded history comes to. */
export interface Summary {
  readonly commits: number;
  readonly streams: number;
  /** How many events of each type there are. */
  readonly events: Readonly<Record<string, number>>;
  /** SHA-256 of all streams' last states. */
  readonly states: string;
}

/** Folds a stream's state on by one commit, as today's code does; as it comes back from JSON. */
export function foldCommit(state: Json, { stream, events, at, revision }: Commit): Json {
  const aggregate = aggregates.get(stream.slice(0, stream.indexOf('/')));
  if (aggregate === undefined) throw new Error(`nothing folds the stream ${stream}`);
  return JSON.parse(JSON.stringify(foldEvents(aggregate, state, events, at, revision))) as Json;
}

export function summaryOf(commits: readonly Commit[]): Summary {
  const states = new Map<string, Json>();
  const events: Record<string, number> = {};
  for (const commit of commits) {
    states.set(commit.stream, foldCommit(states.get(commit.stream) ?? null, commit));
    for (const { type } of commit.events) events[type] = (events[type] ?? 0) + 1;
  }
  const sorted = [...states].sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = createHash('sha256').update(canonicalJson(sorted)).digest('hex');
  return { commits: commits.length, streams: states.size, events, states: digest };
}

/** The whole feed. */
export async function allCommits(log: EventLog): Promise<readonly Commit[]> {
  const commits: Commit[] = [];
  let cursor: string | undefined;
  for (let more = true; more; ) {
    const page = await log.list({}, cursor, 1_000);
    commits.push(...page.items.map((item) => item.commit));
    ({ nextCursor: cursor, more } = page);
  }
  return commits;
}
