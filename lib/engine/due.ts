import type { Row } from '../log/rowIndex.ts';
import type { Engine } from './context.ts';
import { shardOf } from './waiters.ts';

/** What is looked at when its moment comes. */
export type DueSubject = `want/${string}` | `build/${string}`;

export interface Due {
  readonly at: number;
  readonly subject: DueSubject;
  readonly row: Row;
}

/**
 * Asks for a look at the subject at that moment. A due row only says "look": an earlier moment puts a further row, and
 * the look that the later one causes finds nothing to do.
 */
export async function putDue(engine: Engine, subject: DueSubject, at: number): Promise<void> {
  await engine.index.put({
    partition: duePartition(shardOf(subject, engine.config.dueShards)),
    key: `${orderedMoment(at)}/${subject}`,
    nonce: engine.ids.ulid(),
    value: {},
    expiresAt: null,
  });
}

/** The first rows of one shard that are due at `now`, the earliest first. */
export async function duePage(engine: Engine, shard: number, now: number): Promise<readonly Due[]> {
  const to = `${orderedMoment(now + 1)}`;
  const page = await engine.index.query(duePartition(shard), { to, limit: engine.config.pageRows });
  return page.rows.map(dueOf);
}

/** When the next look is due; `null` where none is. */
export async function nextDueAt(engine: Engine): Promise<number | null> {
  let earliest: number | null = null;
  for (let shard = 0; shard < engine.config.dueShards; shard++) {
    const page = await engine.index.query(duePartition(shard), { limit: 1 });
    const [row] = page.rows;
    if (row !== undefined) earliest = Math.min(earliest ?? Number.POSITIVE_INFINITY, dueOf(row).at);
  }
  return earliest;
}

function dueOf(row: Row): Due {
  const slash = row.key.indexOf('/');
  return { at: Number(row.key.slice(0, slash)), subject: row.key.slice(slash + 1) as DueSubject, row };
}

function duePartition(shard: number): string {
  return `due/${shard}`;
}

/** Milliseconds as digits that order like the number, until the year 33658. */
export function orderedMoment(at: number): string {
  return String(Math.max(0, Math.floor(at))).padStart(15, '0');
}
