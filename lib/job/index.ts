/** What a job's module imports. Part of the package's entry `landfall`. */
export { defineJob } from './defineJob.ts';
export { RetryableError } from './errors.ts';
export type { InputContent, Job, Row, Run, RunInput, RunMetadata, RunOutput, WriteData } from './types.ts';
