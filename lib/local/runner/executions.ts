import type { RunHandle, RunOutcome, RunReports, RunRequest } from '../../engine/ports.ts';
import { deliver } from './delivery.ts';
import { type Execution, execution, type Launch } from './execution.ts';
import { discardFile } from './filePlaces.ts';
import type { RunnerLimits } from './limits.ts';
import type { RunLog } from './runLog.ts';
import { createSlots } from './slots.ts';

export type ProcessKind = 'module' | 'command';

/** The executions that a runner has taken on, until their ends are taken. */
export interface Executions {
  isUnderWay(handle: RunHandle): boolean;
  /** Resolves at once, unless this execution is being stopped. */
  untilStopped(handle: RunHandle): Promise<void>;
  enter(request: RunRequest, kind: ProcessKind): void;
  find(handle: RunHandle): Execution | undefined;
  stop(handle: RunHandle): Promise<void>;
  stopAll(): Promise<void>;
}

export interface ExecutionsOptions {
  readonly reports: RunReports;
  readonly limits: RunnerLimits;
  readonly launches: Readonly<Record<ProcessKind, Launch>>;
  openLog(handle: RunHandle): RunLog;
  log(message: string): void;
}

interface Entry {
  readonly request: RunRequest;
  readonly execution: Execution;
  /** Aborted by `stop`: no report from now on. */
  readonly abort: AbortController;
  readonly over: PromiseWithResolvers<void>;
  /** True: it had not started, and will not. */
  drop: () => boolean;
}

export function createExecutions({ reports, limits, launches, openLog, log }: ExecutionsOptions): Executions {
  const slots = { module: createSlots(limits.modulesMax), command: createSlots(limits.commandsMax) };
  const entries = new Map<string, Entry>();

  const report = async ({ request, abort }: Entry, outcome: RunOutcome): Promise<void> => {
    const tell = () => reports.ended(handleOf(request), outcome);
    await deliver(tell, abort.signal, (error, waitMs) =>
      log(`The end of run ${request.runId} was not taken, next try in ${waitMs} ms: ${(error as Error).message}`),
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

  const stop = async (handle: RunHandle): Promise<void> => {
    const entry = entries.get(keyOf(handle));
    if (!entry) return;
    entry.abort.abort();
    if (entry.drop()) await conclude(entry, null);
    else await entry.execution.stop();
    await entry.over.promise;
  };

  return {
    isUnderWay: (handle) => entries.has(keyOf(handle)),
    async untilStopped(handle) {
      const entry = entries.get(keyOf(handle));
      if (entry?.abort.signal.aborted) await entry.over.promise;
    },
    enter(request, kind) {
      const durationMs = request.deadline - Date.now();
      const entry: Entry = {
        request,
        execution: execution(request, durationMs, launches[kind], openLog(request), limits),
        abort: new AbortController(),
        over: Promise.withResolvers(),
        drop: () => false,
      };
      entries.set(keyOf(request), entry);
      entry.drop = slots[kind].submit(async () => {
        const outcome = await entry.execution.run();
        // Not waited for: the process is free again before its run's end is taken.
        void conclude(entry, outcome);
      });
    },
    find: (handle) => entries.get(keyOf(handle))?.execution,
    stop,
    async stopAll() {
      await Promise.all([...entries.values()].map(({ request }) => stop(request)));
    },
  };
}

function handleOf({ buildId, runId, attempt, execution: number }: RunRequest): RunHandle {
  return { buildId, runId, attempt, execution: number };
}

/** The build is left out: a run belongs to one only. */
function keyOf({ runId, attempt, execution: number }: RunHandle): string {
  return `${runId}.${attempt}.${number}`;
}
