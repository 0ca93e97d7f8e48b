import { hasCode } from '../../../lib/log/errors.ts';
import type { FeedPage } from '../../../lib/log/eventLog.ts';
import { demand } from '../world/broken.ts';
import type { World } from '../world/world.ts';

/** Who reads the feed from rest to rest, by one cursor. */
export interface FeedReader {
  cursor: string | undefined;
  generation: number;
  /** By stream: the revision read last. */
  revisions: Map<string, number>;
  count: number;
}

export function newFeedReader(): FeedReader {
  return { cursor: undefined, generation: 0, revisions: new Map(), count: 0 };
}

/** The feed shows every commit once, each stream in its order; a cursor of an earlier generation is refused. */
export async function demandFeed(world: World, reader: FeedReader): Promise<void> {
  if (world.feedGeneration !== reader.generation) await demandGone(world, reader);
  for (;;) {
    const page = await world.log.list({}, reader.cursor, 37);
    read(reader, page);
    if (!page.more) break;
  }
  const { seq } = world.truth;
  demand(reader.count === seq, 'the feed has no gap', () => `it shows ${reader.count} of ${seq} commits`);
}

function read(reader: FeedReader, page: FeedPage): void {
  for (const { commit } of page.items) {
    const before = reader.revisions.get(commit.stream) ?? 0;
    const isNext = commit.revision === before + 1;
    demand(isNext, 'the feed keeps each stream in order', () => `${commit.stream}@${commit.revision} after ${before}`);
    reader.revisions.set(commit.stream, commit.revision);
    reader.count++;
  }
  reader.cursor = page.nextCursor;
}

async function demandGone(world: World, reader: FeedReader): Promise<void> {
  const { cursor } = reader;
  if (cursor !== undefined) {
    const isGone = await world.log.list({}, cursor).then(
      () => false,
      (error: unknown) => hasCode(error, 'CURSOR_GONE'),
    );
    demand(isGone, 'a cursor of another generation is refused', () => cursor);
  }
  Object.assign(reader, newFeedReader(), { generation: world.feedGeneration });
}
