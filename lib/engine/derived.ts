import type { BuiltPartition } from '../model/graph.ts';
import type { EndReason } from '../model/reason.ts';
import { createWant, tightenWant } from '../model/want.decide.ts';
import type { Want } from '../model/want.ts';
import type { Engine } from './context.ts';
import type { Demand } from './demand.ts';
import { append, builds, type Loaded, load, looksMax, tooManyLooks, wants } from './streams.ts';

/** Id of the derived want for a partition, the `count`th time that it is wanted anew; `~` stands for `/` in it. */
export function derivedWantId(partitionRef: string, count: number): string {
  return `want_derived.${count}.${partitionRef.replaceAll('/', '~')}`;
}

/** The newest derived want for a partition, open or ended; count −1 where there never was one. */
export async function newestDerived(
  engine: Pick<Engine, 'log'>,
  partitionRef: string,
): Promise<{ count: number; loaded: Loaded<Want> }> {
  let found = { count: -1, loaded: { revision: 0, state: null } as Loaded<Want> };
  const read = async (count: number): Promise<boolean> => {
    const loaded = await load(engine, wants, derivedWantId(partitionRef, count));
    if (loaded.state !== null && count > found.count) found = { count, loaded };
    return loaded.state !== null;
  };
  let step = 1;
  while (await read(found.count + step)) step *= 2; // They are counted without a gap: gallop up, then halve.
  for (let low = found.count, high = low + step; high - low > 1; ) {
    const middle = low + Math.floor((high - low) / 2);
    if (await read(middle)) low = middle;
    else high = middle;
  }
  return found;
}

export type DerivedLook = { readonly kind: 'open' } | { readonly kind: 'failed'; readonly reason: EndReason };

/**
 * Sees to it that one derived want for a missing partition is open, with a deadline no later than this demand's. A
 * partition whose build failed gets none until somebody wants it anew, its code changes or an input does.
 */
export async function ensureDerived(engine: Engine, located: BuiltPartition, demand: Demand): Promise<DerivedLook> {
  for (let tries = 0; tries < looksMax; tries++) {
    const { count, loaded } = await newestDerived(engine, located.partitionRef);
    const newest = loaded.state;
    if (newest?.status === 'open') {
      const tighter = demand.deadline === null ? [] : tightenWant(newest, demand.deadline);
      if (tighter.length === 0) return { kind: 'open' };
      if ((await append(engine, wants, newest.wantId, loaded, tighter)) !== null) return { kind: 'open' };
      continue;
    }
    const standing = newest === null ? null : await standingFailure(engine, newest, demand);
    if (standing !== null) return { kind: 'failed', reason: standing };
    const fields = fieldsOf(engine, located.partitionRef, count + 1, demand);
    const created = await append(engine, wants, fields.wantId, { revision: 0, state: null }, createWant(fields));
    if (created !== null) return { kind: 'open' };
  }
  throw tooManyLooks(`the derived want for ${located.partitionRef}`);
}

function fieldsOf(engine: Engine, partitionRef: string, count: number, demand: Demand) {
  const remainingMs = demand.expiresAt - engine.clock.now();
  return {
    wantId: derivedWantId(partitionRef, count),
    partitionRefs: [partitionRef],
    ttlSeconds: Math.max(1, Math.ceil(remainingMs / 1000)),
    source: 'derived' as const,
    ...(demand.deadline === null ? {} : { deadline: demand.deadline }),
    demandedAt: demand.demandedAt,
  };
}

/** Why a derived want that failed still says that the partition cannot be made; `null` where it is worth a new try. */
async function standingFailure(engine: Engine, newest: Want, demand: Demand): Promise<EndReason | null> {
  const reason = newest.endReason;
  if (newest.status !== 'failed' || reason?.failedAt === undefined || reason.partitionRef === undefined) return null;
  if (reason.failedAt < demand.demandedAt) return null;
  const failed = engine.graphs.current().locate(reason.partitionRef);
  if (failed?.kind !== 'built') return null;
  const { state } = await load(engine, builds, failed.buildId);
  const failure = state?.failure;
  const stands = failure?.runId === reason.runId && failure?.codeVersion === failed.job.codeVersion;
  return stands ? reason : null;
}
