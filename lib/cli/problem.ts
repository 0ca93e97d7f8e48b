import { exitCodeOf, exitCodes } from './exitCodes.ts';

/** What is wrong with one place of the body, or one parameter of the query. */
export interface Fault {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
}

/** Problem details (RFC 9457), as the API answers with and as `--json` prints on standard error. */
export interface Problem {
  /** Stable: names the kind of problem. */
  readonly type: string;
  readonly title: string;
  /** Absent where the problem is not an HTTP answer. */
  readonly status?: number;
  readonly detail: string;
  /** All faults at once, for 400 and 422. */
  readonly errors?: readonly Fault[];
  /** Where a lost cursor may start again, for 410. */
  readonly restartCursor?: string;
}

/** Ends a command with a problem and an exit code; `detail` is a sentence that says what to do. */
export class CliError extends Error {
  readonly exitCode: number;
  readonly problem: Problem;
  constructor(exitCode: number, problem: Problem, options?: ErrorOptions) {
    super(problem.detail, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.problem = problem;
  }
}

const typeOf = (name: string): string => `urn:landfall:problem:${name}`;

/** The command was typed wrongly. */
export function usageError(detail: string): CliError {
  return new CliError(exitCodes.usage, { type: typeOf('usage'), title: 'Wrong usage', detail });
}

/** There is nothing of that name. */
export function notFound(detail: string): CliError {
  return new CliError(exitCodes.notFound, { type: typeOf('not-found'), title: 'Not found', detail });
}

/** The service cannot be reached, or is not one that this program can talk with. */
export function unreachable(detail: string, cause?: unknown): CliError {
  const problem = { type: typeOf('unreachable'), title: 'Not reachable', detail };
  return new CliError(exitCodes.unreachable, problem, { cause });
}

/** The service could not load the graph, or its log. */
export function notLoaded(detail: string): CliError {
  return new CliError(exitCodes.bad, { type: typeOf('not-loaded'), title: 'The service does not start', detail });
}

/** Something broke that the program has no word for. */
export function unexpected(error: unknown): CliError {
  const detail = error instanceof Error ? error.message : String(error);
  return new CliError(exitCodes.bad, { type: typeOf('unexpected'), title: 'Something broke', detail });
}

/** What the API answered, as it answered it. */
export function refusedBy(problem: Problem & { readonly status: number }): CliError {
  return new CliError(exitCodeOf(problem.status), problem);
}
