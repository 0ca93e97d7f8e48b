import { deepStrictEqual } from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createWant } from '../../lib/engine/wantCommands.ts';
import type { Graph } from '../../lib/model/graph.ts';
import { logPathIn, openEngine } from './engine.ts';
import { openWantsOf, slaSeconds, sourcesFor, ttlSeconds, writeOpenWants } from './openWants.ts';

/** Has the engine make a few of the wants too. @throws AssertionError where it writes something else. */
export async function checkSameAsEngine(folder: string, graph: Graph): Promise<void> {
  const [prepared = '', real = ''] = ['prepared', 'real'].map((name) => join(folder, name));
  for (const path of [prepared, real]) mkdirSync(path, { recursive: true });
  const now = Date.now();
  const wants = openWantsOf(sourcesFor(30, 1, 3), now);
  await writeOpenWants(prepared, wants);
  const bench = await openEngine(real, { graph, clock: () => now, runsSucceed: false });
  for (const { wantId, output, key } of wants) {
    const partitionRefs = [`${output}/${key}`];
    await createWant(bench.engine, { wantId, partitionRefs, ttlSeconds, slaSeconds, source: 'api' });
  }
  await bench.drain();
  await bench.close();
  deepStrictEqual(contentOf(prepared), contentOf(real));
}

/** All but what is drawn anew each time. */
function contentOf(folder: string): unknown {
  const db = new DatabaseSync(logPathIn(folder), { readOnly: true });
  const commits = db.prepare('SELECT stream, revision, at, events, state FROM commits ORDER BY stream, revision').all();
  const rows = db.prepare("SELECT * FROM index_rows WHERE partition <> 'consumer' ORDER BY partition, key").all();
  db.close();
  return { commits, rows: rows.map(({ nonce, ...row }) => ({ ...row, isListed: nonce === 'list' })) };
}
