import { copyFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../../lib/log/sqlite.ts';
import { migrate, migrations, newestVersion, pragma } from '../../lib/log/sqliteSchema.ts';
import { newFolder, removeFolder } from './sqliteFolder.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = newFolder();
  path = `${folder}/log.db`;
});
afterEach(() => removeFolder(folder));

/** A file as a released landfall left it. */
function stored(version: number): string {
  return fileURLToPath(new URL(`../histories/sqlite-v${version}.db`, import.meta.url));
}

function schemaOf(file: string): unknown[] {
  const db = new DatabaseSync(file, { readOnly: true });
  const schema = db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all();
  db.close();
  return schema;
}

describe('migrations', () => {
  it('are numbered from 1 without a gap', () => {
    expect(migrations.map((each) => each.version)).toEqual(migrations.map((_, n) => n + 1));
  });

  it('refuse a version that they do not know', () => {
    const db = new DatabaseSync(':memory:');
    db.exec('PRAGMA user_version = 2');
    expect(() => migrate(db, 'a.db', [{ version: 1, sql: 'SELECT 1' }])).toThrow(/reads up to 1/);
  });

  it('run only the steps that a file lacks', () => {
    const db = new DatabaseSync(':memory:');
    const first = { version: 1, sql: 'CREATE TABLE a (x)' };
    migrate(db, 'a.db', [first]);
    migrate(db, 'a.db', [first, { version: 2, sql: 'ALTER TABLE a ADD COLUMN y' }]);
    expect(pragma(db, 'user_version')).toBe(2);
    expect(db.prepare('SELECT x, y FROM a').all()).toEqual([]);
  });

  it('leave a whole version behind when a step fails in its middle', () => {
    const db = new DatabaseSync(':memory:');
    const steps = [
      { version: 1, sql: 'CREATE TABLE a (x)' },
      { version: 2, sql: 'CREATE TABLE b (x); CREATE TABLE a (x)' },
    ];
    expect(() => migrate(db, 'a.db', steps)).toThrow(/already exists/);
    expect(pragma(db, 'user_version')).toBe(1);
    expect(db.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'a' }]);
    migrate(db, 'a.db', [steps[0]!, { version: 2, sql: 'CREATE TABLE b (x)' }]);
    expect(pragma(db, 'user_version')).toBe(2);
  });
});

describe('a stored file', () => {
  it.each(migrations.map((each) => each.version))('of version %d opens with all that it held', async (version) => {
    copyFileSync(stored(version), path);
    const store = openSqlite(path);
    expect(store.generation).toMatch(/^[\w-]{16}$/);
    const { items } = await store.log.list({});
    expect(items.map(({ commit }) => `${commit.stream}@${commit.revision}`)).toEqual([
      'want/want_01JGFJJZ000000000000000001@1',
      'external/weather/raw/2012-01-31@1',
      'build/clean/2012-01-31@1',
      'build/clean/2012-01-31@2',
      'want/want_01JGFJJZ000000000000000001@2',
    ]);
    expect((await store.log.head('build/clean/2012-01-31'))?.state).toEqual({ stateVersion: 1, attempts: 1 });
    expect(items[1]?.commit.events[0]).toMatchObject({ type: 'PartitionReported', location: 'café.csv' });
    expect(await store.index.partitions()).toEqual(['due/7', 'waiters/weather/raw/2012-01-31']);
    expect((await store.index.query('due/7')).rows).toEqual([
      { partition: 'due/7', key: '2012-02-07', nonce: 'n1', value: { subject: 'want' }, expiresAt: 1_329_177_600_000 },
    ]);
    await store.close();
  });

  it.each(migrations.map((each) => each.version))(
    'of version %d ends with the schema of a new one',
    async (version) => {
      copyFileSync(stored(version), path);
      await openSqlite(path).close();
      await openSqlite(`${folder}/new.db`).close();
      expect(schemaOf(path)).toEqual(schemaOf(`${folder}/new.db`));
    },
  );

  it('of an older version is not changed by one who only reads', async () => {
    await openSqlite(path).close();
    const db = new DatabaseSync(path);
    db.exec(`PRAGMA user_version = ${newestVersion - 1}`);
    db.close();
    expect(() => openSqlite(path, { readOnly: true })).toThrow(/start the service once/);
  });
});
