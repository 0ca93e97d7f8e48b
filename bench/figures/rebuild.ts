import { DatabaseSync } from 'node:sqlite';
import { rebuildIndexes } from '../../lib/local/rebuild.ts';
import type { DroppableIndex, Row } from '../../lib/log/rowIndex.ts';
import type { Figure } from '../figure.ts';
import { inTurns, timed } from '../measure.ts';
import { type BenchEngine, graphOf, logPathIn, openEngine } from '../world/engine.ts';
import { preparedHistory } from '../world/settledWants.ts';

/** As many as the log's own groups take at most. */
const rowsPerTransaction = 1_000;

export const rebuild: Figure = {
  name: 'rebuild',
  cost: `Folding parses every commit and writes rows that a later commit of the stream removes or replaces: a run stands in
    the list of open runs until it has ended. Each row is a promise and a statement; the bare write knows the outcome.`,
  async run(bench) {
    const events = bench.size(1_000_000, 6_000);
    const folder = await preparedHistory(bench, events);
    const world = await openEngine(folder, { graph: graphOf(1), runsSucceed: false });
    const rows = await rowsOfRebuild(world);
    const hand = new DatabaseSync(logPathIn(folder));
    hand.exec('PRAGMA synchronous = FULL; PRAGMA cache_size = -32768');
    const pairs = await inTurns(
      bench.repetitions,
      () => timed(() => rebuildIndexes(world.engine, world.store.index)),
      () => timed(() => bareReadAndWrite(hand, rows)),
    );
    hand.close();
    await world.close();
    return {
      results: [
        {
          title: `index rebuild, ${events.toLocaleString('en')} events`,
          unit: 's',
          ...pairs,
          goal: { of: 'ratio', sense: '≤', value: 2 },
          limitIs: `scan of the same commits; the ${rows.length.toLocaleString('en')} rows deleted and inserted, FULL, 1,000 a transaction`,
          notes: ['Every want is satisfied: six events and five commits each.'],
        },
      ],
    };
  },
};

type Stored = readonly [partition: string, key: string, nonce: string, value: string, expiresAt: number | null];

/** What a rebuild leaves, in the order in which it puts it. */
async function rowsOfRebuild({ engine, store }: BenchEngine): Promise<readonly Stored[]> {
  const rows = new Map<string, Stored>();
  const name = ({ partition, key }: Pick<Row, 'partition' | 'key'>) => `${partition} ${key}`;
  const index: DroppableIndex = {
    ...store.index,
    put(row) {
      rows.set(name(row), [row.partition, row.key, row.nonce, JSON.stringify(row.value), row.expiresAt]);
      return store.index.put(row);
    },
    deleteExact(row) {
      rows.delete(name(row));
      return store.index.deleteExact(row);
    },
  };
  await rebuildIndexes({ ...engine, index }, index);
  return [...rows.values()];
}

function bareReadAndWrite(db: DatabaseSync, rows: readonly Stored[]): void {
  const scan = db.prepare('SELECT * FROM commits ORDER BY position');
  scan.setReturnArrays(true);
  let commits = 0;
  for (const _row of scan.iterate()) commits += 1;
  if (commits === 0) throw new Error('there are no commits to read');
  db.exec('DELETE FROM index_rows');
  const insert = db.prepare('INSERT INTO index_rows VALUES (?, ?, ?, ?, ?)');
  for (let at = 0; at < rows.length; at += rowsPerTransaction) {
    db.exec('BEGIN IMMEDIATE');
    for (const row of rows.slice(at, at + rowsPerTransaction)) insert.run(...row);
    db.exec('COMMIT');
  }
}
