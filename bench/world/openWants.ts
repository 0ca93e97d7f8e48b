import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { monotonicFactory } from 'ulid';
import { orderedMoment } from '../../lib/engine/due.ts';
import { openSqlite } from '../../lib/log/sqlite.ts';
import { fan, twoDigits } from '../graph/benchGraph.ts';
import { logPathIn, markDelivered } from './engine.ts';

/** A partition that is reported, and what is made from it. */
export interface Source {
  readonly input: string;
  readonly made: readonly { readonly output: string; readonly job: string }[];
  /** Keys from `firstKey` on. */
  readonly keys: number;
}

/** Where keys begin: all have as many digits, so that they order like numbers. */
export const firstKey = 1_000_000;
export const ttlSeconds = 604_800;
export const slaSeconds = 518_400;
/** What the graph says a run takes. */
const expectedMs = 1_000;
const expirySlackMs = 86_400_000;

/** Open wants over `sources` wide sources, and `singles` of the source that has one job. */
export function sourcesFor(wants: number, sources: number, singles: number): readonly Source[] {
  const wide = Array.from({ length: sources }, (_, s): Source => {
    const name = twoDigits(s);
    const made = Array.from({ length: fan }, (_, k) => ({ output: `out${name}.${k}`, job: `make${name}.${k}` }));
    return { input: `in${name}`, made, keys: Math.ceil(wants / sources / fan) };
  });
  return [...wide, { input: 'single', made: [{ output: 'solo', job: 'solo' }], keys: singles }];
}

/** An open want that nothing has happened to since its input was found missing. */
export interface OpenWant {
  readonly wantId: string;
  readonly createdAt: number;
  readonly input: string;
  readonly output: string;
  readonly job: string;
  readonly key: number;
}

/** A hundred of them in each millisecond, in the order of their ids. */
export function openWantsOf(sources: readonly Source[], now: number): readonly OpenWant[] {
  const ulid = monotonicFactory();
  const wants: OpenWant[] = [];
  for (const { input, made, keys } of sources) {
    for (let key = firstKey; key < firstKey + keys; key++) {
      for (const one of made) {
        const createdAt = now + Math.floor(wants.length / 100);
        wants.push({ wantId: `want_${ulid(createdAt)}`, createdAt, input, ...one, key });
      }
    }
  }
  return wants;
}

/**
 * Makes a log that holds these open wants, with every commit and row that the engine and the lists would have written:
 * inserted in the order of the table, which takes a tenth of the time. `sameAsEngine` checks that it is the same.
 */
export async function writeOpenWants(folder: string, wants: readonly OpenWant[]): Promise<void> {
  await openSqlite(logPathIn(folder)).close();
  const db = new DatabaseSync(join(folder, 'log.db'));
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA wal_autocheckpoint = 20000');
  const ulid = monotonicFactory();
  const commit = db.prepare('INSERT INTO commits VALUES (NULL, ?, 1, ?, ?, ?, NULL)');
  inBulk(db, wants, ({ wantId, createdAt, output, key }) => {
    const event = { type: 'WantCreated', v: 1, wantId, partitionRefs: [`${output}/${key}`], ttlSeconds, slaSeconds };
    commit.run(`want/${wantId}`, ulid(), createdAt, JSON.stringify([{ ...event, source: 'api' }]));
  });
  writeRows(db, wants, ulid);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  await markDelivered(folder);
}

function writeRows(db: DatabaseSync, wants: readonly OpenWant[], ulid: () => string): void {
  const row = db.prepare('INSERT INTO index_rows VALUES (?, ?, ?, ?, ?)');
  const listed = (partition: (want: OpenWant) => string) => (want: OpenWant) => {
    const key = `${orderedMoment(want.createdAt)}/${want.wantId}`;
    row.run(partition(want), key, 'list', JSON.stringify({ wantId: want.wantId }), null);
  };
  const byInput = wants.toSorted((a, b) => compare(a.input, b.input) || a.key - b.key || compare(a.job, b.job));
  const byOutput = wants.toSorted((a, b) => compare(a.output, b.output) || a.key - b.key);
  inBulk(db, wants, ({ wantId, createdAt }) => {
    const at = createdAt + slaSeconds * 1000 - expectedMs;
    row.run('due/0', `${orderedMoment(at)}/want/${wantId}`, ulid(), '{}', null);
  });
  inBulk(
    db,
    wants,
    listed(() => 'list/wants/open'),
  );
  inBulk(
    db,
    byOutput,
    listed(({ output, key }) => `list/wantsOf/${output}/${key}`),
  );
  inBulk(db, byInput, (want) =>
    putWaiter(row, `external/bench/${want.input}/${want.key}`, `build/${want.job}/${want.key}`, want, ulid()),
  );
  inBulk(db, byOutput, (want) =>
    putWaiter(row, `partition/${want.output}/${want.key}`, `want/${want.wantId}`, want, ulid()),
  );
}

function putWaiter(row: StatementSync, awaited: string, owner: string, { createdAt }: OpenWant, nonce: string): void {
  const value = JSON.stringify({ kind: 'watch', demand: true, since: createdAt });
  row.run(`waiter/${awaited}#0`, owner, nonce, value, createdAt + ttlSeconds * 1000 + expirySlackMs);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

const writesPerTransaction = 50_000;

/** Writes one after the other, in large transactions. */
export function inBulk<T>(db: DatabaseSync, items: readonly T[], write: (item: T) => void): void {
  for (let at = 0; at < items.length; at += writesPerTransaction) {
    db.exec('BEGIN IMMEDIATE');
    for (const item of items.slice(at, at + writesPerTransaction)) write(item);
    db.exec('COMMIT');
  }
}
