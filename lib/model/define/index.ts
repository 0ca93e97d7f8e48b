export {
  defineGraph,
  type GraphDefinition,
  type GraphOptions,
  type PoolOptions,
  type UpstreamOptions,
} from './graph.ts';
export type { Every, Input } from './input.ts';
export { type GraphJob, type JobOptions, job, type RetryOptions } from './job.ts';
export { type PartitionOptions, type Partitions, partitions } from './partitions.ts';
export type { RunOption } from './run.ts';
