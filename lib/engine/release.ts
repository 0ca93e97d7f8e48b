import type { Build, BuildId } from '../model/graph.ts';
import { endWant } from '../model/want.decide.ts';
import type { Want } from '../model/want.ts';
import type { Engine } from './context.ts';
import { buildOf, type Demand, demandOf } from './demand.ts';
import { derivedWantId, newestDerived } from './derived.ts';
import { dropRun, evaluateBuild, isMade } from './evaluateBuild.ts';
import { append, builds, load, looksMax, tooManyLooks, wants } from './streams.ts';
import {
  type Awaited,
  awaitedExternal,
  awaitedOf,
  deleteWaiter,
  getWaiter,
  type WaiterOwner,
  waitersOf,
} from './waiters.ts';

/** A want that ended without success gives back its registrations, and with the last one what only it needed. */
export async function releaseWant(engine: Engine, want: Want): Promise<void> {
  if (want.status === 'satisfied') return; // Its rows are left to expire: nothing was held back for it.
  const owner = `want/${want.wantId}` as const;
  for (const dependency of want.externalDependencies ?? []) await giveBack(engine, awaitedExternal(dependency), owner);
  const released = new Set<BuildId>();
  for (const partitionRef of want.partitionRefs) {
    const located = engine.graphs.current().locate(partitionRef);
    if (located === null) continue;
    await giveBack(engine, awaitedOf(located), owner);
    if (located.kind === 'built') released.add(located.buildId);
  }
  for (const buildId of released) await releaseBuild(engine, buildId);
}

async function giveBack(engine: Engine, awaited: Awaited, owner: WaiterOwner): Promise<void> {
  const waiter = await getWaiter(engine, awaited, owner);
  if (waiter !== null) await deleteWaiter(engine, waiter);
}

/**
 * Gives back what a build holds that no open want needs: its queued run, its registrations, and the derived wants that
 * stood for it alone. Where it is wanted, it is looked at instead: an earlier release may have been cut off halfway,
 * with its registrations gone and somebody new in wait.
 */
export async function releaseBuild(engine: Engine, buildId: BuildId): Promise<void> {
  const build = buildOf(engine, buildId);
  if (build === null) return;
  for (let tries = 0; tries < looksMax; tries++) {
    if (await lookIfWanted(engine, build)) return;
    await dropRun(engine, buildId, 'nobody wants it any more');
    for (const partitionRef of await inputsOf(engine, build)) await releaseInput(engine, build, partitionRef);
    if ((await unmetDemand(engine, build)) === null) return;
  }
  throw tooManyLooks(`build ${buildId}`);
}

/** False where nobody wants it, or whoever did has ended while it was looked at. */
async function lookIfWanted(engine: Engine, build: Build): Promise<boolean> {
  const demand = await unmetDemand(engine, build);
  if (demand === null) return false;
  await evaluateBuild(engine, build.buildId, demand);
  return (await unmetDemand(engine, build)) !== null;
}

/** Whether an open want asks for what the build has not made. */
export async function isWanted(engine: Engine, buildId: BuildId): Promise<boolean> {
  const build = buildOf(engine, buildId);
  return build === null || (await unmetDemand(engine, build)) !== null;
}

/** What open wants ask of a build that it has not made: one that waits for something else holds nothing back here. */
async function unmetDemand(engine: Engine, build: Build): Promise<Demand | null> {
  const demand = await demandOf(engine, build);
  if (demand === null) return null;
  const { state } = await load(engine, builds, build.buildId);
  return state !== null && isMade(build, state, demand) ? null : demand;
}

async function inputsOf(engine: Engine, build: Build): Promise<readonly string[]> {
  const { state } = await load(engine, builds, build.buildId);
  return [...new Set([...build.inputs.map((input) => input.partitionRef), ...(state?.learned ?? [])])];
}

async function releaseInput(engine: Engine, build: Build, partitionRef: string): Promise<void> {
  const located = engine.graphs.current().locate(partitionRef);
  if (located === null) return;
  const awaited = awaitedOf(located);
  const waiter = await getWaiter(engine, awaited, `build/${build.buildId}`);
  if (waiter !== null) await deleteWaiter(engine, waiter);
  if (located.kind === 'built') await releaseDerived(engine, partitionRef);
}

/** Cancels the derived want of a partition that no build waits for any more. Its end is an event, which wakes the rows. */
export async function releaseDerived(engine: Engine, partitionRef: string): Promise<void> {
  for (let tries = 0; tries < looksMax; tries++) {
    const { count, loaded } = await newestDerived(engine, partitionRef);
    if (loaded.state?.status !== 'open') return;
    if (await isNeeded(engine, partitionRef)) return;
    const reason = { kind: 'cancelled', partitionRef, text: 'no build waits for it any more' } as const;
    const events = endWant(loaded.state, { status: 'cancelled', reason }, engine.clock.now());
    if ((await append(engine, wants, derivedWantId(partitionRef, count), loaded, events)) !== null) return;
  }
  throw tooManyLooks(`the derived want for ${partitionRef}`);
}

/** Whether a build that still has to run, and is wanted, waits for the partition. Rows of others are removed. */
async function isNeeded(engine: Engine, partitionRef: string): Promise<boolean> {
  for await (const waiter of waitersOf(engine, `partition/${partitionRef}`)) {
    if (!waiter.owner.startsWith('build/')) continue;
    const build = buildOf(engine, waiter.owner.slice('build/'.length));
    if (build !== null && (await unmetDemand(engine, build)) !== null) return true;
    await deleteWaiter(engine, waiter);
  }
  return false;
}
