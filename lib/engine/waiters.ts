import type { Row } from '../log/rowIndex.ts';
import type { Located } from '../model/graph.ts';
import type { ExternalDependency } from '../model/want.ts';
import type { Engine } from './context.ts';

/** What can be waited for: a partition that is built here, or one that is reported. */
export type Awaited = `partition/${string}` | `external/${string}`;

/** Who waits: a want for its partitions, a build for its inputs. */
export type WaiterOwner = `want/${string}` | `build/${string}`;

/**
 * `watch` wakes on everything that happens to the partition; `need` only when it will not come. One of a build's
 * missing inputs is watched, the others are needed: a build on 365 inputs is evaluated a handful of times.
 */
export type WaiterKind = 'watch' | 'need';

export interface Waiter {
  readonly awaited: Awaited;
  readonly owner: WaiterOwner;
  readonly kind: WaiterKind;
  /** False for a want whose external dependencies still hold back its demand. */
  readonly demand: boolean;
  /** Since when the owner waits for it (milliseconds). */
  readonly since: number;
  /** After this moment the owner has ended anyway. */
  readonly expiresAt: number;
}

export interface WaiterRow extends Waiter {
  readonly row: Row;
}

export function awaitedOf(located: Located): Awaited {
  return located.kind === 'built'
    ? `partition/${located.partitionRef}`
    : awaitedExternal({ graph: located.graph, partitionRef: located.partitionRef });
}

export function awaitedExternal(dependency: ExternalDependency): Awaited {
  return `external/${externalId(dependency)}`;
}

/** The id of an external partition's stream. */
export function externalId(dependency: ExternalDependency): string {
  return `${dependency.graph}/${dependency.partitionRef}`;
}

/** Rows outlive their owner by a day, so that a row never goes before the look that it was put for. */
const expirySlackMs = 86_400_000;

/** Registers the waiter; a fresh registration replaces the owner's earlier one for the same partition. */
export async function putWaiter(engine: Engine, waiter: Waiter): Promise<void> {
  const { awaited, owner, kind, demand, since } = waiter;
  await engine.index.put({
    partition: partitionOf(awaited, shardOf(owner, engine.config.waiterShards)),
    key: owner,
    nonce: engine.ids.ulid(),
    value: { kind, demand, since },
    expiresAt: waiter.expiresAt + expirySlackMs,
  });
}

export async function getWaiter(
  engine: Pick<Engine, 'index' | 'config'>,
  awaited: Awaited,
  owner: WaiterOwner,
): Promise<WaiterRow | null> {
  const row = await engine.index.get(partitionOf(awaited, shardOf(owner, engine.config.waiterShards)), owner);
  return row === null ? null : waiterOf(awaited, row);
}

/**
 * A row that is watched stays so when its owner registers again: the one who woke it may end halfway, and whoever is
 * woken in its place has to find it.
 */
export function keepWatch(before: Waiter | null, kind: WaiterKind): WaiterKind {
  return before?.kind === 'watch' ? 'watch' : kind;
}

/** The kind to register with, beside what stands there: see {@link keepWatch}. */
export async function kindBeside(
  engine: Pick<Engine, 'index' | 'config'>,
  awaited: Awaited,
  owner: WaiterOwner,
  kind: WaiterKind,
): Promise<WaiterKind> {
  return kind === 'watch' ? kind : keepWatch(await getWaiter(engine, awaited, owner), kind);
}

/** Removes exactly the registration that was read. */
export async function deleteWaiter(engine: Pick<Engine, 'index'>, waiter: WaiterRow): Promise<boolean> {
  return engine.index.deleteExact(waiter.row);
}

/** Where a walk over the waiters of one partition goes on. */
export interface WaiterCursor {
  readonly shard: number;
  readonly afterKey: string | null;
}

export const firstWaiters: WaiterCursor = { shard: 0, afterKey: null };

/** One page of those who wait for a partition; `next` is `null` on the last. */
export async function waitersPage(
  engine: Pick<Engine, 'index' | 'config'>,
  awaited: Awaited,
  cursor: WaiterCursor,
): Promise<{ waiters: readonly WaiterRow[]; next: WaiterCursor | null }> {
  const page = await engine.index.query(partitionOf(awaited, cursor.shard), {
    limit: engine.config.pageRows,
    ...(cursor.afterKey === null ? {} : { afterKey: cursor.afterKey }),
  });
  const waiters = page.rows.map((row) => waiterOf(awaited, row));
  if (page.nextKey !== null) return { waiters, next: { shard: cursor.shard, afterKey: page.nextKey } };
  const shard = cursor.shard + 1;
  return { waiters, next: shard < engine.config.waiterShards ? { shard, afterKey: null } : null };
}

/** All who wait for a partition, page by page. */
export async function* waitersOf(
  engine: Pick<Engine, 'index' | 'config'>,
  awaited: Awaited,
): AsyncGenerator<WaiterRow> {
  let cursor: WaiterCursor | null = firstWaiters;
  while (cursor !== null) {
    const page: WaitersPage = await waitersPage(engine, awaited, cursor);
    yield* page.waiters;
    cursor = page.next;
  }
}

type WaitersPage = { waiters: readonly WaiterRow[]; next: WaiterCursor | null };

function waiterOf(awaited: Awaited, row: Row): WaiterRow {
  const { kind, demand, since } = row.value as unknown as Pick<Waiter, 'kind' | 'demand' | 'since'>;
  return { awaited, owner: row.key as WaiterOwner, kind, demand, since, expiresAt: row.expiresAt ?? 0, row };
}

function partitionOf(awaited: Awaited, shard: number): string {
  return `waiter/${awaited}#${shard}`;
}

/** FNV-1a: spreads owners evenly, the same on every machine. */
export function shardOf(owner: string, shards: number): number {
  if (shards === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < owner.length; i++) hash = Math.imul(hash ^ owner.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % shards;
}
