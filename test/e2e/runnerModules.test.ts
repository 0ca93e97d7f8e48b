import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunOutcome } from '../../lib/engine/ports.ts';
import { failedWith, isRunning, misbehave, openWorld, outputs, untilEnded, type World } from './runnerWorld.ts';

const metadataOf = (outcome: RunOutcome) => (outcome.kind === 'succeeded' ? outcome.metadata : outcome);

describe('module jobs', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ heapMegabytesMax: 64, modulesMax: 1 });
  });
  afterAll(() => world.close());

  it.each<[string, RegExp, boolean]>([
    ['throws', /^The job threw TypeError: this is not it \(at jobs\/misbehave\.ts:\d+:\d+\)$/, false],
    ['throwsLater', /^The job threw SyntaxError/, false],
    ['exits', /ended its own process with code 7/, false],
    ['exhausts', /ran out of memory: its heap passed 64 MB/, false],
    ['floods', /printed more than 67108864 bytes/, false],
    ['garbles', /descriptor that belongs to landfall/, false],
  ])('that %s fail with that reason', async (deed, message, retryable) => {
    expect(await world.does(deed)).toEqual(failedWith(message, retryable));
    expect(await world.does('nothing')).toMatchObject({ kind: 'succeeded' });
  });

  it('that do not load fail, and say why', async () => {
    const noJob = world.request({ kind: 'module', path: './jobs/noJob.ts' });
    expect(await world.outcome(noJob)).toEqual(failedWith(/noJob\.ts has no job: export default defineJob/));
    const noFile = world.request({ kind: 'module', path: './jobs/noFile.ts' });
    expect(await world.outcome(noFile)).toEqual(failedWith(/noFile\.ts cannot be loaded/));
  });

  it('that block the loop are timed out', async () => {
    expect(await world.does('blocks', { deadline: Date.now() + 500 })).toMatchObject({ limit: 'duration' });
  });

  it('that kept printing leave the start and the end of it in a bounded log', async () => {
    const request = world.request(misbehave, { keys: { does: 'floods' } });
    await world.outcome(request);
    const log = await world.log(request);
    expect(log.length).toBeLessThan(2.1 * 1024 * 1024);
    expect(log.replaceAll(/y+/g, 'y')).toMatch(/^y\n\[landfall: \d{8,9} bytes of output were dropped here\]\ny/);
  });

  it('use one process after the other run of the same code', async () => {
    const first = metadataOf(await world.does('nothing'));
    expect(metadataOf(await world.does('nothing'))).toEqual(first);
  });

  it('get a new process for new code', async () => {
    const first = metadataOf(await world.does('nothing'));
    expect(metadataOf(await world.does('nothing', { codeVersion: 'v2' }))).not.toEqual(first);
    const second = metadataOf(await world.does('nothing', { codeVersion: 'v2' }));
    world.runner.reload();
    expect(metadataOf(await world.does('nothing', { codeVersion: 'v2' }))).not.toEqual(second);
  });

  it('leave no timer and no process behind', async () => {
    const timer = metadataOf(await world.does('leavesTimer')) as unknown as { pid: number };
    const parent = metadataOf(await world.does('leavesProcess')) as unknown as { pid: number; left: number };
    expect(parent.pid).not.toBe(timer.pid);
    expect(await Promise.all([timer.pid, parent.pid, parent.left].map(isRunning))).toEqual([false, false, false]);
  });

  it('print into their log, in order', async () => {
    const request = world.request(misbehave, { keys: { does: 'chats' } });
    await world.outcome(request);
    expect(await world.log(request)).toBe('printed\ncomplained\nlogged 1\n');
  });

  it('show log, progress and sign of life while they run', async () => {
    const request = world.request(misbehave, { keys: { does: 'talksAndWaits' } });
    await world.runner.start(request);
    await vi.waitUntil(async () => (await world.log(request)) !== '', { timeout: 10_000, interval: 10 });
    const part = await world.runner.readLogPart(request, 3);
    expect({ ...part, bytes: part.bytes.toString() }).toEqual({ bytes: 'far\n', start: 3, next: 7 });
    expect(world.runner.progress(request)).toBe(0.5);
    expect(world.runner.lastSign(request)).toBeTypeOf('number');
    await world.runner.stop(request);
    expect(world.runner.progress(request)).toBeNull();
  });

  it('may write rows, or put a file at the location themselves', async () => {
    const places = outputs(world.dataFolder, 2);
    const outcome = await world.does('placesFile', { outputs: places });
    expect(outcome).toMatchObject({
      outputs: [
        { rows: 2, bytes: 16 },
        { rows: null, bytes: 14 },
      ],
    });
    expect(await readFile(places[0]!.location, 'utf8')).toBe('{"a":1}\n{"a":2}\n');
  });

  it('read their inputs by the row', async () => {
    const inputs = [await world.input('in/1', '{"d":1}\n\n{"d":2}'), await world.input('in/2', '{"d":3}\n')];
    expect(metadataOf(await world.does('reads', { inputs }))).toMatchObject({ days: [{ d: 1 }, { d: 2 }, { d: 3 }] });
    const broken = await world.does('reads', { inputs: [await world.input('in/3', '{"d":1}\n{')] });
    expect(broken).toEqual(failedWith(/line 2 of input in\/3 is not JSON/));
    const external = { ...inputs[0]!, location: '' };
    expect(await world.does('reads', { inputs: [external] })).toEqual(
      failedWith(/in\/1 cannot be read.*without a location/),
    );
  });

  it('stay small while they write a gigabyte', async () => {
    const outcome = await world.does('streams', { outputs: outputs(world.dataFolder, 1) });
    expect(outcome).toMatchObject({ kind: 'succeeded', outputs: [{ bytes: 2 ** 30, rows: null }] });
    const { peakKilobytes } = metadataOf(outcome) as unknown as { peakKilobytes: number };
    expect(peakKilobytes).toBeLessThan(150 * 1024);
  });
});

describe('processes of module jobs', () => {
  it('end when there is nothing to run', async () => {
    const world = await openWorld({ childIdleSeconds: 0.05 });
    const { pid } = metadataOf(await world.does('nothing')) as unknown as { pid: number };
    await untilEnded(pid);
    await world.close();
  });

  it('keep no process alive whose runner is closed', async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'landfall-ends-'));
    const hostFile = fileURLToPath(new URL('./runnerEnds.ts', import.meta.url));
    const host = spawn(process.execPath, [hostFile, dataFolder], { stdio: 'inherit', timeout: 20_000 });
    expect(await once(host, 'exit')).toEqual([0, null]);
    await rm(dataFolder, { recursive: true });
  });

  it('are replaced after so many runs, or when they have grown', async () => {
    const worlds = [await openWorld({ runsPerChildMax: 1 }), await openWorld({ childBytesMax: 1 })];
    for (const world of worlds) {
      const first = metadataOf(await world.does('nothing'));
      expect(metadataOf(await world.does('nothing'))).not.toEqual(first);
      await world.close();
    }
  });

  it('stay although a connection of theirs is kept alive', async () => {
    const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
    const { port } = await vi.waitUntil(() => server.address() as { port: number } | null);
    const folder = await mkdtemp(join(tmpdir(), 'landfall-graph-'));
    const code = `import { defineJob } from 'landfall';
      export default defineJob(async () => {
        const text = await (await fetch('http://127.0.0.1:${port}')).text();
        return { text, pid: process.pid };
      });`;
    await writeFile(join(folder, 'job.mjs'), code);
    const world = await openWorld({ modulesMax: 1 }, folder);
    const run = () => world.outcome(world.request({ kind: 'module', path: 'job.mjs' }));
    const first = await run();
    expect(first).toMatchObject({ kind: 'succeeded', metadata: { text: 'ok' } });
    expect(await run()).toEqual(first);
    await world.close();
    server.close();
    await rm(folder, { recursive: true });
  });
});
