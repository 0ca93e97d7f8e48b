import { randomUUID } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import type { RunHandle, Runner, RunOutcome, RunReports, RunRequest } from '../../engine/ports.ts';
import { launchCommand } from './command.ts';
import { deliver } from './delivery.ts';
import { jobEnvironment } from './environment.ts';
import { type Execution, execution, type Launch } from './execution.ts';
import { discardFile } from './filePlaces.ts';
import { type RunnerLimits, runnerLimits } from './limits.ts';
import { createModulePool } from './modulePool.ts';
import { killOrphans } from './orphans.ts';
import { createProcessGroups } from './processGroups.ts';
import { type LogPart, logPath, openRunLog, readLogPart, readWholeLog } from './runLog.ts';
import { createSlots } from './slots.ts';

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

interface Entry {
  readonly request: RunRequest;
  readonly execution: Execution;
  /** Aborted by `stop`: no report from now on. */
  readonly abort: AbortController;
  drop: () => boolean;
  readonly over: PromiseWithResolvers<void>;
}

/**
 * A run waits, in order of arrival, until one of the processes for its kind is free. Its duration, which is the
 * request's deadline less the moment of `start`, counts from its actual start.
 */
export function createLocalRunner(options: LocalRunnerOptions): LocalRunner {
  const { graphFolder, reports, log = () => undefined } = options;
  mkdirSync(options.dataFolder, { recursive: true });
  const dataFolder = realpathSync(options.dataFolder);
  const limits = runnerLimits(options.limits ?? {});
  const runnerId = randomUUID();
  const groups = createProcessGroups(limits.graceSeconds);
  const shared = { graphFolder, dataFolder, environment: jobEnvironment(dataFolder, runnerId), groups, limits };
  const modules = createModulePool(shared);
  const slots = { module: createSlots(limits.modulesMax), command: createSlots(limits.commandsMax) };
  const launches: Record<'module' | 'command', Launch> = {
    module: modules.launch,
    command: (request, ticket, listener) => launchCommand(request, ticket, listener, shared),
  };
  const entries = new Map<string, Entry>();
  let isClosed = false;
  const ready = killOrphans(dataFolder, runnerId).then((count) => {
    if (count > 0) log(`Killed ${count} processes that an earlier service left running.`);
  });

  const report = async ({ request, abort }: Entry, outcome: RunOutcome): Promise<void> => {
    const { buildId, runId, attempt, execution: number } = request;
    const tell = () => reports.ended({ buildId, runId, attempt, execution: number }, outcome);
    await deliver(tell, abort.signal, (error, waitMs) =>
      log(`The end of run ${runId} was not taken, next try in ${waitMs} ms: ${(error as Error).message}`),
    );
  };

  const conclude = async (entry: Entry, outcome: RunOutcome | null): Promise<void> => {
    const { request, abort } = entry;
    if (outcome?.kind !== 'succeeded' || abort.signal.aborted) {
      await Promise.all(request.outputs.map((output) => discardFile(output.location)));
    }
    if (outcome) await report(entry, outcome);
    entries.delete(keyOf(request));
    entry.over.resolve();
  };

  const enter = (request: RunRequest, kind: 'module' | 'command'): void => {
    const durationMs = request.deadline - Date.now();
    const runLog = openRunLog(logPath(dataFolder, request), limits);
    const entry: Entry = {
      request,
      execution: execution(request, durationMs, launches[kind], runLog, limits),
      abort: new AbortController(),
      drop: () => false,
      over: Promise.withResolvers(),
    };
    entries.set(keyOf(request), entry);
    entry.drop = slots[kind].submit(async () => {
      const outcome = await entry.execution.run();
      // Not waited for: the process is free again before its run's end is taken.
      void conclude(entry, outcome);
    });
  };

  const stop = async (handle: RunHandle): Promise<void> => {
    const entry = entries.get(keyOf(handle));
    if (!entry) return;
    entry.abort.abort();
    if (entry.drop()) await conclude(entry, null);
    else await entry.execution.stop();
    await entry.over.promise;
  };

  return {
    async start(request) {
      await ready;
      const stopped = entries.get(keyOf(request));
      if (stopped?.abort.signal.aborted) await stopped.over.promise;
      if (isClosed) throw new Error(`run ${request.runId} cannot start: the runner is closed`);
      if (entries.has(keyOf(request))) return;
      enter(request, processKind(request));
    },
    stop,
    progress: (handle) => entries.get(keyOf(handle))?.execution.progress() ?? null,
    lastSign: (handle) => entries.get(keyOf(handle))?.execution.lastSign() ?? null,
    readLog: async (handle) => readWholeLog(logPath(dataFolder, handle)),
    readLogPart: async (handle, from) => readLogPart(logPath(dataFolder, handle), from),
    reload: modules.retire,
    async close() {
      isClosed = true;
      await ready;
      await Promise.all([...entries.values()].map(({ request }) => stop(request)));
      await modules.close();
      groups.close();
    },
  };
}

/** The build is left out: a run belongs to one only. */
function keyOf({ runId, attempt, execution: number }: RunHandle): string {
  return `${runId}.${attempt}.${number}`;
}

function processKind({ run, runId }: RunRequest): 'module' | 'command' {
  if (run.kind !== 'event') return run.kind;
  throw new Error(`run ${runId} is done elsewhere: its job is an event, which no runner starts`);
}
