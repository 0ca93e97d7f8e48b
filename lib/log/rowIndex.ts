import type { JsonObject } from '../model/json.ts';

/** A row of an index: derived from the log, droppable, and made anew from it by `landfall doctor --rebuild`. */
export interface Row {
  /** Rows of one partition are read together, in the order of `key`. At most 1,024 bytes. */
  readonly partition: string;
  /** Ordered byte by byte (UTF-8). At most 1,024 bytes. */
  readonly key: string;
  /** Names this very registration: another put of the same key carries another one. */
  readonly nonce: string;
  readonly value: JsonObject;
  /** After this moment (milliseconds) nobody needs the row and the adapter may remove it; `null`: never. */
  readonly expiresAt: number | null;
}

export interface RowRange {
  /** First key, included. */
  readonly from?: string;
  /** Last key, excluded. */
  readonly to?: string;
  /** At most this many rows, 1 to 1,000 (default 100). */
  readonly limit?: number;
  /** Go on after this key: `nextKey` of the page before. */
  readonly afterKey?: string;
  /** From the highest key down (then `afterKey` goes on downwards). */
  readonly descending?: boolean;
}

export interface RowPage {
  readonly rows: readonly Row[];
  /** Hand it back as `afterKey`; `null` on the last page. */
  readonly nextKey: string | null;
}

/**
 * Rows by partition and key. Contract: `test/contract/rowIndex.contract.ts`.
 *
 * 1. A put that was answered is seen by every `get` and `query` called after it (strong consistency).
 * 2. `deleteExact` removes a row only while it is the registration that was read.
 * 3. `query` pages walk a partition in key order; a row that stands during the whole walk is seen exactly once.
 * 4. Nothing here is atomic with an append to the log, in any adapter.
 */
export interface RowIndex {
  /** Creates or replaces the row with this partition and key. @throws LogUnavailable: put it again. */
  put(row: Row): Promise<void>;
  get(partition: string, key: string): Promise<Row | null>;
  /** Removes the row if it still has this nonce. True where it did. */
  deleteExact(row: Pick<Row, 'partition' | 'key' | 'nonce'>): Promise<boolean>;
  query(partition: string, range?: RowRange): Promise<RowPage>;
}

/** What `landfall doctor --rebuild` needs from an adapter. */
export interface DroppableIndex extends RowIndex {
  /** Removes every row. */
  clear(): Promise<void>;
  /** Every partition that has rows, in order, by pages. For comparing an index with its rebuilt self. */
  partitions(afterPartition?: string, limit?: number): Promise<readonly string[]>;
}
