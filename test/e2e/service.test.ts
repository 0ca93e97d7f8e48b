import { existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../../lib/log/sqlite.ts';
import { newServiceWorld, type ServiceWorld, until } from './serviceWorld.ts';

const config = (job: string) => `
import { defineGraph, job, partitions } from 'landfall';
const raw = partitions('raw/{n:integer}', { external: true });
const out = partitions('out/{n:integer}');
export default defineGraph({ name: 'tiny', owner: 'me', jobs: [job('make', { inputs: [raw.same()], outputs: [out], ${job} })] });
`;
const gatedJob = `
import { existsSync, appendFileSync } from 'node:fs';
import { defineJob } from 'landfall';
export default defineJob(async (run) => {
  appendFileSync('starts.txt', run.attempt + '\\n');
  while (!existsSync('open')) await new Promise((resolve) => setTimeout(resolve, 10));
  await run.write(run.outputs[0], [{ ok: true }]);
});
`;
const files = { 'landfall.config.ts': config("run: './make.ts'"), 'make.ts': gatedJob };

let world: ServiceWorld;
afterEach(() => world.remove());

const starts = () => readFileSync(join(world.folder, 'starts.txt'), 'utf8').trim().split('\n');
const wantState = async (id: string) => (await world.call('GET', `/wants/${id}`)).body.state;

async function wantOne(): Promise<string> {
  await world.call('POST', '/available', { partitions: [{ partitionRef: 'raw/1' }] });
  const { status, body } = await world.call('POST', '/wants', { partitionRef: 'out/1' });
  expect(status).toBe(201);
  return body.wantId;
}

describe('the service of a data folder', () => {
  it('is one: of two started at the same instant the other ends and says which runs', async () => {
    world = newServiceWorld(files);
    const [a, b] = await Promise.all([world.dev(), world.dev()]);
    await until(() => a.child.exitCode !== null || b.child.exitCode !== null);
    const [loser, winner] = a.child.exitCode !== null ? [a, b] : [b, a];
    expect(loser.child.exitCode).toBe(1);
    expect(loser.output()).toContain('runs on');
    expect(winner.child.exitCode).toBeNull();
    expect((await world.call('GET', '/health')).body.graph).toBe('tiny');
  });

  it('keeps its token over restarts, readable by its owner alone, and takes its file away at its end', async () => {
    world = newServiceWorld(files);
    const first = await world.dev();
    const token = readFileSync(join(world.data, 'token'), 'utf8');
    expect(statSync(join(world.data, 'token')).mode & 0o777).toBe(0o600);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(existsSync(join(world.data, 'service.json'))).toBe(false);
    await world.dev();
    expect(readFileSync(join(world.data, 'token'), 'utf8')).toBe(token);
    expect(first.output()).not.toContain(token);
  });

  it('comes back after kill -9 in the middle of a run, which starts again and is no new attempt', async () => {
    world = newServiceWorld(files);
    const first = await world.dev();
    const id = await wantOne();
    await until(() => existsSync(join(world.folder, 'starts.txt')));
    first.child.kill('SIGKILL');
    await first.ended;
    await world.dev();
    await until(() => starts().length === 2);
    world.write('open', '');
    await until(async () => (await wantState(id)) === 'satisfied');
    expect(starts()).toEqual(['1', '1']);
    const runs = (await world.call('GET', '/runs')).body.items;
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({ state: 'succeeded', attempt: 1 });
  });

  it('serves a changed graph; one that does not load leaves the old one serving, and says so', async () => {
    world = newServiceWorld(files);
    const dev = await world.dev();
    world.write('landfall.config.ts', 'enum Broken { A }\nexport default Broken;\n');
    await until(async () => (await world.call('GET', '/health')).body.status === 'degraded');
    expect((await world.call('GET', '/health')).body).toMatchObject({ graph: 'tiny' });
    expect((await world.call('GET', '/health')).body.configFault).toContain('landfall.config.ts:1');
    expect(dev.output()).toContain('goes on serving');
    world.write('landfall.config.ts', config("run: './make.ts'").replace("name: 'tiny'", "name: 'tiny2'"));
    await until(async () => (await world.call('GET', '/health')).body.graph === 'tiny2');
  });

  it('refuses to start on a config that does not load, with file and line', async () => {
    world = newServiceWorld({ ...files, 'landfall.config.ts': config("run: './none.ts'") });
    const dev = await world.dev();
    expect(await dev.ended).toBe(1);
    expect(dev.output()).toMatch(/landfall\.config\.ts:\d+: .*none\.ts/);
  });

  it('starts from a backup, which is a feed of its own', async () => {
    world = newServiceWorld(files);
    world.write('open', '');
    const first = await world.dev();
    const id = await wantOne();
    await until(async () => (await wantState(id)) === 'satisfied');
    first.child.kill('SIGTERM');
    await first.ended;
    const store = openSqlite(join(world.data, 'log.db'));
    await store.backup(join(world.folder, 'backup.db'));
    await store.close();
    renameSync(join(world.folder, 'backup.db'), join(world.data, 'log.db'));
    await world.dev();
    expect(await wantState(id)).toBe('satisfied');
    const again = (await world.call('POST', '/wants', { partitionRef: 'out/1' })).body.wantId;
    await until(async () => (await wantState(again)) === 'satisfied');
    expect(starts()).toEqual(['1']);
  });

  it('refuses data of a newer version, and leaves it as it is', async () => {
    world = newServiceWorld(files);
    const first = await world.dev();
    first.child.kill('SIGTERM');
    await first.ended;
    const path = join(world.data, 'log.db');
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 999');
    db.close();
    const before = readFileSync(path);
    const dev = await world.dev();
    expect(await dev.ended).toBe(1);
    expect(dev.output()).toMatch(/newer/);
    expect(dev.output()).not.toMatch(/\n\s+at /);
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});
