import { availableParallelism } from 'node:os';

export interface RunnerLimits {
  /** Module runs at the same time, each in a child process of its own. */
  readonly modulesMax: number;
  /** Command runs at the same time. */
  readonly commandsMax: number;
  /** Runs after which a child process is replaced. */
  readonly runsPerChildMax: number;
  /** Resident memory at which a child process is replaced once its run is over. */
  readonly childBytesMax: number;
  /** JavaScript heap of a child process; a run that needs more ends its process, and fails. */
  readonly heapMegabytesMax: number;
  /** After this long without a run a child process is ended. */
  readonly childIdleSeconds: number;
  /** Between asking a run to end (SIGTERM) and killing it. */
  readonly graceSeconds: number;
  /** A run that prints more is ended, and fails. */
  readonly printedBytesMax: number;
  /** How much of a run's log is kept from its start. */
  readonly logHeadBytes: number;
  /** How much is kept from its end; at least half of it is there at any time. */
  readonly logTailBytes: number;
}

export function runnerLimits(given: Partial<RunnerLimits>): RunnerLimits {
  const cores = availableParallelism();
  return {
    modulesMax: cores,
    commandsMax: Math.max(2, 2 * cores),
    runsPerChildMax: 10_000,
    childBytesMax: 512 * 1024 * 1024,
    heapMegabytesMax: 2_048,
    childIdleSeconds: 30,
    graceSeconds: 2,
    printedBytesMax: 64 * 1024 * 1024,
    logHeadBytes: 1024 * 1024,
    logTailBytes: 1024 * 1024,
    ...given,
  };
}

/** Longest line that a command can answer with, and a child process can send. */
export const ANSWER_BYTES_MAX = 64 * 1024;
