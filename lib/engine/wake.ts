import type { Build } from '../model/graph.ts';
import type { Engine } from './context.ts';
import { buildOf, demandOf } from './demand.ts';
import { type BuildLook, evaluateBuild } from './evaluateBuild.ts';
import { evaluateWant } from './evaluateWant.ts';
import { releaseBuild } from './release.ts';
import {
  type Awaited,
  deleteWaiter,
  firstWaiters,
  type WaiterCursor,
  type WaiterRow,
  waitersOf,
  waitersPage,
} from './waiters.ts';

/**
 * What happened to a partition: it is there; its build ended otherwise; or its derived want ended without it, which
 * concerns the builds that need it.
 */
export type WakeCause = 'live' | 'ended' | 'derivedEnded';

/** A walk over those who wait for a partition, one page a delivery. */
export interface Wake {
  readonly awaited: Awaited;
  readonly cause: WakeCause;
  readonly cursor: WaiterCursor;
}

export function wakeAll(awaited: Awaited, cause: WakeCause): Wake {
  return { awaited, cause, cursor: firstWaiters };
}

/**
 * Wakes one page of those who wait. Reads the rows after what happened was committed: together with "register, then
 * look again" one side sees the other.
 *
 * @returns the rest of the walk; `null` after the last page.
 */
export async function wakePage(engine: Engine, wake: Wake): Promise<Wake | null> {
  const { waiters, next } = await waitersPage(engine, wake.awaited, wake.cursor);
  const woken = waiters.filter((waiter) => concerns(waiter, wake.cause));
  await allOf(woken.map((waiter) => wakeOne(engine, waiter)));
  return next === null ? null : { ...wake, cursor: next };
}

/** Side by side, so that what they append shares a group; where one fails, the others are let end first. */
async function allOf(acts: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(acts);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function concerns(waiter: WaiterRow, cause: WakeCause): boolean {
  if (cause === 'live') return waiter.kind === 'watch';
  return cause === 'ended' || waiter.owner.startsWith('build/');
}

/**
 * A row that is found to have done its work is removed, as exactly the registration that was read. One that does it
 * just now is left: a deletion costs as much as a write, and it expires.
 */
async function wakeOne(engine: Engine, waiter: WaiterRow): Promise<void> {
  const idle = waiter.owner.startsWith('want/')
    ? (await evaluateWant(engine, waiter.owner.slice('want/'.length))) === 'over'
    : await isIdle(engine, waiter.owner.slice('build/'.length));
  if (idle) await deleteWaiter(engine, waiter);
}

async function isIdle(engine: Engine, buildId: string): Promise<boolean> {
  const look = await wakeBuild(engine, buildId);
  return look === null || look.kind === 'live' || look.kind === 'underWay';
}

/**
 * Looks at a build for whoever wants it now: `null` where nobody does, and what it held is given back. One that cannot
 * be made fails the wants for it.
 */
export async function wakeBuild(engine: Engine, buildId: string): Promise<BuildLook | null> {
  const build = buildOf(engine, buildId);
  if (build === null) return null;
  const demand = await demandOf(engine, build);
  if (demand === null) {
    await releaseBuild(engine, buildId);
    return null;
  }
  const look = await evaluateBuild(engine, buildId, demand);
  if (look.kind === 'failed') await failWants(engine, build);
  if (!mayBeHeldBack(look, build) || (await demandOf(engine, build)) !== null) return look;
  await releaseBuild(engine, buildId); // Whoever wanted it ended while it was looked at: nobody else gives this back.
  return null;
}

function mayBeHeldBack(look: BuildLook, build: Build): boolean {
  if (look.kind === 'claimed') return build.job.pool !== null;
  return look.kind === 'waiting' || look.kind === 'failed';
}

/** A build that cannot be made fails every want for it at once; each looks for itself. */
async function failWants(engine: Engine, build: Build): Promise<void> {
  for (const output of build.outputs) {
    for await (const waiter of waitersOf(engine, `partition/${output.partitionRef}`)) {
      if (waiter.owner.startsWith('want/')) await wakeOne(engine, waiter);
    }
  }
}
