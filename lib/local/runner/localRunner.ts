import { randomUUID } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunHandle, Runner, RunReports, RunRequest } from '../../engine/ports.ts';
import { launchCommand } from './command.ts';
import { jobEnvironment } from './environment.ts';
import { createExecutions, type ProcessKind } from './executions.ts';
import { type RunnerLimits, runnerLimits } from './limits.ts';
import { createModulePool } from './modulePool.ts';
import { killOrphans } from './orphans.ts';
import { createProcessGroups } from './processGroups.ts';
import { type LogPart, logPath, openRunLog, readLogPart, readWholeLog } from './runLog.ts';

export interface LocalRunnerOptions {
  /** Where paths of jobs start, and commands run. */
  readonly graphFolder: string;
  /** Of this service alone: processes that an earlier one left running on it are killed before the first run. */
  readonly dataFolder: string;
  readonly reports: RunReports;
  readonly limits?: Partial<RunnerLimits>;
  /** Told, in a sentence, what an operator may want to know. */
  readonly log?: (message: string) => void;
}

/** Runs executions as processes of this machine. Nothing of one outlives it, or the service. */
export interface LocalRunner extends Runner {
  /** From 0 to 1; `null`: it has not said, or is not under way. */
  progress(handle: RunHandle): number | null;
  /** When the execution last gave a sign of life, in milliseconds since 1970 UTC; `null`: it waits, or is unknown. */
  lastSign(handle: RunHandle): number | null;
  /** The run's log as far as it is kept; empty where it printed nothing. */
  readLog(handle: RunHandle): Promise<Buffer>;
  /** The log from a position on, to follow it; empty: nothing new. */
  readLogPart(handle: RunHandle, from: number): Promise<LogPart>;
  /** Call when the graph's files changed: runs that start from now on load them anew. */
  reload(): void;
  /** Ends all that is under way, without reports, and takes nothing more. */
  close(): Promise<void>;
}

/**
 * A run waits, in order of arrival, until one of the processes for its kind is free. Its duration, which is the
 * request's deadline less the moment of `start`, counts from its actual start.
 */
export function createLocalRunner(options: LocalRunnerOptions): LocalRunner {
  const { graphFolder, reports, log = () => undefined } = options;
  mkdirSync(options.dataFolder, { recursive: true });
  const dataFolder = realpathSync(options.dataFolder);
  const workFolder = join(dataFolder, 'work');
  const limits = runnerLimits(options.limits ?? {});
  const runnerId = randomUUID();
  const groups = createProcessGroups(limits.graceSeconds);
  const environment = jobEnvironment(dataFolder, runnerId);
  const shared = { graphFolder, dataFolder, workFolder, environment, groups, limits };
  const modules = createModulePool(shared);
  const executions = createExecutions({
    reports,
    limits,
    log,
    openLog: (handle) => openRunLog(logPath(dataFolder, handle), limits),
    launches: {
      module: modules.launch,
      command: (request, ticket, listener) => launchCommand(request, ticket, listener, shared),
    },
  });
  const ready = clearUp(dataFolder, workFolder, runnerId, log);
  // Told to whoever starts a run; that nobody has asked yet is not to count as an unhandled rejection.
  ready.catch(() => undefined);
  let isClosed = false;

  return {
    async start(request) {
      const kind = processKind(request);
      await ready;
      await executions.untilStopped(request);
      if (isClosed) throw new Error(`run ${request.runId} cannot start: the runner is closed`);
      if (!executions.isUnderWay(request)) executions.enter(request, kind);
    },
    stop: executions.stop,
    progress: (handle) => executions.find(handle)?.progress() ?? null,
    lastSign: (handle) => executions.find(handle)?.lastSign() ?? null,
    readLog: async (handle) => readWholeLog(logPath(dataFolder, handle)),
    readLogPart: async (handle, from) => readLogPart(logPath(dataFolder, handle), from),
    reload: modules.retire,
    async close() {
      isClosed = true;
      await ready.catch(() => undefined);
      await executions.stopAll();
      await modules.close();
      groups.close();
    },
  };
}

/** What an earlier service left: processes first, since they may still write. */
async function clearUp(
  dataFolder: string,
  workFolder: string,
  runnerId: string,
  log: (message: string) => void,
): Promise<void> {
  const killed = await killOrphans(dataFolder, runnerId);
  if (killed > 0) log(`Killed ${killed} processes that an earlier service left running.`);
  await rm(workFolder, { recursive: true, force: true });
  await mkdir(workFolder);
}

function processKind({ run, runId }: RunRequest): ProcessKind {
  if (run.kind !== 'event') return run.kind;
  throw new Error(`run ${runId} is done elsewhere: its job is an event, which no runner starts`);
}
