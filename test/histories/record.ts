/**
 * Records what a release writes, once, when it is released: `./landfall --node test/histories/record.ts DIR`.
 *
 * Plays the demo in DIR (an empty folder outside of the clone: its path stands in the locations), then what the demo
 * leaves out: a cancel, a taint, a failure. Every later version folds the commits and opens the database.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { findSoon } from '../../lib/cli/demo/expect.ts';
import { runDemo } from '../../lib/cli/demo/runDemo.ts';
import { DemoService } from '../../lib/cli/demo/service.ts';
import { packageVersion } from '../../lib/local/version.ts';
import type { Commit } from '../../lib/log/eventLog.ts';
import { openSqlite } from '../../lib/log/sqlite.ts';
import type { WantView } from '../../lib/query/views.ts';
import { allCommits, summaryOf } from './fold.ts';

const [graphFolder = ''] = process.argv.slice(2);
const dataFolder = join(graphFolder, '.landfall');
const logFile = join(dataFolder, 'log.db');
const pathOf = (ending: string) => fileURLToPath(new URL(`./${packageVersion()}-demo.${ending}`, import.meta.url));

/** What the database keeps: enough to be opened and folded, small enough to be kept for ever. */
const kept = ['%2014-03-1%', '%/2014-03', '%/2014', 'pool/%', '%2013-08-20', '%2016-01%', 'want/want_0%'];

if ((await runDemo({ folder: graphFolder })) !== 0) throw new Error('the demo failed: nothing is recorded');
await encore();
const commits = await readCommits();
writeFileSync(
  pathOf('jsonl.gz'),
  gzipSync(commits.map((commit) => `${JSON.stringify(commit)}\n`).join(''), { level: 9 }),
);
writeFileSync(pathOf('json'), `${JSON.stringify(summaryOf(commits), null, 2)}\n`);
await keepDatabase();

async function encore(): Promise<void> {
  const service = new DemoService({ graphFolder, dataFolder, incoming: join(graphFolder, 'incoming') });
  await service.start();
  const { client } = service;
  const want = (partitionRef: string) => client.post<WantView>('/wants', { partitionRef, ttlSeconds: 600 });
  const ended = ({ wantId }: WantView) =>
    findSoon(`the end of ${wantId}`, 30, async () => {
      const { endedAt } = await client.get<WantView>(`/wants/${wantId}`);
      return endedAt;
    });
  const unloved = await want('weather/daily/2016-01-05');
  await client.delete(`/wants/${unloved.wantId}`);
  await client.post('/taint', { partitionRefs: ['weather/raw/2014-03-17'], reason: 'a broken gauge', dryRun: false });
  const report = { partitionRef: 'weather/raw/2016-01-01', location: 'incoming/none.csv' };
  const failing = await want('weather/rolling/2016-01-01');
  await client.post('/available', { partitions: [report] });
  await ended(failing);
  await findSoon('the taint of what was made', 30, async () => {
    const { state } = await client.get<{ state: string }>('/partitions/weather/yearly/2014');
    return state === 'tainted' ? state : null;
  });
  await service.stop();
}

async function readCommits(): Promise<readonly Commit[]> {
  const store = openSqlite(logFile, { readOnly: true });
  const commits = await allCommits(store.log);
  await store.close();
  return commits;
}

/** A copy of the real file without most streams and rows. */
async function keepDatabase(): Promise<void> {
  const path = pathOf('db');
  rmSync(path, { force: true });
  const store = openSqlite(logFile);
  await store.backup(path);
  await store.close();
  const db = new DatabaseSync(path);
  const others = (column: string) => kept.map((like) => `${column} NOT LIKE '${like}'`).join(' AND ');
  db.exec(`DELETE FROM commits WHERE ${others('stream')}`);
  db.exec(`DELETE FROM index_rows WHERE ${others("partition || '/' || key")}`);
  renumber(db);
  db.exec('PRAGMA journal_mode = DELETE; VACUUM');
  db.close();
}

/** A log's positions have no gaps. */
function renumber(db: DatabaseSync): void {
  const positions = db.prepare('SELECT position FROM commits ORDER BY position').all();
  const move = db.prepare('UPDATE commits SET position = ? WHERE position = ?');
  for (const [i, { position }] of positions.entries()) move.run(i + 1, position ?? null);
}
