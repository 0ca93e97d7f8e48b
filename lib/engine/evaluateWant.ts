import type { BuildId, Located } from '../model/graph.ts';
import type { EndReason } from '../model/reason.ts';
import { endWant, type WantEnd } from '../model/want.decide.ts';
import { expiresAt, type Want } from '../model/want.ts';
import type { Engine } from './context.ts';
import { demandOfWant } from './demand.ts';
import { evaluateBuild } from './evaluateBuild.ts';
import { externalLive, isFresh, PartitionReader } from './partitions.ts';
import { releaseWant } from './release.ts';
import { append, load, looksMax, tooManyLooks, wants } from './streams.ts';
import { type Awaited, awaitedExternal, awaitedOf, kindBeside, putWaiter, type WaiterKind } from './waiters.ts';

/**
 * Brings a want as far as it can go now: ends it, or registers it on its partitions and asks for their builds. Ended
 * already: gives back what it held. Idempotent; any number of these may run for one want at a time.
 *
 * @returns `open` while it waits, `ended` where this look ended it, `over` where it had ended before.
 */
export async function evaluateWant(engine: Engine, wantId: string): Promise<'open' | 'ended' | 'over'> {
  for (let tries = 0; tries < looksMax; tries++) {
    const loaded = await load(engine, wants, wantId);
    const want = loaded.state;
    if (want === null) return 'over';
    if (want.status !== 'open') {
      await releaseWant(engine, want);
      return 'over';
    }
    const end = await lookAtWant(engine, want);
    if (end === null) {
      if (await isStillOpen(engine, wantId)) return 'open';
    } else if ((await append(engine, wants, wantId, loaded, endWant(want, end, engine.clock.now()))) !== null) {
      return 'ended';
    }
  }
  throw tooManyLooks(`want ${wantId}`);
}

/** After putting rows their owner reads its own state again: had it ended meanwhile, the next look gives them back. */
async function isStillOpen(engine: Engine, wantId: string): Promise<boolean> {
  const { state } = await load(engine, wants, wantId);
  return state?.status === 'open';
}

/** How the want ends now; `null` where it goes on waiting. */
async function lookAtWant(engine: Engine, want: Want): Promise<WantEnd | null> {
  const located = locateAll(engine, want);
  if ('reason' in located) return { status: 'failed', reason: located.reason };
  if (engine.clock.now() >= expiresAt(want)) return expireUnlessThere(engine, want, located.targets);
  const demand = await areDependenciesLive(engine, want);
  const open = await registerOnTargets(engine, want, located.targets, demand);
  if (open.length === 0) return { status: 'satisfied' };
  if (demand) return askForBuilds(engine, want, open);
  // Rows put without demand may have replaced those of somebody who saw the dependencies come: look again.
  return (await areDependenciesLive(engine, want)) ? lookAtWant(engine, want) : null;
}

function locateAll(engine: Engine, want: Want): { targets: readonly Located[] } | { reason: EndReason } {
  const graph = engine.graphs.current();
  const targets: Located[] = [];
  for (const partitionRef of want.partitionRefs) {
    const located = graph.locate(partitionRef);
    if (located === null) {
      const text = `the graph that is loaded has no partition ${partitionRef}`;
      return { reason: { kind: 'upstreamFailed', partitionRef, text } };
    }
    targets.push(located);
  }
  return { targets };
}

/** Expiry looks once more: what came in the last moment counts. */
async function expireUnlessThere(engine: Engine, want: Want, targets: readonly Located[]): Promise<WantEnd> {
  const open = await openTargets(engine, want, targets);
  const [first] = open;
  if (first === undefined) return { status: 'satisfied' };
  const { partitionRef } = first;
  const more = open.length === 1 ? '' : ` and ${open.length - 1} more`;
  const text = `its TTL of ${want.ttlSeconds} s passed while it waited for ${partitionRef}${more}`;
  return { status: 'expired', reason: { kind: 'expired', partitionRef, text } };
}

async function openTargets(engine: Engine, want: Want, targets: readonly Located[]): Promise<readonly Located[]> {
  const reader = new PartitionReader(engine);
  const views = await Promise.all(targets.map((target) => reader.view(target)));
  return views.filter((view) => !isFresh(view.live, want.freshAfter ?? null)).map((view) => view.located);
}

/**
 * Register, then look again. One of the missing targets is watched, the last; on the others a `need` row stands. A want
 * that asks for fresh data watches them all: what comes from a run that was claimed before it is not fresh enough.
 */
async function registerOnTargets(
  engine: Engine,
  want: Want,
  targets: readonly Located[],
  demand: boolean,
): Promise<readonly Located[]> {
  let open = await openTargets(engine, want, targets);
  while (open.length > 0) {
    const watched = open.at(-1) as Located;
    for (const target of open) {
      const kind = target === watched || want.freshAfter !== undefined ? 'watch' : 'need';
      await register(engine, want, awaitedOf(target), kind, demand);
    }
    const still = await openTargets(engine, want, open);
    if (still.includes(watched)) return still;
    // What was there at the first look may have been tainted since: then it has no row yet.
    open = still.length > 0 ? still : await openTargets(engine, want, targets);
  }
  return [];
}

async function register(
  engine: Engine,
  want: Want,
  awaited: Awaited,
  kind: WaiterKind,
  demand: boolean,
): Promise<void> {
  const owner = `want/${want.wantId}` as const;
  await putWaiter(engine, {
    awaited,
    owner,
    kind: await kindBeside(engine, awaited, owner, kind),
    demand,
    since: want.createdAt,
    expiresAt: expiresAt(want),
  });
}

/** Whether its external dependencies are there; where not, it is registered on the last that is missing. */
async function areDependenciesLive(engine: Engine, want: Want): Promise<boolean> {
  for (const dependency of [...(want.externalDependencies ?? [])].reverse()) {
    if ((await externalLive(engine, dependency)) !== null) continue;
    await register(engine, want, awaitedExternal(dependency), 'watch', true);
    if ((await externalLive(engine, dependency)) === null) return false;
  }
  return true;
}

async function askForBuilds(engine: Engine, want: Want, open: readonly Located[]): Promise<WantEnd | null> {
  const demand = demandOfWant(want);
  const asked = new Set<BuildId>();
  for (const target of open) {
    if (target.kind === 'external' || asked.has(target.buildId)) continue;
    asked.add(target.buildId);
    const look = await evaluateBuild(engine, target.buildId, demand);
    if (look.kind === 'failed') return { status: 'failed', reason: look.reason };
  }
  return null;
}
