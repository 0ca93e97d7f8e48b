import { isOutputTainted, type Pins } from '../model/build.ts';
import { type Pinned, pinned } from '../model/pins.ts';
import type { StoredEvent } from '../model/storedEvent.ts';
import type { Engine } from './context.ts';
import { builds, commitAt, externals, load, streamOf } from './streams.ts';
import { externalId } from './waiters.ts';

/** The input instances that a claim names: they stand in its commit only. */
export async function claimPins(engine: Pick<Engine, 'log'>, buildId: string, claimRevision: number): Promise<Pins> {
  const commit = await commitAt(engine, streamOf(builds, buildId), claimRevision);
  const claim = commit?.events.find((event) => event.pins !== undefined);
  return (claim?.pins ?? []) as unknown as Pins;
}

/** The first pinned input whose instance is tainted by now; `null` where all are good. */
export async function taintedPin(engine: Engine, buildId: string, claimRevision: number): Promise<Pinned | null> {
  for (const one of pinned(await claimPins(engine, buildId, claimRevision))) {
    if (await isTainted(engine, one)) return one;
  }
  return null;
}

/** Whether this very instance of the partition is tainted, also where a newer instance has replaced it. */
export async function isTainted(engine: Engine, { partitionRef, instanceId }: Pinned): Promise<boolean> {
  const located = engine.graphs.current().locate(partitionRef);
  if (located === null) return false;
  if (located.kind === 'built') {
    const { state } = await load(engine, builds, located.buildId);
    return isOutputTainted(state, partitionRef, instanceId);
  }
  const { state } = await load(engine, externals, externalId(located));
  const instances = state === null ? [] : [state.instance, ...state.earlier];
  return instances.some((one) => one.instanceId === instanceId && one.tainted !== undefined);
}

/** Where this instance of the partition is; `null` where nobody said. */
export async function locationOf(engine: Engine, { partitionRef, instanceId }: Pinned): Promise<string | null> {
  const located = engine.graphs.current().locate(partitionRef);
  if (located === null) return null;
  const stream =
    located.kind === 'built' ? streamOf(builds, located.buildId) : streamOf(externals, externalId(located));
  const head = await engine.log.head(stream);
  const atHead = head === null ? null : publishedBy(head.events, partitionRef, instanceId);
  if (atHead !== null) return locationSaid(atHead);
  for await (const commit of engine.log.read(stream)) {
    const published = publishedBy(commit.events, partitionRef, instanceId);
    if (published !== null) return locationSaid(published);
  }
  return null;
}

function publishedBy(events: readonly StoredEvent[], partitionRef: string, instanceId: string): StoredEvent | null {
  const published = events.find(
    (event) => event.type === 'PartitionLive' && event.partitionRef === partitionRef && event.instanceId === instanceId,
  );
  return published ?? null;
}

function locationSaid({ location }: StoredEvent): string | null {
  return typeof location === 'string' ? location : null;
}
