import type { Appended, Doorbell, EventLog, NewCommit, StreamId } from './eventLog.ts';
import type { DroppableIndex, Row } from './rowIndex.ts';
import { storedBytes } from './stored.ts';

/** Write units as DynamoDB counts them: one for each started KB of an item. */
export interface WriteUnits {
  readonly appends: number;
  readonly rows: number;
  /** The feed's own writes: each of its items takes in about a hundred commits. */
  readonly sequencer: number;
  readonly total: number;
}

export interface Meter {
  readonly log: EventLog & Doorbell;
  readonly index: DroppableIndex;
  /** What was written through `log` and `index` since the meter was made. */
  units(): WriteUnits;
}

const unitBytes = 1024;
const commitsPerSequencerUnit = 100;

/**
 * Counts what the same writes would cost on AWS. A refused conditional write costs what a successful one does. Reads,
 * `clear` and rows that merely expire cost no write units.
 */
export function createMeter(log: EventLog & Doorbell, index: DroppableIndex): Meter {
  const count = { appends: 0, rows: 0, commits: 0 };

  async function append(stream: StreamId, expectedRevision: number, commit: NewCommit): Promise<Appended> {
    count.appends += unitsOf(storedBytes(stream, commit));
    const appended = await log.append(stream, expectedRevision, commit);
    if (!appended.duplicate) count.commits += 1;
    return appended;
  }

  return {
    log: {
      append,
      read: (stream, fromRevision) => log.read(stream, fromRevision),
      head: (stream) => log.head(stream),
      list: (filter, cursor, limit) => log.list(filter, cursor, limit),
      onCommitted: (listener) => log.onCommitted(listener),
    },
    index: {
      put(row) {
        count.rows += unitsOf(rowBytes(row));
        return index.put(row);
      },
      deleteExact(row) {
        // A delete costs the size of what it removes; the rows of landfall stay below one KB.
        count.rows += 1;
        return index.deleteExact(row);
      },
      get: (partition, key) => index.get(partition, key),
      query: (partition, range) => index.query(partition, range),
      clear: () => index.clear(),
      partitions: (afterPartition, limit) => index.partitions(afterPartition, limit),
    },
    units() {
      const sequencer = count.commits / commitsPerSequencerUnit;
      return { appends: count.appends, rows: count.rows, sequencer, total: count.appends + count.rows + sequencer };
    },
  };
}

function rowBytes({ partition, key, nonce, value }: Row): number {
  return Buffer.byteLength(partition + key + nonce) + Buffer.byteLength(JSON.stringify(value));
}

function unitsOf(bytes: number): number {
  return Math.ceil(bytes / unitBytes);
}
