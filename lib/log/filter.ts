import { matchGlob } from '../model/glob.ts';
import type { Json } from '../model/json.ts';
import type { Commit, EventFilter, StoredEvent } from './eventLog.ts';

/** What of a commit a filter looks at. */
type Filtered = Pick<Commit, 'stream' | 'at' | 'events'>;

/** True where at least one event of the commit matches every field of the filter. */
export function matchesFilter(filter: EventFilter, commit: Filtered): boolean {
  return commitMatches(filter, commit) && commit.events.some((event) => eventMatches(filter, event));
}

function commitMatches(filter: EventFilter, commit: Filtered): boolean {
  if (filter.after !== undefined && commit.at < filter.after) return false;
  if (filter.before !== undefined && commit.at >= filter.before) return false;
  return filter.streamKinds === undefined || filter.streamKinds.some((kind) => commit.stream.startsWith(`${kind}/`));
}

/** Public for those who show single events of the commits that a filter let through. */
export function eventMatches(filter: EventFilter, event: StoredEvent): boolean {
  if (filter.types !== undefined && !filter.types.includes(event.type)) return false;
  if (filter.wantSources?.some((source) => source === event.source) === false) return false;
  const pattern = filter.partitionPattern;
  return pattern === undefined || refsOf(event).some((ref) => matchGlob(pattern, ref));
}

/** The partition refs that an event names, in `partitionRef` and `partitionRefs`. */
export function refsOf(event: StoredEvent): readonly string[] {
  const many: Json | undefined = event.partitionRefs;
  const refs: Json[] = Array.isArray(many) ? [...many] : [];
  if (event.partitionRef !== undefined) refs.push(event.partitionRef);
  return refs.filter((ref) => typeof ref === 'string');
}
