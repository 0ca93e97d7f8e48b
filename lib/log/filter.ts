import { compileGlob } from '../model/glob.ts';
import type { Json } from '../model/json.ts';
import type { Commit, EventFilter, StoredEvent } from './eventLog.ts';

/** What of a commit a filter looks at. */
type Filtered = Pick<Commit, 'stream' | 'at' | 'events'>;

/** Makes the test that is true where at least one event of a commit matches every field of the filter. */
export function compileFilter(filter: EventFilter): (commit: Filtered) => boolean {
  const eventMatches = compileEventFilter(filter);
  return (commit) => commitMatches(filter, commit) && commit.events.some(eventMatches);
}

/** The part that is about single events, for those who show the events of a commit one by one. */
export function compileEventFilter(filter: EventFilter): (event: StoredEvent) => boolean {
  const { types, wantSources, partitionPattern } = filter;
  const refMatches = partitionPattern === undefined ? null : compileGlob(partitionPattern);
  return (event) => {
    if (types?.includes(event.type) === false) return false;
    if (wantSources?.some((source) => source === event.source) === false) return false;
    return refMatches === null || refsOf(event).some(refMatches);
  };
}

function commitMatches(filter: EventFilter, commit: Filtered): boolean {
  if (filter.after !== undefined && commit.at < filter.after) return false;
  if (filter.before !== undefined && commit.at >= filter.before) return false;
  return filter.streamKinds === undefined || filter.streamKinds.some((kind) => commit.stream.startsWith(`${kind}/`));
}

/** The partition refs that an event names, in `partitionRef`, `partitionRefs` and a run's `outputs`. */
export function refsOf(event: StoredEvent): readonly string[] {
  const { partitionRef, partitionRefs, outputs } = event;
  const refs = [...listOf(partitionRefs), ...listOf(outputs), partitionRef];
  return refs.filter((ref) => typeof ref === 'string');
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
