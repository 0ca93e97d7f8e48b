import { rememberLearned } from '../../../lib/engine/taint.ts';
import type { World } from './world.ts';

/** Events after which a run waits for something, or is under way. */
const turns = ['RunQueued', 'RunStarted', 'RunRestarted', 'RunRetrying'];

/** Drops every row and makes them anew from the log: open wants, and open runs, are looked at once. */
export async function rebuildIndex(world: World): Promise<void> {
  await world.index.clear();
  world.poolRows.clear();
  world.duesUnderWay.clear();
  world.dueDone();
  const { truth } = world;
  for (const { buildId, learned } of truth.builds.values()) await rememberLearned(world.bare, buildId, [...learned]);
  const open = new Map<string, (typeof truth.entries)[number]['commit']>();
  for (const { commit } of truth.entries) {
    const id = commit.stream.slice(commit.stream.indexOf('/') + 1);
    if (truth.wants.get(id)?.status === 'open' && commit.revision === 1) open.set(commit.stream, commit);
    const isRun = commit.events.some((event) => turns.includes(event.type));
    if (commit.stream.startsWith('build/') && isRun && truth.builds.get(id)?.run !== null)
      open.set(commit.stream, commit);
  }
  for (const commit of open.values()) world.post({ kind: 'commit', commit });
}
