import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventView, RunView, WantView } from '../../lib/query/views.ts';
import { isAlive } from './alive.ts';
import { type CliOptions, type Ended, runCli, startCli } from './fakeService.ts';

const config = `import { defineGraph, job, partitions } from 'landfall';

const raw = partitions('in/{date:day}', { external: true, owner: 'station' });
const out = partitions('out/{date:day}');
const bad = partitions('bad/{date:day}');
const slow = partitions('slow/{date:day}');

export default defineGraph({
  name: 'small',
  owner: 'team',
  jobs: [
    job('copy', { inputs: [raw.same()], outputs: [out], run: './jobs/copy.ts' }),
    job('spoil', { inputs: [raw.same()], outputs: [bad], run: { command: ['sh', '-c', 'echo about to fail; exit 3'] } }),
    job('linger', { inputs: [raw.same()], outputs: [slow], run: { command: ['sh', '-c', 'echo lingering; sleep 600'] } }),
  ],
});
`;
const copy = `import { defineJob } from 'landfall';

export default defineJob(async (run) => {
  for (const output of run.outputs) await run.write(output.partitionRef, 'a row');
});
`;

let graphFolder: string;
beforeEach(() => {
  graphFolder = mkdtempSync(join(tmpdir(), 'landfall-real-'));
  mkdirSync(join(graphFolder, 'jobs'));
  writeFileSync(join(graphFolder, 'landfall.config.ts'), config);
  writeFileSync(join(graphFolder, 'jobs/copy.ts'), copy);
});
afterEach(async () => {
  const service = readService();
  if (service !== null) await end(service.pid, 'SIGTERM');
  rmSync(graphFolder, { recursive: true, force: true });
});

const options = (): CliOptions => ({ cwd: graphFolder });
const landfall = (...args: string[]): Promise<Ended> => runCli(args, options());
const serviceLog = (): string => readFileSync(join(graphFolder, '.landfall/service.log'), 'utf8');

function readService(): { readonly pid: number; readonly url: string } | null {
  const path = join(graphFolder, '.landfall/service.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

async function end(pid: number, signal: NodeJS.Signals): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, signal);
  await vi.waitUntil(() => !isAlive(pid), { timeout: 30_000 });
}

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await landfall(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe('the service of a graph folder', () => {
  it('starts by itself, and is found again', async () => {
    const first = await landfall('want', 'create', 'out/2014-05-17');
    expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('Starting landfall for landfall-real-') });
    const { pid } = readService()!;
    expect((await landfall('want', 'list')).stderr).toBe('');
    expect(readService()?.pid).toBe(pid);
  });

  it('is one, however many commands start it at the same instant', async () => {
    const ended = await Promise.all([1, 2, 3].map(() => landfall('want', 'list')));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(serviceLog().match(/serves the graph small/g)).toHaveLength(1);
  });

  it('is started anew where a killed one left its file, also when its number is another process now', async () => {
    await landfall('want', 'create', 'out/2014-05-17');
    const { pid } = readService()!;
    await end(pid, 'SIGKILL');
    expect(await json<{ items: WantView[] }>('want', 'list')).toMatchObject({ items: [{ state: 'waiting' }] });
    const second = readService()!;
    await end(second.pid, 'SIGKILL');
    writeFileSync(join(graphFolder, '.landfall/service.json'), JSON.stringify({ ...second, pid: process.pid }));
    expect((await landfall('want', 'list')).code).toBe(0);
    expect(readService()?.pid).not.toBe(process.pid);
  });

  it('refuses a second one, and says which runs', async () => {
    await landfall('want', 'list');
    const { code, stdout } = await landfall('dev');
    expect(code).toBe(1);
    expect(stdout).toContain(`(process ${readService()?.pid})`);
  });

  it('that does not load says why, with file and line', async () => {
    writeFileSync(
      join(graphFolder, 'landfall.config.ts'),
      config.replace('[raw.same()], outputs: [out]', '[raw.nix()], outputs: [out]'),
    );
    const { code, stdout, stderr } = await landfall('want', 'list');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/landfall\.config\.ts:\d+/);
    expect(readService()).toBeNull();
  });

  it('ends by itself when nothing is open and nobody asks', async () => {
    expect(await landfall('dev', '--idle-seconds', '1')).toMatchObject({ code: 0 });
    expect(readService()).toBeNull();
  });
});

describe('build', () => {
  it('waits for what is missing, and ends when it is there', async () => {
    const building = startCli(['build', 'out/2014-05-17', '--json'], options());
    await vi.waitUntil(() => building.said.stdout.includes('\n'), { timeout: 60_000 });
    const why = await landfall('why', 'out/2014-05-17');
    expect(why.stdout.replaceAll(/\s+/g, ' ')).toContain('out/2014-05-17 is blocked by in/2014-05-17 (since');
    expect(why.stdout).toContain('owner station');
    expect((await landfall('partition', 'report', 'in/2014-05-17')).code).toBe(0);
    const { code, stdout } = await building.ended;
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as WantView & EventView);
    const types = lines.map((line) => line.type ?? line.state);
    expect(types[0]).toBe('waiting');
    expect(types.slice(-3).toSorted()).toEqual(['PartitionLive', 'WantSatisfied', 'satisfied']);
    expect((await landfall('why', 'out/2014-05-17')).stdout).toBe('out/2014-05-17 is there: nothing blocks it.\n');
  });

  it('outlasts a service that is killed meanwhile', async () => {
    const building = startCli(['build', 'out/2014-05-17'], options());
    await vi.waitUntil(() => building.said.stderr.includes('1 run'), { timeout: 60_000 });
    await end(readService()!.pid, 'SIGKILL');
    expect((await landfall('partition', 'report', 'in/2014-05-17')).code).toBe(0);
    const { code, stdout } = await building.ended;
    expect(stdout).toMatch(/^live {6}out\/2014-05-17 /);
    expect(code).toBe(0);
  });

  it('makes what is there anew with --rebuild', async () => {
    await landfall('partition', 'report', 'in/2014-05-17');
    expect((await landfall('build', 'out/2014-05-17')).code).toBe(0);
    const before = await json<{ instance: { instanceId: string } }>('partition', 'show', 'out/2014-05-17');
    expect((await landfall('build', 'out/2014-05-17', '--rebuild')).code).toBe(0);
    const after = await json<typeof before>('partition', 'show', 'out/2014-05-17');
    expect(after.instance.instanceId).not.toBe(before.instance.instanceId);
  });

  it('says why it failed, and what the run said last', async () => {
    await landfall('partition', 'report', 'in/2014-05-17');
    const { code, stdout } = await landfall('build', 'bad/2014-05-17');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^failed {4}bad\/2014-05-17\n/);
    expect(stdout).toContain('about to fail');
    const [, runId = ''] = /See more: landfall run log (run_\w+)/.exec(stdout) ?? [];
    expect((await landfall('run', 'log', runId)).stdout).toContain('about to fail\n');
    expect((await landfall('want', 'status', 'bad/2014-05-17')).stdout).toMatch(/^state +failed$/m);
  });

  it('leaves its want open at Ctrl-C, and ends with 1 when the run is cancelled', async () => {
    await landfall('partition', 'report', 'in/2014-05-17');
    const building = startCli(['build', 'slow/2014-05-17'], options());
    await vi.waitUntil(() => building.said.stderr.includes('1 run'), { timeout: 60_000 });
    building.child.kill('SIGINT');
    expect((await building.ended).code).toBe(130);
    const again = startCli(['build', 'slow/2014-05-17'], options());
    await vi.waitUntil(() => again.said.stderr.includes('wants slow'), { timeout: 60_000 });
    const { items } = await json<{ items: RunView[] }>('run', 'list', '--state', 'running');
    expect(items).toHaveLength(1);
    const log = startCli(['run', 'log', items[0]!.runId, '--follow'], options());
    await vi.waitUntil(() => log.said.stdout.includes('lingering'), { timeout: 60_000 });
    expect((await landfall('run', 'cancel', items[0]!.runId, '--reason', 'too slow')).code).toBe(0);
    expect((await again.ended).code).toBe(1);
    expect((await log.ended).code).toBe(0);
    const wants = await json<{ items: WantView[] }>('want', 'list');
    expect(wants.items.map((want) => want.state)).toEqual(['failed', 'failed']);
  });
});

describe('the other commands', () => {
  it('answer what the API answers, in the shapes that they print', async () => {
    await landfall('partition', 'report', 'in/2014-05-17', '--instance', 'v1');
    await landfall(
      'want',
      'create',
      'out/2014-05-17',
      'out/2014-05-18',
      '--sla',
      '0s',
      '--comment',
      'for May',
      '--ttl',
      '1h',
    );
    await landfall('build', 'out/2014-05-17');
    expect((await landfall('want', 'list')).stdout).toMatch(/^want_\S+ +waiting .*out\/2014-05-17 \+1$/m);
    expect((await landfall('plan', 'out/2014-05-18')).stdout).toMatch(
      /^1 run.*in this order:\n[\s\S]*1 partition would be/,
    );
    expect((await landfall('lineage', 'in/2014-05-17', '--down')).stdout).toContain('├─ out/2014-05-17  live\n');
    expect((await landfall('partition', 'list', '--state', 'live')).stdout).toMatch(/^out\/2014-05-17 +live/m);
    expect((await landfall('run', 'list')).stdout).toMatch(/^run_\S+ +succeeded +copy/m);
    const dry = await landfall('partition', 'taint', 'in/2014-05-17', '--reason', 'wrong');
    expect(dry.stdout).toBe('in/2014-05-17 would be tainted\nout/2014-05-17 would be tainted with it\n');
    await landfall('partition', 'taint', 'in/2014-05-17', '--reason', 'wrong', '--yes');
    expect((await landfall('partition', 'show', 'in/2014-05-17')).stdout).toMatch(/^state +tainted$/m);
    const events = await landfall('events', '--type', 'PartitionTainted');
    expect(events.stdout).toMatch(/PartitionTainted +in\/2014-05-17 +wrong$/m);
    const cursor = /--since (\S+)/.exec(events.stderr)?.[1] ?? '';
    expect((await landfall('events', '--since', cursor, '--type', 'WantCreated')).stdout).toBe('');
    expect((await landfall('sla')).code).toBe(0);
    expect((await landfall('doctor')).code).toBe(0);
    // A key waits 300 ms at most, which a busy machine may need for itself.
    const completed = async () => expect((await landfall('__complete', '--', 'build', 'ou')).stdout).toBe('out/\n');
    await vi.waitFor(completed, { timeout: 60_000 });
  });

  it('refuse with the API’s sentence and its code', async () => {
    const unknown = await landfall('want', 'create', 'otu/2014-05-17');
    expect(unknown.code).toBe(4);
    expect(unknown.stderr).toContain('out/{date:day}');
    expect((await landfall('want', 'cancel', 'want_none')).code).toBe(3);
    expect((await landfall('why', 'nix/2014')).code).toBe(3);
    expect((await landfall('want', 'list', '--state', 'nix')).code).toBe(2);
    expect((await landfall('events', '--since', 'nix')).code).toBe(2);
  });
});
