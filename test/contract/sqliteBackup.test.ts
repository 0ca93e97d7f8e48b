import { readdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite, type SqliteStore } from '../../lib/log/sqlite.ts';
import { newFolder, removeFolder } from './sqliteFolder.ts';

function append(store: SqliteStore, n: number) {
  const commit = {
    commitId: `commit${n}`,
    at: n,
    events: [{ type: 'Happened', v: 1, pad: 'x'.repeat(500) }],
    state: null,
  };
  return store.log.append(`want/${n}`, 0, commit);
}

describe('a backup', () => {
  let folder: string;
  let store: SqliteStore;

  beforeEach(() => {
    folder = newFolder();
    store = openSqlite(`${folder}/log.db`);
  });
  afterEach(async () => {
    await store.close();
    removeFolder(folder);
  });

  it('refuses to overwrite a file', async () => {
    writeFileSync(`${folder}/copy.db`, 'mine');
    const refused = { code: 'LOG_REFUSED', message: expect.stringContaining('choose another name') };
    await expect(store.backup(`${folder}/copy.db`)).rejects.toMatchObject(refused);
  });

  it('leaves nothing behind where it cannot be written', async () => {
    const refused = { code: 'LOG_REFUSED', message: expect.stringContaining('cannot be written') };
    await expect(store.backup(`${folder}/none/copy.db`)).rejects.toMatchObject(refused);
    expect(readdirSync(folder).filter((name) => !name.startsWith('log.db'))).toEqual([]);
  });

  it('is whole, of one moment, while the log is written', async () => {
    await Promise.all(Array.from({ length: 3000 }, (_, n) => append(store, n)));
    let backedUp = false;
    const copying = store.backup(`${folder}/copy.db`).then(() => {
      backedUp = true;
    });
    for (let n = 3000; !backedUp; n++) await append(store, n);
    await copying;
    const copy = openSqlite(`${folder}/copy.db`);
    copy.verify();
    expect((await copy.log.list({}, undefined, 1000)).items).toHaveLength(1000);
    await copy.close();
    expect(readdirSync(folder).toSorted()).toEqual(['copy.db', 'log.db', 'log.db-shm', 'log.db-wal']);
  });

  it('answers cursors of the log it was made from with where to restart', async () => {
    await append(store, 1);
    const { nextCursor } = await store.log.list({});
    await store.backup(`${folder}/copy.db`);
    const copy = openSqlite(`${folder}/copy.db`);
    await expect(copy.log.list({}, nextCursor)).rejects.toMatchObject({ code: 'CURSOR_GONE' });
    await copy.close();
  });

  it('answers cursors of what it lacks with where to restart, even when the plain file was copied', async () => {
    await append(store, 1);
    await store.close();
    const older = openSqlite(`${folder}/log.db`);
    await older.close();
    const { copyFileSync } = await import('node:fs');
    copyFileSync(`${folder}/log.db`, `${folder}/plain.db`);
    store = openSqlite(`${folder}/log.db`);
    await append(store, 2);
    const { nextCursor } = await store.log.list({});
    const restored = openSqlite(`${folder}/plain.db`);
    expect(restored.generation).toBe(store.generation);
    await expect(restored.log.list({}, nextCursor)).rejects.toMatchObject({ code: 'CURSOR_GONE' });
    await append(restored, 3);
    await expect(restored.log.list({}, nextCursor)).rejects.toMatchObject({ code: 'CURSOR_GONE' });
    await restored.close();
  });
});

describe('expired rows', () => {
  it('go by bounded steps, and only after their moment', async () => {
    const folder = newFolder();
    const { index, close } = openSqlite(`${folder}/log.db`);
    const keys = Array.from({ length: 10 }, (_, n) => `${n}`);
    await Promise.all(
      keys.map((key) => index.put({ partition: 'p', key, nonce: 'n', value: {}, expiresAt: Number(key) })),
    );
    await index.put({ partition: 'p', key: 'kept', nonce: 'n', value: {}, expiresAt: null });
    expect(await index.purgeExpired(8, 5)).toBe(5);
    expect(await index.purgeExpired(8, 5)).toBe(3);
    expect(await index.purgeExpired(8, 5)).toBe(0);
    expect((await index.query('p')).rows.map((row) => row.key)).toEqual(['8', '9', 'kept']);
    await close();
    removeFolder(folder);
  });
});
