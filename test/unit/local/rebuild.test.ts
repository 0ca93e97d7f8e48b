import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BenchEngine, graphOf, openEngine } from '../../../bench/world/engine.ts';
import { reportAvailable } from '../../../lib/engine/externalCommands.ts';
import { cancelWant, createWant } from '../../../lib/engine/wantCommands.ts';
import { rebuildIndexes } from '../../../lib/local/rebuild.ts';
import type { Row } from '../../../lib/log/rowIndex.ts';

describe('a rebuild of the indexes', () => {
  let folder: string;
  let world: BenchEngine;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'landfall-rebuild-'));
    world = await openEngine(folder, { graph: graphOf(1), runsSucceed: true });
    await world.dispatcher.catchUp();
    world.dispatcher.start();
  });
  afterEach(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  const want = (wantId: string, ref: string) =>
    createWant(world.engine, { wantId, partitionRefs: [ref], ttlSeconds: 9, slaSeconds: 8, source: 'api' });

  it('makes the lists as they were, and the rows of what is open', async () => {
    await reportAvailable(world.engine, [{ partitionRef: 'single/1' }]);
    await want('want_made', 'solo/1');
    await want('want_pooled', 'pooled/1');
    await want('want_waits', 'warm/2'); // A job without a recorded duration: what is expected of it stays as it was.
    await want('want_waits_too', 'out00.3/7');
    await want('want_gone', 'solo/3');
    await cancelWant(world.engine, 'want_gone', { text: 'no longer' });
    await world.dispatcher.idle();
    await world.dispatcher.stop();
    const before = await allRows();
    await rebuildIndexes(world.engine, world.store.index);
    const after = await allRows();
    expect(after.filter(isList)).toEqual(before.filter(isList));
    expect(after.filter(isList).length).toBeGreaterThan(15);
    const rest = after.filter((row) => !isList(row));
    expect(rest).toEqual(before.filter((row) => !isList(row) && isNeeded(row)));
    expect(rest.filter(({ partition }) => partition.startsWith('waiter/')).length).toBe(4);
  });

  it('keeps what no commit tells', async () => {
    const own: Row = { partition: 'answers/me', key: 'k', nonce: 'answer', value: { status: 201 }, expiresAt: 99 };
    await world.store.index.put(own);
    await world.dispatcher.stop();
    await rebuildIndexes(world.engine, world.store.index);
    expect(await world.store.index.get(own.partition, own.key)).toEqual(own);
  });

  /**
   * All but what stands for itself. A registration is drawn anew, and since when a build waits for an input is in no
   * commit: after a rebuild it counts from then.
   */
  async function allRows(): Promise<readonly Omit<Row, 'nonce'>[]> {
    const { index } = world.store;
    const partitions = (await index.partitions('', 1_000)).filter((one) => one !== 'consumer');
    const pages = await Promise.all(partitions.map((one) => index.query(one, { limit: 1_000 })));
    return pages.flatMap(({ rows }) => rows.map(({ nonce: _nonce, ...row }) => withoutBuildSince(row)));
  }
});

function withoutBuildSince(row: Omit<Row, 'nonce'>): Omit<Row, 'nonce'> {
  if (!row.partition.startsWith('waiter/') || !row.key.startsWith('build/')) return row;
  const { since: _since, ...value } = row.value;
  return { ...row, value };
}

function isList({ partition }: Pick<Row, 'partition'>): boolean {
  return partition.startsWith('list/') || partition.startsWith('stats/');
}

/** Of an open want or its build: the others are left to expire. */
function isNeeded({ key }: Pick<Row, 'key'>): boolean {
  return /want_waits|build\/warm\/2|build\/make00\.3\/7/.test(key);
}
