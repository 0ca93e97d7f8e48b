import type { Finding } from '../fault.ts';
import { GRAPH_LIMITS } from '../graphLimits.ts';
import type { ManifestInput, ManifestJob } from '../manifest.ts';
import type { PatternKey } from '../pattern.ts';
import { Fields, isName, isObject, NAME_HINT, show } from './fields.ts';
import { type Input, type InputRecord, isInput } from './input.ts';
import { type PartitionRecord, type Partitions, partitionRecord } from './partitions.ts';
import { callerPosition, type Position } from './position.ts';
import { type RunOption, readRun } from './run.ts';
import type { Offer } from './types.ts';

const JOB: unique symbol = Symbol.for('landfall.job');

export interface RetryOptions {
  /** How often a run is started at most, 1 to 100; default 1. */
  readonly attempts?: number;
  /** Wait before the second start, doubled before each further one, in whole seconds; default 1. */
  readonly backoffSeconds?: number;
  /** The longest wait; default 60, or `backoffSeconds` where that is more. */
  readonly maxBackoffSeconds?: number;
}

export interface JobOptions<Keys, Pool extends string> {
  /** At least one; all have the same keys, which are the job's. */
  readonly outputs: readonly Partitions<Keys, 'built'>[];
  readonly inputs?: readonly Input<Offer<NoInfer<Keys>>>[];
  readonly run: RunOption;
  readonly pool?: Pool;
  /** How much of the pool's capacity one run takes; default 1. */
  readonly weight?: number;
  /** How long a run may take, 1 second to 31 days; default 3600. */
  readonly timeoutSeconds?: number;
  /** A run without a sign of life for this long is timed out; at most `timeoutSeconds`. Default: never. */
  readonly heartbeatSeconds?: number;
  readonly retry?: RetryOptions;
  /** How long a run usually takes, for estimates until runs were measured. */
  readonly expectedSeconds?: number;
  readonly owner?: string;
  /** The job's identity in the log; default its name. */
  readonly id?: string;
  /** The name it had before, under which its builds are kept. The same as `id`, which then is not given. */
  readonly formerly?: string;
}

const KNOWN = [
  'outputs',
  'inputs',
  'run',
  'pool',
  'weight',
  'timeoutSeconds',
  'heartbeatSeconds',
  'retry',
  'expectedSeconds',
  'owner',
  'id',
  'formerly',
];

/** A job of a graph; `Pool` is the pool that it names. */
export interface GraphJob<out Pool extends string = string> {
  /** Only for the compiler and for `defineGraph`. */
  readonly [JOB]: JobRecord & { readonly poolIs?: Pool };
}

/** A manifest's job before it is known what its code is. */
export type JobDraft = Omit<ManifestJob, 'codeVersion'>;

export interface JobRecord {
  readonly draft: JobDraft;
  /** Those of its outputs and inputs. */
  readonly partitions: readonly PartitionRecord[];
  readonly findings: readonly Finding[];
  readonly position: Position | null;
}

/**
 * A job: what it makes, from what, and what it runs. Never throws: what is wrong is told with all other faults when the
 * graph is loaded.
 */
export function job<Keys, const Pool extends string = never>(
  name: string,
  options: JobOptions<Keys, Pool>,
): GraphJob<NoInfer<Pool>> {
  return { [JOB]: readJob(name, options, callerPosition()) };
}

export function jobRecord(value: unknown): JobRecord | null {
  return isObject(value) && JOB in value ? (value as unknown as GraphJob)[JOB] : null;
}

function readJob(given: unknown, options: unknown, position: Position | null): JobRecord {
  const name = typeof given === 'string' ? given : show(given);
  const fields = new Fields(`The job ${name}`, options, KNOWN);
  if (!isName(given)) fields.refuse('has no good name', NAME_HINT);
  const outputs = readOutputs(fields);
  const inputs = readInputs(fields, outputs[0]?.keys ?? null);
  const draft: JobDraft = {
    id: readId(fields) ?? name,
    name,
    owner: fields.text('owner'),
    outputs: outputs.map(({ partition }) => partition.pattern),
    inputs: inputs.map(({ input }) => input),
    run: readRun(fields),
    pool: fields.name('pool'),
    ...readNumbers(fields),
  };
  const partitions = [...outputs, ...inputs.map(({ source }) => source)];
  return { draft, partitions, findings: fields.findings, position };
}

function readNumbers(fields: Fields) {
  const seconds = { min: 1, max: GRAPH_LIMITS.timeoutSeconds };
  const timeoutSeconds = fields.whole('timeoutSeconds', seconds, 3_600);
  return {
    weight: fields.whole('weight', { min: 1, max: GRAPH_LIMITS.poolCapacity }, 1),
    timeoutSeconds,
    heartbeatSeconds: fields.whole('heartbeatSeconds', { min: 1, max: timeoutSeconds }, null),
    retry: readRetry(fields),
    expectedSeconds: fields.whole('expectedSeconds', { min: 0, max: GRAPH_LIMITS.timeoutSeconds }, null),
  };
}

function readRetry(fields: Fields): JobDraft['retry'] {
  const retry = new Fields('Its retry', fields.get('retry') ?? {}, ['attempts', 'backoffSeconds', 'maxBackoffSeconds']);
  const attempts = retry.whole('attempts', { min: 1, max: GRAPH_LIMITS.retryAttempts }, 1);
  const backoffSeconds = retry.whole('backoffSeconds', { min: 0, max: GRAPH_LIMITS.timeoutSeconds }, 1);
  const longest = { min: backoffSeconds, max: GRAPH_LIMITS.timeoutSeconds };
  const maxBackoffSeconds = retry.whole('maxBackoffSeconds', longest, Math.max(60, backoffSeconds));
  fields.findings.push(...retry.findings);
  return { attempts, backoffSeconds, maxBackoffSeconds };
}

function readId(fields: Fields): string | null {
  const id = fields.name('id');
  const formerly = fields.name('formerly');
  if (id !== null && formerly !== null && id !== formerly) {
    fields.refuse('has an id and a former name, which differ', 'Keep the one under which its builds are kept.');
  }
  return id ?? formerly;
}

function readOutputs(fields: Fields): readonly PartitionRecord[] {
  return fields.list('outputs').flatMap((value) => {
    const record = partitionRecord(value);
    if (record !== null) return [record];
    fields.refuse(`has ${show(value)} among its outputs`, 'Write the value that partitions(…) gave.');
    return [];
  });
}

function readInputs(fields: Fields, jobKeys: readonly PatternKey[] | null) {
  return fields.list('inputs').flatMap((value) => {
    if (isInput(value)) return readInput(value, jobKeys, fields);
    const hint =
      "Write how the job's keys give the input's, such as daily.same() or daily.every('day').within('month').";
    fields.refuse(
      `has ${partitionRecord(value)?.partition.pattern ?? show(value)} among its inputs without a mapping`,
      hint,
    );
    return [];
  });
}

function readInput(
  { source, mappingFor }: InputRecord,
  jobKeys: readonly PatternKey[] | null,
  fields: Fields,
): readonly { source: PartitionRecord; input: ManifestInput }[] {
  const mapping = mappingFor(jobKeys ?? []);
  if ('kind' in mapping) return [{ source, input: { pattern: source.partition.pattern, mapping } }];
  if (jobKeys !== null) fields.findings.push(mapping);
  return [];
}
