import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewCommit } from '../../lib/log/eventLog.ts';
import { GroupCommit } from '../../lib/log/groupCommit.ts';
import { createSqliteIndex } from '../../lib/log/sqliteIndex.ts';
import { createSqliteLog } from '../../lib/log/sqliteLog.ts';
import { openFile } from '../../lib/log/sqliteOpen.ts';
import { pragma } from '../../lib/log/sqliteSchema.ts';
import { newFolder, removeFolder } from './sqliteFolder.ts';

function commit(n: number, pad = ''): NewCommit {
  return { commitId: `commit${n}`, at: n, events: [{ type: 'Happened', v: 1, pad }], state: null };
}

/** SQLite answers alike when the disk is full and when the file may not grow: no page is to be had. */
describe('a full disk', () => {
  let folder: string;
  let rung: number;
  let store: ReturnType<typeof openParts>;

  function openParts(path: string) {
    const db = openFile(path, false);
    const writes = new GroupCommit(db, path, () => {
      rung += 1;
    });
    const submit = <T>(execute: () => T) => writes.submit(execute);
    const log = createSqliteLog({ alone: false, db, path, generation: 'g', submit, appended: () => {} });
    return { db, log, index: createSqliteIndex({ db, path, submit }) };
  }

  beforeEach(() => {
    rung = 0;
    folder = newFolder();
    store = openParts(`${folder}/log.db`);
  });
  afterEach(() => {
    store.db.close();
    removeFolder(folder);
  });

  function fillDisk(): void {
    store.db.exec(`PRAGMA max_page_count = ${pragma(store.db, 'page_count')}`);
  }

  it('rejects the whole group in one sentence, and keeps what was acknowledged', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, n) => store.log.append(`want/${n}`, 0, commit(n))));
    fillDisk();
    const small = store.log.append('want/small', 0, commit(100));
    const large = store.log.append('want/large', 0, commit(101, 'x'.repeat(100_000)));
    const row = store.index.put({ partition: 'p', key: 'k', nonce: 'n', value: {}, expiresAt: null });
    for (const refused of await Promise.allSettled([small, large, row])) {
      expect(refused).toMatchObject({
        status: 'rejected',
        reason: { code: 'LOG_UNAVAILABLE', message: expect.stringMatching(/is full: free some space/) },
      });
    }
    expect(rung).toBe(1);
    expect(await store.log.head('want/small')).toBeNull();
    expect((await store.log.list({}, undefined, 1000)).items).toHaveLength(100);
  });

  it('takes the same write when there is space again', async () => {
    fillDisk();
    const large = commit(1, 'x'.repeat(100_000));
    await expect(store.log.append('want/a', 0, large)).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    store.db.exec('PRAGMA max_page_count = 100000');
    expect(await store.log.append('want/a', 0, large)).toEqual({ revision: 1, duplicate: false });
  });
});

describe('a group of writes', () => {
  it('refuses a conflict alone, and writes the others in their order', async () => {
    const folder = newFolder();
    const path = `${folder}/log.db`;
    const db = openFile(path, false);
    const groups: number[] = [];
    const writes = new GroupCommit(db, path, () => groups.push(1));
    const submit = <T>(execute: () => T) => writes.submit(execute);
    const log = createSqliteLog({ alone: false, db, path, generation: 'g', submit, appended: () => {} });
    const settled = await Promise.allSettled([
      log.append('want/a', 0, commit(1)),
      log.append('want/a', 0, commit(2)),
      log.append('want/a', 1, commit(3)),
    ]);
    expect(settled.map((each) => each.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(groups).toHaveLength(1);
    writes.close();
    await expect(log.append('want/a', 2, commit(4))).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    db.close();
    removeFolder(folder);
  });
});
