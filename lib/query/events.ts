import { Refused } from '../engine/refused.ts';
import { builds, streamOf, wants } from '../engine/streams.ts';
import type { Commit, EventFilter, FeedItem } from '../log/eventLog.ts';
import { matchGlob } from '../model/glob.ts';
import type { Query } from './context.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { publicEvents, publicTypes } from './publicEvents.ts';
import type { EventView, ListView } from './views.ts';
import { readWant } from './wants.ts';

export interface EventListing {
  readonly since?: string;
  readonly types?: readonly string[];
  readonly pattern?: string;
  readonly limit: number;
}

export interface EventsRead {
  readonly items: readonly EventView[];
  readonly nextCursor: string;
  readonly more: boolean;
}

/** One page of the feed's public events. A commit is never split: the page may hold a few more events than its limit. */
export async function readEvents(query: Query, listing: EventListing): Promise<EventsRead> {
  const filter: EventFilter = {
    types: listing.types ?? publicTypes,
    ...(listing.pattern === undefined ? {} : { partitionPattern: listing.pattern }),
  };
  const page = await query.log.list(filter, listing.since, listing.limit);
  const items = page.items.flatMap((item) => shown(query, listing, item));
  return { items, nextCursor: page.nextCursor, more: page.more };
}

function shown(query: Query, listing: EventListing, { position, commit }: FeedItem): readonly EventView[] {
  const events = publicEvents(query.engine.graphs.current().manifest.name, position, commit);
  return events.filter((event) => isAsked(listing, event));
}

function isAsked({ types, pattern }: EventListing, event: EventView): boolean {
  if (types !== undefined && !types.includes(event.type)) return false;
  return pattern === undefined || refsOf(event).some((ref) => matchGlob(pattern, ref));
}

function refsOf(event: EventView): readonly string[] {
  const { partitionRef, partitionRefs } = event;
  return [
    ...(typeof partitionRef === 'string' ? [partitionRef] : []),
    ...((partitionRefs as readonly string[] | undefined) ?? []),
  ];
}

/** Commits that one timeline reads at most, the oldest first. */
const timelineCommitsMax = 5_000;

/** A want's own events and those of its partitions' runs since it was created, in the order of time. */
export async function wantTimeline(
  query: Query,
  wantId: string,
  paging: { readonly limit: number; readonly cursor?: string },
): Promise<ListView<EventView>> {
  const list = `timeline/${wantId}`;
  const { part: from } = readCursor(query, list, paging.cursor);
  const events = await timelineOf(query, wantId);
  const items = events.slice(from, from + paging.limit);
  const next = from + items.length;
  return { items, nextCursor: next < events.length ? writeCursor(query, list, { part: next, afterKey: null }) : null };
}

async function timelineOf(query: Query, wantId: string): Promise<readonly EventView[]> {
  const { want } = await readWant(query, wantId);
  const graph = query.engine.graphs.current();
  const located = want.partitionRefs.map((ref) => graph.locate(ref));
  const buildIds = new Set(located.flatMap((one) => (one?.kind === 'built' ? [one.buildId] : [])));
  const until = want.endedAt ?? Number.POSITIVE_INFINITY;
  const commits = await commitsOf(query, streamOf(wants, wantId), 0, Number.POSITIVE_INFINITY);
  for (const buildId of buildIds) {
    if (commits.length > timelineCommitsMax)
      throw new Refused('invalid', `the timeline of ${wantId} is too long to show`);
    commits.push(...(await commitsOf(query, streamOf(builds, buildId), want.createdAt, until)));
  }
  commits.sort((a, b) => a.at - b.at);
  return commits.flatMap((commit) => publicEvents(graph.manifest.name, 0, commit));
}

async function commitsOf(query: Query, stream: Commit['stream'], from: number, until: number): Promise<Commit[]> {
  const commits: Commit[] = [];
  for await (const commit of query.log.read(stream)) if (commit.at >= from && commit.at <= until) commits.push(commit);
  return commits;
}
