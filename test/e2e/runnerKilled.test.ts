import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLocalRunner } from '../../lib/local/runner/localRunner.ts';
import { graphFolder } from './runnerFolder.ts';
import { isRunning, untilEnded } from './runnerWorld.ts';

const hostFile = fileURLToPath(new URL('./runnerHost.ts', import.meta.url));
const reports = { ended: async () => undefined };

describe('a runner whose service is killed', () => {
  let dataFolder: string;
  let host: ChildProcess;
  beforeEach(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'landfall-killed-'));
    host = spawn(process.execPath, [hostFile, dataFolder], { stdio: 'inherit' });
  });
  afterEach(async () => {
    if (host.exitCode === null && host.signalCode === null) await kill();
    await rm(dataFolder, { recursive: true });
  });

  const kill = async (): Promise<void> => {
    host.kill('SIGKILL');
    await once(host, 'exit');
  };
  const pidOf = async (runId: string): Promise<number> => {
    const log = join(dataFolder, 'logs', `${runId}.1.1.log`);
    const found = async () => /pid (\d+)\n/.exec(await readFile(log, 'utf8').catch(() => ''))?.[1];
    return Number(await vi.waitUntil(found, { timeout: 20_000, interval: 20 }));
  };

  it('leaves none of their processes, also those that block or ignore signals', async () => {
    const pids = [await pidOf('run_command'), await pidOf('run_module')];
    const children = await childrenOf(pids[0]!);
    expect(children).toHaveLength(1);
    const outside = await pidOf('run_outside');
    await kill();
    for (const pid of [...pids, ...children]) await untilEnded(pid);
    process.kill(outside, 'SIGKILL');
  });

  it('leaves to the next runner on its folder what has left its process group, and to no other', async () => {
    const outside = await pidOf('run_outside');
    await kill();
    await createLocalRunner({ graphFolder, dataFolder: join(dataFolder, 'other'), reports }).close();
    expect(await isRunning(outside)).toBe(true);
    const log: string[] = [];
    await createLocalRunner({ graphFolder, dataFolder, reports, log: (message) => log.push(message) }).close();
    await untilEnded(outside);
    expect(log).toEqual([expect.stringMatching(/^Killed \d+ processes that an earlier service left running\.$/)]);
  });
});

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}
