import type { Row, RowIndex } from '../log/rowIndex.ts';
import type { ListRows } from '../query/lists.ts';

type Removed = Pick<Row, 'partition' | 'key' | 'nonce'>;

/**
 * Gathers writes to rows until they are flushed, and then writes what is left of them: in a long history many rows are
 * replaced or removed again soon after. Nobody else writes them meanwhile.
 */
export class GatheredRows implements ListRows {
  readonly #index: RowIndex;
  readonly #rows = new Map<string, Row | Removed>();

  constructor(index: RowIndex) {
    this.#index = index;
  }

  /** How many rows will be written. */
  get size(): number {
    return this.#rows.size;
  }

  async put(row: Row): Promise<void> {
    this.#rows.set(nameOf(row), row);
  }

  async get(partition: string, key: string): Promise<Row | null> {
    const known = this.#rows.get(nameOf({ partition, key }));
    if (known === undefined) return this.#index.get(partition, key);
    return 'value' in known ? known : null;
  }

  async deleteExact({ partition, key, nonce }: Removed): Promise<boolean> {
    const name = nameOf({ partition, key });
    const known = this.#rows.get(name);
    const stored = await this.#index.get(partition, key);
    const standing = known === undefined ? stored : known;
    if (standing === null || !('value' in standing) || standing.nonce !== nonce) return false;
    if (stored === null) this.#rows.delete(name);
    else this.#rows.set(name, { partition, key, nonce: stored.nonce });
    return true;
  }

  /** Resolves when all that was gathered is durable. */
  async flush(): Promise<void> {
    const rows = [...this.#rows.values()];
    this.#rows.clear();
    await Promise.all(rows.map((row) => ('value' in row ? this.#index.put(row) : this.#index.deleteExact(row))));
  }
}

/** NUL stands in neither part. */
function nameOf({ partition, key }: Pick<Row, 'partition' | 'key'>): string {
  return `${partition}\0${key}`;
}
