import { stat } from 'node:fs/promises';
import type { RunOutcome, RunRequest } from '../../engine/ports.ts';
import { failed } from '../../job/failed.ts';
import type { RunTicket } from '../../job/run.ts';
import { partialLocation } from './filePlaces.ts';
import type { RunnerLimits } from './limits.ts';
import type { RunLog } from './runLog.ts';
import { watchdog } from './watchdog.ts';

/** What a run's process tells while it runs. All of it counts as a sign of life. */
export interface ProcessListener {
  sign(): void;
  progress(value: number): void;
  output(bytes: Uint8Array): void;
}

/** One run in a process. */
export interface JobProcess {
  /** Resolves when nothing of the run is left. Never rejects. */
  readonly ended: Promise<RunOutcome>;
  /** Asks it to end, then makes it; `ended` resolves. */
  stop(): Promise<void>;
}

export type Launch = (
  request: RunRequest,
  ticket: RunTicket,
  listener: ProcessListener,
) => JobProcess | Promise<JobProcess>;

/** One execution from its actual start on. */
export interface Execution {
  /** Call once. Never rejects. */
  run(): Promise<RunOutcome>;
  /** Resolves when its process has gone; what `run` gives is then of no interest. */
  stop(): Promise<void>;
  /** From 0 to 1; `null` where it has not said. */
  progress(): number | null;
  /** Milliseconds since 1970 UTC; `null` before its start. */
  lastSign(): number | null;
}

/** @param durationMs from its actual start: waiting for a free process does not count. */
export function execution(
  request: RunRequest,
  durationMs: number,
  launch: Launch,
  log: RunLog,
  limits: RunnerLimits,
): Execution {
  let verdict: RunOutcome | null = null;
  let stopping: Promise<void> | null = null;
  let launched: JobProcess | null = null;
  let progress: number | null = null;
  let lastSign: number | null = null;
  const sign = (): void => {
    lastSign = Date.now();
  };

  const stop = (): Promise<void> => {
    stopping ??= launched?.stop() ?? Promise.resolve();
    return stopping;
  };
  const cut = (reason: RunOutcome): void => {
    verdict ??= reason;
    void stop();
  };
  const listener: ProcessListener = {
    sign,
    progress(value) {
      sign();
      progress = value;
    },
    output(bytes) {
      sign();
      log.write(bytes);
      if (log.bytes > limits.printedBytesMax) cut(floodOf(limits));
    },
  };

  const lastActivity = async (): Promise<number> => {
    const written = await Promise.all(request.outputs.map((output) => lastWrite(output.location)));
    return Math.max(lastSign ?? 0, ...written);
  };

  const supervise = async (): Promise<RunOutcome> => {
    launched = await launch(request, ticketOf(request, Date.now() + durationMs), listener);
    sign();
    if (stopping) await launched.stop();
    const { heartbeatSeconds } = request;
    const dog = watchdog({ durationMs, heartbeatSeconds, lastActivity, onTimeout: cut });
    const natural = await launched.ended;
    dog.end();
    await stopping;
    return verdict ?? natural;
  };

  return {
    async run() {
      try {
        return await supervise();
      } catch (error) {
        return failed(`The run could not be started: ${(error as Error).message}.`, true);
      } finally {
        log.close();
      }
    },
    stop,
    progress: () => progress,
    lastSign: () => lastSign,
  };
}

function ticketOf({ runId, job, attempt, keys, outputs, inputs }: RunRequest, deadline: number): RunTicket {
  return { runId, job, attempt, keys, deadline, outputs, inputs };
}

function floodOf(limits: RunnerLimits): RunOutcome {
  return failed(`The run printed more than ${limits.printedBytesMax} bytes; write data to its outputs instead.`, false);
}

/** When an output was last written to; 0 where nothing is there yet. */
async function lastWrite(location: string): Promise<number> {
  const files = [location, partialLocation(location)];
  const times = await Promise.all(
    files.map((file) =>
      stat(file).then(
        (stats) => stats.mtimeMs,
        () => 0,
      ),
    ),
  );
  return Math.max(...times);
}
