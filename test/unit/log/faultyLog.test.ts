import { describe, expect, it } from 'vitest';
import type { Commit, EventLog, NewCommit } from '../../../lib/log/eventLog.ts';
import { createFaultyIndex, createFaultyLog, type Fault, type LogOperation } from '../../../lib/log/faultyLog.ts';
import { createMemoryIndex } from '../../../lib/log/memoryIndex.ts';
import { createMemoryLog } from '../../../lib/log/memoryLog.ts';
import type { Row } from '../../../lib/log/rowIndex.ts';

const commit: NewCommit = { commitId: 'c', at: 1, events: [{ type: 'Happened', v: 1 }], state: null };
const row: Row = { partition: 'p', key: 'k', nonce: 'n', value: {}, expiresAt: null };
async function all(log: EventLog): Promise<Commit[]> {
  const commits: Commit[] = [];
  for await (const each of log.read('want/a')) commits.push(each);
  return commits;
}

const unavailable = { code: 'LOG_UNAVAILABLE' };

function faultyLog(fault: Fault) {
  const inner = createMemoryLog();
  return { inner, log: createFaultyLog(inner, () => fault) };
}

describe('a log with faults', () => {
  it('writes nothing when it is unavailable before', async () => {
    const { inner, log } = faultyLog('unavailableBefore');
    await expect(log.append('want/a', 0, commit)).rejects.toMatchObject(unavailable);
    expect(await inner.head('want/a')).toBeNull();
  });

  it('has written when it is unavailable after', async () => {
    const { inner, log } = faultyLog('unavailableAfter');
    await expect(log.append('want/a', 0, commit)).rejects.toMatchObject(unavailable);
    expect((await inner.head('want/a'))?.revision).toBe(1);
  });

  it('writes nothing on a conflict that nobody made', async () => {
    const { inner, log } = faultyLog('conflict');
    await expect(log.append('want/a', 0, commit)).rejects.toMatchObject({ code: 'REVISION_CONFLICT', expected: 0 });
    expect(await inner.head('want/a')).toBeNull();
    expect(await log.head('want/a')).toBeNull();
  });

  it('fails reads and lists', async () => {
    const { log } = faultyLog('unavailableBefore');
    await expect(log.head('want/a')).rejects.toMatchObject(unavailable);
    await expect(log.list({})).rejects.toMatchObject(unavailable);
    await expect(all(log)).rejects.toMatchObject(unavailable);
  });

  it('breaks a read off after its first commit', async () => {
    const { inner, log } = faultyLog('unavailableAfter');
    for (const revision of [0, 1]) await inner.append('want/a', revision, { ...commit, commitId: `c${revision}` });
    const seen: Commit[] = [];
    const reading = async () => {
      for await (const each of log.read('want/a')) seen.push(each);
    };
    await expect(reading()).rejects.toMatchObject(unavailable);
    expect(seen.map((each) => each.revision)).toEqual([1]);
  });

  it('asks once for each operation, and names it', async () => {
    const asked: LogOperation[] = [];
    const decide = (operation: LogOperation): Fault => {
      asked.push(operation);
      return 'none';
    };
    const log = createFaultyLog(createMemoryLog(), decide);
    const index = createFaultyIndex(createMemoryIndex(), decide);
    await log.append('want/a', 0, commit);
    await all(log);
    await index.put(row);
    await index.clear();
    expect(asked).toEqual([
      { port: 'log', name: 'append', subject: 'want/a' },
      { port: 'log', name: 'read', subject: 'want/a' },
      { port: 'index', name: 'put', subject: 'p' },
      { port: 'index', name: 'clear', subject: '' },
    ]);
  });
});

describe('an index with faults', () => {
  it('has removed the row when only the answer was lost', async () => {
    const inner = createMemoryIndex();
    await inner.put(row);
    const index = createFaultyIndex(inner, () => 'unavailableAfter');
    await expect(index.deleteExact(row)).rejects.toMatchObject(unavailable);
    expect(await inner.get('p', 'k')).toBeNull();
  });
});
