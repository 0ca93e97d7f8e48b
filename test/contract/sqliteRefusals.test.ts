import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewCommit } from '../../lib/log/eventLog.ts';
import { openSqlite } from '../../lib/log/sqlite.ts';
import { createFile } from '../../lib/log/sqliteOpen.ts';
import { newFolder, removeFolder } from './sqliteFolder.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = newFolder();
  path = `${folder}/log.db`;
});
afterEach(() => removeFolder(folder));

function commit(n: number, pad = ''): NewCommit {
  return { commitId: `commit${n}`, at: n, events: [{ type: 'Happened', v: 1, pad }], state: null };
}

async function written(commits: number): Promise<void> {
  const store = openSqlite(path);
  await Promise.all(
    Array.from({ length: commits }, (_, n) => store.log.append(`want/${n}`, 0, commit(n, 'x'.repeat(500)))),
  );
  await store.close();
}

/** One sentence for a person: where, what, and what to do, without a stack or a line break. */
function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toMatchObject({ code: 'LOG_REFUSED' });
    const { message } = error as Error;
    expect(message).toContain(path);
    expect(message).not.toContain('\n');
    return message;
  }
  throw new Error('nothing was refused');
}

/** Damages pages of the file behind SQLite's back. */
function damage(firstPage: number, pages = 1): void {
  const content = readFileSync(path);
  content.fill(0xff, firstPage * 4096 + (firstPage === 0 ? 100 : 0), (firstPage + pages) * 4096);
  writeFileSync(path, content);
}

describe('a file that SQLite holds', () => {
  it('is refused when a newer landfall wrote it, and left as it was', async () => {
    await written(1);
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 999');
    db.close();
    const before = readFileSync(path);
    expect(refusal(() => openSqlite(path))).toMatch(/version 999.*use the newer landfall/);
    expect(refusal(() => openSqlite(path, { readOnly: true }))).toMatch(/version 999/);
    expect(readFileSync(path)).toEqual(before);
  });

  it('is refused when it is no database', () => {
    writeFileSync(path, 'This is a text, and it is longer than the header of a database. '.repeat(20));
    expect(refusal(() => openSqlite(path))).toMatch(/not a log of landfall: move it away/);
  });

  it('is refused when it is a database of something else', () => {
    const db = new DatabaseSync(path);
    db.exec('CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)');
    db.close();
    const before = readFileSync(path);
    expect(refusal(() => openSqlite(path))).toMatch(/not a log of landfall/);
    expect(readFileSync(path)).toEqual(before);
  });

  it('is refused when it is empty', () => {
    writeFileSync(path, '');
    expect(refusal(() => openSqlite(path))).toMatch(/damaged \(it is empty\).*put a backup back/);
    expect(statSync(path).size).toBe(0);
  });

  it('is refused when it is a folder', () => {
    path = folder;
    expect(refusal(() => openSqlite(folder))).toMatch(/is not a file/);
  });

  it.each([0.3, 0.9])('is refused when it was cut to %d of its length', async (part) => {
    await written(2000);
    truncateSync(path, Math.floor(statSync(path).size * part));
    expect(refusal(() => openSqlite(path))).toMatch(/damaged .*put a backup back/);
  });

  it('is refused when its first page is damaged', async () => {
    await written(10);
    damage(0);
    expect(refusal(() => openSqlite(path))).toMatch(/damaged .*put a backup back/);
  });

  it('is refused by verify when any page is damaged', async () => {
    await written(2000);
    damage(100);
    const store = openSqlite(path);
    expect(refusal(() => store.verify())).toMatch(/damaged .*put a backup back/);
    await store.close();
  });

  it('is refused at once when a page is damaged and the last service did not end cleanly', async () => {
    await written(2000);
    const store = openSqlite(path);
    await store.log.append('want/last', 0, commit(2000));
    const wal = readFileSync(`${path}-wal`);
    await store.close();
    damage(100);
    writeFileSync(`${path}-wal`, wal);
    expect(refusal(() => openSqlite(path))).toMatch(/damaged .*put a backup back/);
  });

  it('refuses to read a damaged page, and says so', async () => {
    await written(2000);
    damage(20, statSync(path).size / 4096 - 40);
    const store = openSqlite(path);
    const walk = async () => {
      for (let page = await store.log.list({}, undefined, 1000); page.more; ) {
        page = await store.log.list({}, page.nextCursor, 1000);
      }
    };
    await expect(walk()).rejects.toMatchObject({ code: 'LOG_REFUSED', message: expect.stringContaining('is damaged') });
    await store.close();
  });

  it('is refused when it does not exist and is only to be read', () => {
    expect(refusal(() => openSqlite(path, { readOnly: true }))).toMatch(/nothing was recorded here yet/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses every write when it is only to be read, while another one writes', async () => {
    const writer = openSqlite(path);
    await writer.log.append('want/a', 0, commit(1));
    const reader = openSqlite(path, { readOnly: true });
    await expect(reader.log.append('want/a', 1, commit(2))).rejects.toMatchObject({ code: 'LOG_REFUSED' });
    await writer.log.append('want/a', 1, commit(2));
    expect((await reader.log.head('want/a'))?.revision).toBe(2);
    await reader.close();
    await writer.close();
  });

  it.each(['folder', 'file'])('is refused in one sentence when its %s may not be written', async (what) => {
    if (what === 'file') await written(1);
    const child = fileURLToPath(new URL('./sqliteReadOnly.child.ts', import.meta.url));
    const message = execFileSync(process.execPath, [child, folder, path], { encoding: 'utf8' });
    expect(message).toMatch(/^LOG_REFUSED \S+log\.db cannot be written: give this user write access[^\n]*$/);
  });
});

describe('two writers of one file', () => {
  it('make it once when both found none', async () => {
    const store = openSqlite(path);
    await store.log.append('want/a', 0, commit(1));
    createFile(path);
    await store.close();
    expect(readdirSync(folder)).toEqual(['log.db']);
    const again = openSqlite(path);
    expect((await again.log.head('want/a'))?.commitId).toBe('commit1');
    await again.close();
  });

  it('see each other and leave no gap', async () => {
    const stores = [openSqlite(path), openSqlite(path)];
    const attempts = stores.flatMap((store, of) =>
      Array.from({ length: 20 }, async (_, n) => {
        for (let done = false; !done; ) {
          const revision = (await store.log.head('want/a'))?.revision ?? 0;
          const next = { ...commit(n), commitId: `commit${of}.${n}.${revision}` };
          done = await store.log.append('want/a', revision, next).then(
            () => true,
            () => false,
          );
        }
      }),
    );
    await Promise.all(attempts);
    expect((await stores[0]!.log.head('want/a'))?.revision).toBe(40);
    stores[1]!.verify();
    for (const store of stores) await store.close();
  });
});
