import type { Row, WriteData } from './types.ts';

/** Batches this large go to the disk: large enough to amortise a write, small enough to be forgotten. */
const BATCH_BYTES = 256 * 1024;

export interface Encoded {
  readonly bytes: Uint8Array;
  /** Rows that end in these bytes; `null` where the data is no rows. */
  readonly rows: number | null;
}

/** The bytes of what a job writes, in batches, pulling from its source only as fast as they are taken. */
export async function* encode(data: WriteData): AsyncGenerator<Encoded> {
  const batch = new Batch();
  for await (const item of itemsOf(data)) {
    batch.add(item);
    if (batch.isFull) yield batch.take();
  }
  yield batch.take();
}

function itemsOf(data: WriteData): Iterable<string | Uint8Array | Row> | AsyncIterable<string | Uint8Array | Row> {
  if (typeof data === 'string' || data instanceof Uint8Array) return [data];
  if (isIterable(data)) return data;
  throw new TypeError(`run.write takes a string, bytes, a stream, or an iterable of rows, not ${describe(data)}`);
}

function isIterable(data: unknown): data is Iterable<Row> | AsyncIterable<Row> {
  return typeof data === 'object' && data !== null && (Symbol.iterator in data || Symbol.asyncIterator in data);
}

class Batch {
  #parts: (string | Uint8Array)[] = [];
  #size = 0;
  #rows = 0;
  #total = 0;
  #kind: 'bytes' | 'rows' | null = null;

  /** Counts characters for bytes, which is right within a factor of three: only a threshold. */
  get isFull(): boolean {
    return this.#size >= BATCH_BYTES;
  }

  add(item: unknown): void {
    this.#total += 1;
    const isBytes = typeof item === 'string' || item instanceof Uint8Array;
    this.#setKind(isBytes ? 'bytes' : 'rows');
    const part = isBytes ? item : this.#rowLine(item);
    this.#parts.push(part);
    this.#size += part.length;
  }

  take(): Encoded {
    const [first] = this.#parts;
    const bytes = this.#parts.length === 1 && first instanceof Uint8Array ? first : Buffer.concat(this.#buffers());
    const rows = this.#kind === 'rows' ? this.#rows : null;
    this.#parts = [];
    this.#size = 0;
    this.#rows = 0;
    return { bytes, rows };
  }

  #buffers(): Uint8Array[] {
    if (this.#parts.every((part) => typeof part === 'string')) return [Buffer.from(this.#parts.join(''))];
    return this.#parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
  }

  #setKind(kind: 'bytes' | 'rows'): void {
    if (this.#kind !== null && this.#kind !== kind) {
      throw new TypeError(`run.write takes either rows or text and bytes: item ${this.#total} is of the other kind`);
    }
    this.#kind = kind;
  }

  #rowLine(item: unknown): string {
    if (typeof item !== 'object' || item === null) {
      throw new TypeError(`run.write takes objects as rows: row ${this.#total} is ${describe(item)}`);
    }
    this.#rows += 1;
    return `${rowJson(item, this.#total)}\n`;
  }
}

function rowJson(row: object, position: number): string {
  try {
    return JSON.stringify(row);
  } catch (error) {
    throw new TypeError(`row ${position} cannot be written as JSON: ${(error as Error).message}`, { cause: error });
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' ? 'a single object; wrap one row in a list' : `a ${typeof value}`;
}
