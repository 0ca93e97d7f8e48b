/** Entry of the child processes that module jobs run in. */
import { flushCompileCache } from 'node:module';
import { Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import { isJob } from '../../job/defineJob.ts';
import { executeJob, failure, type JobOutcome } from '../../job/execute.ts';
import { failed } from '../../job/failed.ts';
import type { RunSurroundings } from '../../job/run.ts';
import type { Job } from '../../job/types.ts';
import { registerLandfallResolve } from '../resolveLandfall.ts';
import { childChannel, redirectOutput } from './childChannel.ts';
import { watchLeftovers } from './childLeftovers.ts';
import { filePlaces } from './filePlaces.ts';
import { type ChildTask, FROM_SERVICE } from './wire.ts';

registerLandfallResolve();
const channel = childChannel();
redirectOutput(channel);
const service = new Socket({ fd: FROM_SERVICE, readable: true, writable: false });
const jobs = new Map<string, Job>();
let current: { readonly abort: AbortController; fail(error: unknown): void } | null = null;

async function carryOut(task: ChildTask): Promise<void> {
  const abort = new AbortController();
  const uncaught = Promise.withResolvers<unknown>();
  current = { abort, fail: uncaught.resolve };
  const surroundings: RunSurroundings = {
    places: filePlaces(task.graphFolder),
    channel,
    signal: abort.signal,
    placeOf: (error) => placeIn(task.graphFolder, error),
  };
  const outcome = await Promise.race([
    loadAndExecute(task, surroundings),
    uncaught.promise.then((error) => failure(error, surroundings)),
  ]);
  const isClean = await leftovers.areGone();
  current = null;
  channel.send({ type: 'ended', outcome, isClean, residentBytes: process.memoryUsage.rss() });
}

async function loadAndExecute(task: ChildTask, surroundings: RunSurroundings): Promise<JobOutcome> {
  const job = jobs.get(task.modulePath) ?? (await load(task, surroundings));
  return typeof job === 'function' ? await executeJob(job, task.ticket, surroundings) : job;
}

/** A module that does not load is not asked for again here: the loader would remember the failure. */
async function load(task: ChildTask, { channel: log }: RunSurroundings): Promise<Job | JobOutcome> {
  try {
    const loaded = (await import(pathToFileURL(task.modulePath).href)) as { default?: unknown };
    if (!isJob(loaded.default)) {
      return failed(`${task.modulePath} has no job: export default defineJob(async (run) => { … }).`, false);
    }
    jobs.set(task.modulePath, loaded.default);
    setImmediate(flushCompileCache);
    return loaded.default;
  } catch (error) {
    leftovers.add();
    log.log(`${error instanceof Error ? error.stack : String(error)}\n`);
    return failed(
      `${task.modulePath} cannot be loaded: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`,
      false,
    );
  }
}

/** The first line of the trace that is in the graph's folder, as a path from there. */
function placeIn(graphFolder: string, error: Error): string | null {
  const prefix = `${pathToFileURL(graphFolder).href}/`;
  const line = error.stack
    ?.split('\n')
    .find((candidate) => candidate.includes(prefix) && !candidate.includes('/node_modules/'));
  const start = line?.indexOf(prefix) ?? -1;
  return line && start !== -1 ? line.slice(start + prefix.length).replace(/\).*$/, '') : null;
}

function onUncaught(error: unknown): void {
  leftovers.add();
  if (current) current.fail(error);
  else process.exit(1);
}

function readTasks(): void {
  let held = '';
  service.setEncoding('utf8');
  service.on('data', (chunk: string) => {
    const lines = `${held}${chunk}`.split('\n');
    held = lines.pop() ?? '';
    for (const line of lines) void carryOut(JSON.parse(line) as ChildTask);
  });
  // The service has gone, and all of this group goes with it.
  service.on('close', () => process.kill(-process.pid, 'SIGKILL'));
}

readTasks();
// Compared with what there is once the pipe from the service is read.
const leftovers = watchLeftovers();
process.on('uncaughtException', onUncaught);
process.on('unhandledRejection', onUncaught);
process.on('SIGTERM', () => {
  if (current) current.abort.abort();
  else process.exit(0);
});
channel.send({ type: 'ready' });
