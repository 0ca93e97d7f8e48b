import type { EventView, WantView } from '../query/views.ts';
import type { Client } from './client.ts';
import { followFeed, outlast } from './feed.ts';
import { idPath } from './refs.ts';
import { hasEnded } from './wantRequest.ts';

export interface Following {
  readonly client: Client;
  readonly want: WantView;
  /** A place in the feed from before the want was made. */
  readonly since: string;
  /** Partitions whose events matter beside the want's own. */
  readonly partitionRefs: ReadonlySet<string>;
  readonly signal: AbortSignal;
  readonly onEvent: (event: EventView) => void;
}

/** Follows a want by the feed until it has ended, and gives it as it is then. */
export async function followWant({
  client,
  want,
  since,
  partitionRefs,
  signal,
  onEvent,
}: Following): Promise<WantView> {
  const read = () => outlast(() => client.get<WantView>(`/wants/${idPath(want.wantId)}`, {}, { signal }), signal);
  const isItsEnd = (event: EventView) =>
    event.wantId === want.wantId && event.type !== 'WantCreated' && 'state' in event;
  const concerns = (event: EventView) =>
    event.wantId === want.wantId || refsOf(event).some((ref) => partitionRefs.has(ref));
  for await (const page of followFeed(client, since, {}, signal)) {
    for (const event of page.items) if (concerns(event)) onEvent(event);
    // A want may end without one of its events in this page: an empty page asks too, so that nothing is waited for in vain.
    const look = page.items.length === 0 || page.items.some(isItsEnd);
    const now = look ? await read() : want;
    if (hasEnded(now)) return now;
  }
  throw new TypeError('a feed ended');
}

function refsOf({ partitionRef, partitionRefs }: EventView): readonly string[] {
  if (typeof partitionRef === 'string') return [partitionRef];
  return Array.isArray(partitionRefs) ? partitionRefs.map(String) : [];
}
