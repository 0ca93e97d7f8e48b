import { load, wants } from '../engine/streams.ts';
import { waitersOf } from '../engine/waiters.ts';
import type { Build } from '../model/graph.ts';
import type { Query } from './context.ts';

/** Ids of open wants that ask for a build now, at most `max` of them. Unlike evaluation it tidies nothing up. */
export async function demandersOf(query: Query, build: Build, max: number): Promise<readonly string[]> {
  const ids = new Set<string>();
  for (const { partitionRef } of build.outputs) {
    for await (const { owner, demand } of waitersOf(query.engine, `partition/${partitionRef}`)) {
      if (!demand || !owner.startsWith('want/')) continue;
      const { state } = await load(query, wants, owner.slice('want/'.length));
      if (state?.status === 'open') ids.add(state.wantId);
      if (ids.size >= max) return [...ids];
    }
  }
  return [...ids];
}
