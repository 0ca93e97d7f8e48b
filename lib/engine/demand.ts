import type { Build, BuildId } from '../model/graph.ts';
import { deadlineOf, demandedAt, expiresAt, type Want } from '../model/want.ts';
import type { Engine } from './context.ts';
import { load, wants } from './streams.ts';
import { deleteWaiter, type WaiterRow, waitersOf } from './waiters.ts';

/** What the open wants for a build ask of it, taken together. */
export interface Demand {
  /** The earliest; `null` where no want has one. */
  readonly deadline: number | null;
  /** Failures before this moment are to be tried again. */
  readonly demandedAt: number;
  readonly freshAfter: number | null;
  /** When the last of them expires. */
  readonly expiresAt: number;
  /** Since when the first of them waits. */
  readonly since: number;
  /** The first `wantIdsMax`, the tightest first. */
  readonly wantIds: readonly string[];
}

export const wantIdsMax = 50;

export function demandOfWant(want: Want): Demand {
  return {
    deadline: deadlineOf(want),
    demandedAt: demandedAt(want),
    freshAfter: want.freshAfter ?? null,
    expiresAt: expiresAt(want),
    since: want.createdAt,
    wantIds: [want.wantId],
  };
}

/**
 * The demand of the open wants that are registered on a build's outputs; `null` where there is none. Registrations of
 * wants that have ended are removed on the way.
 */
export async function demandOf(engine: Engine, build: Build): Promise<Demand | null> {
  const open: Want[] = [];
  for (const output of build.outputs) {
    for await (const waiter of waitersOf(engine, `partition/${output.partitionRef}`)) {
      const want = await openWant(engine, waiter);
      if (want !== null) open.push(want);
      if (open.length >= wantsReadMax) break;
    }
  }
  return open.length === 0 ? null : combine(open);
}

/** Enough to know the demand well; a want beyond it brings its own when it is evaluated. */
const wantsReadMax = 200;

async function openWant(engine: Engine, waiter: WaiterRow): Promise<Want | null> {
  if (!waiter.owner.startsWith('want/') || !waiter.demand) return null;
  const { state } = await load(engine, wants, waiter.owner.slice('want/'.length));
  if (state?.status === 'open') return state;
  await deleteWaiter(engine, waiter);
  return null;
}

function combine(open: readonly Want[]): Demand {
  const demands = open.map(demandOfWant).sort((a, b) => (a.deadline ?? Infinity) - (b.deadline ?? Infinity));
  const fresh = demands.flatMap((one) => (one.freshAfter === null ? [] : [one.freshAfter]));
  return {
    deadline: demands[0]?.deadline ?? null,
    demandedAt: Math.max(...demands.map((one) => one.demandedAt)),
    freshAfter: fresh.length === 0 ? null : Math.max(...fresh),
    expiresAt: Math.max(...demands.map((one) => one.expiresAt)),
    since: Math.min(...demands.map((one) => one.since)),
    wantIds: demands.flatMap((one) => one.wantIds).slice(0, wantIdsMax),
  };
}

/** A build as the loaded graph has it; `null` where the graph does not have it any more. */
export function buildOf(engine: Engine, buildId: BuildId): Build | null {
  return engine.graphs.current().build(buildId);
}
