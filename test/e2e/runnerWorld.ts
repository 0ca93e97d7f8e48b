import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, vi } from 'vitest';
import type { RunInput, RunOutcome, RunRequest } from '../../lib/engine/ports.ts';
import type { RunnerLimits } from '../../lib/local/runner/limits.ts';
import { createLocalRunner, type LocalRunner } from '../../lib/local/runner/localRunner.ts';
import type { RunSpec } from '../../lib/model/manifest.ts';
import { graphFolder } from './runnerFolder.ts';

export const misbehave: RunSpec = { kind: 'module', path: './jobs/misbehave.ts' };
export const command = (...argv: readonly string[]): RunSpec => ({ kind: 'command', command: argv, runtime: null });
export const shell = (script: string): RunSpec => command('sh', '-c', script);

/** A local runner on a folder of its own, and what came of its runs. */
export interface World {
  readonly runner: LocalRunner;
  readonly dataFolder: string;
  request(run: RunSpec, given?: Partial<RunRequest>): RunRequest;
  /** Starts it and waits for its end. */
  outcome(request: RunRequest): Promise<RunOutcome>;
  /** A module run that does so. */
  does(deed: string, given?: Partial<RunRequest>): Promise<RunOutcome>;
  log(request: RunRequest): Promise<string>;
  /** A file that the run reads. */
  input(partitionRef: string, content: string): Promise<RunInput>;
  close(): Promise<void>;
}

export async function openWorld(limits: Partial<RunnerLimits> = {}, folder = graphFolder): Promise<World> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'landfall-runner-'));
  const ends = new Map<string, RunOutcome>();
  const reports = { ended: async ({ runId }: { runId: string }, outcome: RunOutcome) => void ends.set(runId, outcome) };
  const runner = createLocalRunner({
    graphFolder: folder,
    dataFolder,
    reports,
    limits: { graceSeconds: 0.5, ...limits },
  });
  let made = 0;
  const request: World['request'] = (run, given) => {
    const runId = `run_${++made}`;
    const standard = {
      buildId: 'b',
      runId,
      attempt: 1,
      execution: 1,
      job: 'misbehave',
      keys: {},
      run,
      codeVersion: 'v1',
    };
    const deadline = Date.now() + 60_000;
    return { ...standard, deadline, heartbeatSeconds: null, outputs: [], inputs: [], ...given };
  };
  const outcome: World['outcome'] = async (started) => {
    await runner.start(started);
    return await vi.waitUntil(() => ends.get(started.runId), { timeout: 30_000, interval: 10 });
  };
  return {
    runner,
    dataFolder,
    request,
    outcome,
    does: (deed, given) => outcome(request(misbehave, { keys: { does: deed }, ...given })),
    log: async (handle) => (await runner.readLog(handle)).toString(),
    async input(partitionRef, content) {
      const location = join(dataFolder, 'objects', partitionRef);
      await mkdir(dirname(location), { recursive: true });
      await writeFile(location, content);
      return { partitionRef, keys: {}, location, instanceId: `run_of_${partitionRef}` };
    },
    async close() {
      await runner.close();
      await rm(dataFolder, { recursive: true });
    },
  };
}

/** Outputs `made/1`, `made/2`, … of a run. */
export function outputs(dataFolder: string, count: number): RunRequest['outputs'] {
  return Array.from({ length: count }, (_, index) => {
    const partitionRef = `made/${index + 1}`;
    return { partitionRef, keys: {}, location: join(dataFolder, 'objects', partitionRef) };
  });
}

export const failedWith = (message: RegExp, retryable = false) => ({
  kind: 'failed',
  retryable,
  message: expect.stringMatching(message),
});

/** A process that has ended but is not taken note of yet counts as ended. */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/^\d+ \(.*\) Z/.test(stat);
}

export async function untilEnded(pid: number): Promise<void> {
  await vi.waitUntil(async () => !(await isRunning(pid)), { timeout: 10_000, interval: 10 });
}

/** The number that something under way has written to its log. */
export async function pidInLog(world: World, request: RunRequest): Promise<number> {
  const found = async () => /pid (\d+)\n/.exec(await world.log(request))?.[1];
  return Number(await vi.waitUntil(found, { timeout: 10_000, interval: 10 }));
}
