import type { Fault, FaultPlace, Finding } from '../fault.ts';
import { GRAPH_LIMITS } from '../graphLimits.ts';
import type { Manifest, ManifestPool, ManifestUpstream } from '../manifest.ts';
import { Fields, isName, isObject, NAME_HINT, show } from './fields.ts';
import { type GraphJob, type JobDraft, type JobRecord, jobRecord } from './job.ts';
import { type PartitionRecord, partitionRecord } from './partitions.ts';
import { callerPosition, type Position } from './position.ts';

const GRAPH: unique symbol = Symbol.for('landfall.graph');

export interface PoolOptions {
  /** How much weight may run at once, 1 to 10,000. */
  readonly capacity: number;
  /** How much of it runs without a deadline never take; default 0. */
  readonly reservedForDeadlines?: number;
}

export interface UpstreamOptions {
  /** The name of the graph that makes them. */
  readonly graph: string;
  /** Globs over partition refs: `*` within a segment, `**` across. */
  readonly patterns: readonly string[];
}

export interface GraphOptions<Pools> {
  readonly name: string;
  readonly owner?: string;
  readonly jobs?: readonly GraphJob<keyof NoInfer<Pools> & string>[];
  readonly pools?: Pools;
  readonly upstreams?: readonly UpstreamOptions[];
  /** Partitions that no job takes or makes, such as external ones that are only wanted. */
  readonly partitions?: readonly { same(): unknown }[];
}

const KNOWN = ['name', 'owner', 'jobs', 'pools', 'upstreams', 'partitions'];

/** A manifest before it is known what its jobs' code is. */
export type ManifestDraft = Omit<Manifest, 'jobs' | 'hash'> & { readonly jobs: readonly JobDraft[] };

/** Where in the config something is said. */
export interface Placed {
  readonly place: FaultPlace;
  readonly position: Position;
}

/** What a config exports: plain data inside, so that it can be handed to another process. */
export interface GraphDefinition {
  readonly [GRAPH]: true;
  readonly draft: ManifestDraft;
  readonly faults: readonly Fault[];
  readonly positions: readonly Placed[];
}

/** The graph of this folder; a config exports it by default. Never throws: faults are told when the graph is loaded. */
export function defineGraph<const Pools extends Readonly<Record<string, PoolOptions>> = Record<never, never>>(
  options: GraphOptions<Pools>,
): GraphDefinition {
  const position = callerPosition();
  const fields = new Fields('The graph', options, KNOWN);
  const name = fields.name('name') ?? '';
  if (fields.get('name') === undefined) fields.refuse('has no name', NAME_HINT);
  const jobs = readJobs(fields);
  const records = [...jobs.flatMap((job) => job.partitions), ...readPartitions(fields)];
  const partitions = uniquePartitions(records);
  const draft: ManifestDraft = {
    format: 1,
    name,
    owner: fields.text('owner'),
    partitions: partitions.map(({ partition }) => partition),
    jobs: jobs.map((job) => job.draft),
    pools: readPools(fields),
    upstreams: readUpstreams(fields),
  };
  return { [GRAPH]: true, draft, ...collect({ name, position, findings: fields.findings }, jobs, partitions) };
}

export function isGraphDefinition(value: unknown): value is GraphDefinition {
  return isObject(value) && GRAPH in value;
}

interface Said {
  readonly place: FaultPlace;
  readonly findings: readonly Finding[];
  readonly position: Position | null;
}

function collect(
  graph: { name: string; position: Position | null; findings: readonly Finding[] },
  jobs: readonly JobRecord[],
  partitions: readonly PartitionRecord[],
): Pick<GraphDefinition, 'faults' | 'positions'> {
  const all: readonly Said[] = [
    { ...graph, place: { kind: 'graph', name: graph.name } },
    ...jobs.map((job) => ({ ...job, place: { kind: 'job', name: job.draft.name } }) satisfies Said),
    ...partitions.map((one) => ({ ...one, place: { kind: 'partition', name: one.partition.pattern } }) satisfies Said),
  ];
  return {
    faults: all.flatMap(({ place, findings }) => findings.map((finding) => ({ ...finding, where: place }))),
    positions: all.flatMap(({ place, position }) => (position === null ? [] : [{ place, position }])),
  };
}

function readJobs(fields: Fields): readonly JobRecord[] {
  return fields.list('jobs').flatMap((value) => {
    const record = jobRecord(value);
    if (record === null) fields.refuse(`has ${show(value)} among its jobs`, 'Write job(name, { … }).');
    return record ?? [];
  });
}

function readPartitions(fields: Fields): readonly PartitionRecord[] {
  return fields.list('partitions').flatMap((value) => {
    const record = partitionRecord(value);
    if (record === null) fields.refuse(`has ${show(value)} among its partitions`, 'Write partitions(pattern).');
    return record ?? [];
  });
}

/** Each declaration once. Two that say the same count as one; two that differ stay, and are found to be duplicates. */
function uniquePartitions(records: readonly PartitionRecord[]): readonly PartitionRecord[] {
  const bySaying = new Map<string, PartitionRecord>();
  for (const record of records) {
    const { pattern, external, owner, from } = record.partition;
    const saying = JSON.stringify([pattern, external, owner, from]);
    if (!bySaying.has(saying)) bySaying.set(saying, record);
  }
  return [...bySaying.values()];
}

function readPools(fields: Fields): Readonly<Record<string, ManifestPool>> {
  const given = fields.get('pools') ?? {};
  if (!isObject(given)) {
    fields.refuse(`has ${show(given)} as pools`, 'Write { name: { capacity: 2 } }.');
    return {};
  }
  return Object.fromEntries(Object.entries(given).map(([name, options]) => [name, readPool(name, options, fields)]));
}

function readPool(name: string, options: unknown, fields: Fields): ManifestPool {
  const pool = new Fields(`The pool ${name}`, options, ['capacity', 'reservedForDeadlines']);
  if (!isName(name)) pool.refuse('has no good name', NAME_HINT);
  const capacity = pool.whole('capacity', { min: 1, max: GRAPH_LIMITS.poolCapacity }, null);
  if (pool.get('capacity') === undefined)
    pool.refuse('has no capacity', 'Say how much may run at once: { capacity: 2 }.');
  const share = { min: 0, max: GRAPH_LIMITS.poolCapacity };
  const reservedForDeadlines = pool.whole('reservedForDeadlines', share, 0);
  fields.findings.push(...pool.findings);
  return { capacity: capacity ?? GRAPH_LIMITS.poolCapacity, reservedForDeadlines };
}

function readUpstreams(fields: Fields): readonly ManifestUpstream[] {
  return fields.list('upstreams').map((value) => {
    const upstream = new Fields('An upstream', value, ['graph', 'patterns']);
    const graph = upstream.name('graph');
    if (upstream.get('graph') === undefined)
      upstream.refuse('has no graph', 'Name the graph that makes the partitions.');
    const patterns = upstream.list('patterns').filter(isGlob);
    if (patterns.length === 0 || patterns.length < upstream.list('patterns').length) {
      upstream.refuse(
        'has patterns that are no globs over partition refs',
        "Write at least one such as 'sensors/**', with letters, digits and . _ = - / *.",
      );
    }
    fields.findings.push(...upstream.findings);
    return { graph: graph ?? '', patterns };
  });
}

function isGlob(value: unknown): value is string {
  return typeof value === 'string' && value.length <= GRAPH_LIMITS.globCharacters && /^[A-Za-z0-9._=*/-]+$/.test(value);
}
