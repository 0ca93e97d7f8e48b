import type { Row } from '../log/rowIndex.ts';
import type { Query } from './context.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { ListView } from './views.ts';

/** One list, or several that are walked one after the other. */
export interface Walk<T> {
  /** Names the list in its cursors. */
  readonly list: string;
  readonly partitions: readonly string[];
  /** Keys of every partition, from included, to excluded. */
  readonly range?: { readonly from?: string; readonly to?: string };
  readonly descending: boolean;
  /** What is shown for a row; `null` leaves it out. */
  show(row: Row): Promise<T | null>;
}

/** Rows that one call reads at most: a filter that takes little gives a short page and a cursor. */
const rowsReadMax = 2_000;

/** One page of a walk. */
export async function walkPage<T>(
  query: Query,
  walk: Walk<T>,
  paging: { readonly limit: number; readonly cursor?: string },
): Promise<ListView<T>> {
  let { part, afterKey } = readCursor(query, walk.list, paging.cursor);
  const items: T[] = [];
  let read = 0;
  while (part < walk.partitions.length) {
    const page = await query.index.query(walk.partitions[part] as string, {
      ...walk.range,
      descending: walk.descending,
      limit: Math.min(200, paging.limit),
      ...(afterKey === null ? {} : { afterKey }),
    });
    for (const row of page.rows) {
      const item = await walk.show(row);
      read += 1;
      afterKey = row.key;
      if (item !== null) items.push(item);
      if (items.length >= paging.limit || read >= rowsReadMax) {
        return { items, nextCursor: await cursorBehind(query, walk, part, afterKey) };
      }
    }
    if (page.nextKey === null) {
      part += 1;
      afterKey = null;
    }
  }
  return { items, nextCursor: null };
}

/** `null` where nothing is left: the last page says so itself. */
async function cursorBehind<T>(query: Query, walk: Walk<T>, part: number, afterKey: string): Promise<string | null> {
  const range = { ...walk.range, descending: walk.descending, limit: 1 };
  const [here, ...later] = walk.partitions.slice(part);
  const rest = await query.index.query(here as string, { ...range, afterKey });
  if (rest.rows.length > 0) return writeCursor(query, walk.list, { part, afterKey });
  for (const partition of later) {
    const page = await query.index.query(partition, range);
    if (page.rows.length > 0) return writeCursor(query, walk.list, { part, afterKey });
  }
  return null;
}
