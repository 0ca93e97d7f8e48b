import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { DroppableIndex, Row, RowRange } from './rowIndex.ts';
import { explained } from './sqliteOpen.ts';
import { checkLimit, checkRow } from './stored.ts';

export interface SqliteIndexPlace {
  readonly db: DatabaseSync;
  readonly path: string;
  /** Runs one write in the next group. */
  submit<T>(execute: () => T): Promise<T>;
}

/** A row of `index_rows`, as an array, which is read faster than an object. */
type StoredRow = readonly [partition: string, key: string, nonce: string, value: string, expiresAt: number | null];

export interface SqliteIndex extends DroppableIndex {
  /** Removes up to `limit` rows that expired before `now`. @returns how many: as many as `limit` means go on. */
  purgeExpired(now: number, limit?: number): Promise<number>;
}

export function createSqliteIndex({ db, path, submit }: SqliteIndexPlace): SqliteIndex {
  const upsert = db.prepare('INSERT OR REPLACE INTO index_rows VALUES (?, ?, ?, ?, ?)');
  const one = db.prepare('SELECT * FROM index_rows WHERE partition = ? AND key = ?');
  one.setReturnArrays(true);
  const remove = db.prepare('DELETE FROM index_rows WHERE partition = ? AND key = ? AND nonce = ?');
  const clear = db.prepare('DELETE FROM index_rows');
  const purge = db.prepare(
    `DELETE FROM index_rows WHERE (partition, key) IN
     (SELECT partition, key FROM index_rows WHERE expires_at < ? ORDER BY expires_at LIMIT ?)`,
  );
  const names = db.prepare('SELECT DISTINCT partition FROM index_rows WHERE partition > ? ORDER BY partition LIMIT ?');
  const walk = new PartitionWalk(db);
  return {
    put(row) {
      let value: string;
      try {
        value = checkRow(row);
      } catch (error) {
        return Promise.reject(error);
      }
      const { partition, key, nonce, expiresAt } = row;
      return submit(() => void upsert.run(partition, key, nonce, value, expiresAt));
    },
    async get(partition, key) {
      const row = explained(path, () => one.get(partition, key)) as unknown as StoredRow | undefined;
      return row === undefined ? null : toRow(row);
    },
    deleteExact: ({ partition, key, nonce }) => submit(() => remove.run(partition, key, nonce).changes === 1),
    async query(partition, range = {}) {
      const { limit = 100 } = range;
      checkLimit(limit);
      const rows = explained(path, () => walk.rows(partition, range, limit + 1)).map(toRow);
      const page = rows.slice(0, limit);
      return { rows: page, nextKey: rows.length > limit ? page.at(-1)!.key : null };
    },
    clear: () => submit(() => void clear.run()),
    async partitions(afterPartition = '', limit = 100) {
      checkLimit(limit);
      return explained(path, () => names.all(afterPartition, limit)).map((row) => String(row.partition));
    },
    purgeExpired: (now, limit = 1000) => submit(() => Number(purge.run(now, limit).changes)),
  };
}

/** Prepared statements for the eight shapes of a range in each direction. */
class PartitionWalk {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  rows(partition: string, range: RowRange, limit: number): readonly StoredRow[] {
    const { from, to, afterKey, descending = false } = range;
    const bounds: [string, string | undefined][] = [
      ['key >= ?', from],
      ['key < ?', to],
      [descending ? 'key < ?' : 'key > ?', afterKey],
    ];
    const given = bounds.filter(([, value]) => value !== undefined);
    const where = ['partition = ?', ...given.map(([sql]) => sql)].join(' AND ');
    const values = given.map(([, value]) => value) as SQLInputValue[];
    const sql = `SELECT * FROM index_rows WHERE ${where} ORDER BY key ${descending ? 'DESC' : 'ASC'} LIMIT ?`;
    return this.#prepared(sql).all(partition, ...values, limit) as unknown as StoredRow[];
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function toRow([partition, key, nonce, value, expiresAt]: StoredRow): Row {
  return { partition, key, nonce, value: JSON.parse(value) as Row['value'], expiresAt };
}
