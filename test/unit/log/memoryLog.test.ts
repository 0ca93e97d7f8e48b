import { describe, expect, it } from 'vitest';
import type { NewCommit } from '../../../lib/log/eventLog.ts';
import { createMemoryIndex } from '../../../lib/log/memoryIndex.ts';
import { createMemoryLog, type MemoryLog } from '../../../lib/log/memoryLog.ts';

function commit(n: number): NewCommit {
  return { commitId: `commit${n}`, at: n, events: [{ type: 'Happened', v: 1, deep: { n } }], state: { n } };
}

async function filled(log: MemoryLog): Promise<MemoryLog> {
  for (let n = 0; n < 20; n++) await log.append(`want/${n}`, 0, commit(n));
  return log;
}

async function streams(log: MemoryLog): Promise<string[]> {
  return (await log.list({}, undefined, 1000)).items.map((item) => item.commit.stream);
}

describe('the log in memory', () => {
  it('throws at whoever changes what it gave out', async () => {
    const log = await filled(createMemoryLog());
    const head = (await log.head('want/1')) as unknown as { state: { n: number }; events: [{ deep: { n: number } }] };
    expect(() => Object.assign(head.state, { n: 9 })).toThrow(TypeError);
    expect(() => Object.assign(head.events[0].deep, { n: 9 })).toThrow(TypeError);
    expect(() => Object.assign(head, { state: null })).toThrow(TypeError);
  });

  it('shuffles the feed across streams, by the draws it was given and otherwise alike each time', async () => {
    const appended = Array.from({ length: 20 }, (_, n) => `want/${n}`);
    const first = await streams(await filled(createMemoryLog()));
    expect(first).not.toEqual(appended);
    expect(first.toSorted()).toEqual(appended.toSorted());
    expect(await streams(await filled(createMemoryLog()))).toEqual(first);
    expect(await streams(await filled(createMemoryLog({ random: () => 0 })))).not.toEqual(first);
  });

  it('lays a renewed feed out in another order, with all commits, and its old cursors gone', async () => {
    const log = await filled(createMemoryLog());
    await log.append('want/1', 1, commit(99));
    const { nextCursor } = await log.list({});
    const before = await streams(log);
    log.renewFeed('second');
    await expect(log.list({}, nextCursor)).rejects.toMatchObject({ code: 'CURSOR_GONE' });
    const after = await streams(log);
    expect(after).not.toEqual(before);
    expect(after.toSorted()).toEqual(before.toSorted());
    const ofOne = (await log.list({ streamKinds: ['want'] }, undefined, 1000)).items.filter(
      (item) => item.commit.stream === 'want/1',
    );
    expect(ofOne.map((item) => item.commit.revision)).toEqual([1, 2]);
  });

  it('has written when append returns, before its answer is awaited', async () => {
    const log = createMemoryLog();
    const [first, second] = [log.append('want/a', 0, commit(1)), log.append('want/a', 0, commit(2))];
    await expect(second).rejects.toMatchObject({ code: 'REVISION_CONFLICT' });
    expect(await first).toEqual({ revision: 1, duplicate: false });
  });
});

describe('the index in memory', () => {
  it('throws at whoever changes what it gave out', async () => {
    const index = createMemoryIndex();
    await index.put({ partition: 'p', key: 'k', nonce: 'n', value: { deep: { n: 1 } }, expiresAt: null });
    const row = (await index.get('p', 'k')) as unknown as { value: { deep: object } };
    expect(() => Object.assign(row.value.deep, { n: 2 })).toThrow(TypeError);
  });
});
