import { frozenJson } from './frozen.ts';
import type { DroppableIndex, Row, RowPage, RowRange } from './rowIndex.ts';
import { checkLimit, checkRow } from './stored.ts';

interface Partition {
  readonly rows: Map<string, Row>;
  /** In the order of their UTF-8 bytes. */
  readonly keys: string[];
}

/** The index in memory. Every operation takes effect at one moment, synchronously inside the call. */
export function createMemoryIndex(): DroppableIndex {
  const partitions = new Map<string, Partition>();

  function put(row: Row): void {
    const value = checkRow(row);
    const { partition, key, nonce, expiresAt } = row;
    const place = partitions.get(partition) ?? { rows: new Map(), keys: [] };
    if (!place.rows.has(key)) place.keys.splice(lowerBound(place.keys, key), 0, key);
    place.rows.set(key, Object.freeze({ partition, key, nonce, value: frozenJson<Row['value']>(value), expiresAt }));
    partitions.set(partition, place);
  }

  function deleteExact({ partition, key, nonce }: Pick<Row, 'partition' | 'key' | 'nonce'>): boolean {
    const place = partitions.get(partition);
    if (place?.rows.get(key)?.nonce !== nonce) return false;
    place.rows.delete(key);
    place.keys.splice(lowerBound(place.keys, key), 1);
    if (place.keys.length === 0) partitions.delete(partition);
    return true;
  }

  function query(partition: string, range: RowRange): RowPage {
    const { limit = 100 } = range;
    checkLimit(limit);
    const place = partitions.get(partition);
    if (place === undefined) return { rows: [], nextKey: null };
    const keys = keysInRange(place.keys, range);
    const page = keys.slice(0, limit);
    const nextKey = keys.length > limit ? page.at(-1)! : null;
    return { rows: page.map((key) => place.rows.get(key)!), nextKey };
  }

  return {
    put: async (row) => put(row),
    get: async (partition, key) => partitions.get(partition)?.rows.get(key) ?? null,
    deleteExact: async (row) => deleteExact(row),
    query: async (partition, range = {}) => query(partition, range),
    clear: async () => partitions.clear(),
    async partitions(afterPartition, limit = 100) {
      checkLimit(limit);
      const names = [...partitions.keys()].sort(compareUtf8);
      const from = afterPartition === undefined ? 0 : upperBound(names, afterPartition);
      return names.slice(from, from + limit);
    },
  };
}

/** One key more than the page holds, in the order of the walk: it tells whether there is another page. */
function keysInRange(keys: readonly string[], range: RowRange): readonly string[] {
  const { from, to, afterKey, descending = false, limit = 100 } = range;
  let first = from === undefined ? 0 : lowerBound(keys, from);
  let end = to === undefined ? keys.length : lowerBound(keys, to);
  if (afterKey !== undefined && descending) end = Math.min(end, lowerBound(keys, afterKey));
  if (afterKey !== undefined && !descending) first = Math.max(first, upperBound(keys, afterKey));
  if (first >= end) return [];
  if (descending) return keys.slice(Math.max(first, end - limit - 1), end).reverse();
  return keys.slice(first, Math.min(end, first + limit + 1));
}

/** Where the first key at or after this one stands. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareUtf8(keys[middle]!, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function upperBound(keys: readonly string[], key: string): number {
  const at = lowerBound(keys, key);
  return keys[at] === key ? at + 1 : at;
}

/** Orders by UTF-8 bytes: as UTF-16 units do, but for surrogates, which come after everything else. */
function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
