import type { Job } from './types.ts';

const jobBrand = Symbol.for('landfall.Job');

/**
 * Marks a function as a job; a job's module exports the result by default.
 *
 * The function is called once per execution, one at a time in its process, which is reused: what it keeps in module
 * variables is there for the next run. It returns the run's metadata. What it throws fails the run for good, unless it
 * is a `RetryableError`.
 *
 * @example
 * export default defineJob(async (run) => {
 *   const [output] = run.outputs;
 *   await run.write(output, run.inputs.map((input) => ({ day: input.keys.day })));
 *   return { rows: run.inputs.length };
 * });
 */
export function defineJob(run: Job): Job {
  return Object.assign((given: Parameters<Job>[0]) => run(given), { [jobBrand]: true });
}

/** True for what `defineJob` of any copy of this package made. */
export function isJob(value: unknown): value is Job {
  return typeof value === 'function' && (value as unknown as Record<symbol, unknown>)[jobBrand] === true;
}
