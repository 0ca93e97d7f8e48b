import type { Manifest, ManifestInput, ManifestJob, ManifestPartition, Mapping } from '../../../lib/model/manifest.ts';
import type { Random } from './random.ts';

/** Which keys a pattern has. */
interface Shape {
  readonly time: 'month' | 'year' | null;
  readonly region: boolean;
}

interface Made {
  readonly pattern: string;
  /** The job that makes it, or its own name where it is reported. */
  readonly maker: string;
  readonly shape: Shape;
}

export const months = ['2012-09', '2012-10', '2012-11', '2012-12'];
const regions = ['eu', 'us'];
const shapes: readonly Shape[] = [
  { time: 'month', region: false },
  { time: 'month', region: false },
  { time: 'month', region: true },
  { time: 'year', region: false },
  { time: null, region: false },
  { time: null, region: true },
];

/** A graph without faults: a few jobs over a few partitions, with every kind of mapping among the seeds. */
export function randomManifest(random: Random): Manifest {
  const pools = randomPools(random);
  const externals = randomExternals(random);
  const known: Made[] = [...externals];
  const jobs: ManifestJob[] = [];
  const count = random.pick([1, 1, 2, 2, 3, 3, 4, 5, 6, 7]);
  while (jobs.length < count) {
    const made = randomJob(random, jobs.length, known, Object.entries(pools));
    if (made === null) continue;
    jobs.push(made.job);
    known.push(...made.outputs);
  }
  const built = known.slice(externals.length);
  return {
    format: 1,
    name: 'sim',
    owner: 'simulation',
    partitions: [...externals.map((one) => partition(one, true)), ...built.map((one) => partition(one, false))],
    jobs,
    pools,
    upstreams: [{ graph: 'up', patterns: ['up/**'] }],
    hash: 'manifest-1',
  };
}

function randomPools(random: Random): Manifest['pools'] {
  const pools: Record<string, { capacity: number; reservedForDeadlines: number }> = {};
  for (let i = random.pick([0, 1, 1, 1, 2]); i > 0; i--) {
    const capacity = random.between(1, 4);
    pools[`pool${i}`] = { capacity, reservedForDeadlines: random.chance(0.4) ? random.int(capacity) : 0 };
  }
  return pools;
}

function randomExternals(random: Random): Made[] {
  const made: Made[] = [];
  for (let i = random.between(1, 3); i > 0; i--) {
    const shape = random.pick(shapes.filter((one) => one.time !== 'year'));
    const pattern = patternOf(`${random.chance(0.3) ? 'up' : 'raw'}/e${i}`, shape);
    made.push({ pattern, maker: pattern, shape });
  }
  return made;
}

function patternOf(prefix: string, { time, region }: Shape): string {
  const key = time === null ? '' : `/{${time}:${time}}`;
  return `${prefix}${key}${region ? `/{region:enum(${regions.join('|')})}` : ''}`;
}

function partition({ pattern, shape }: Made, external: boolean): ManifestPartition {
  const from = shape.time === null ? null : shape.time === 'month' ? months[0]! : '2012';
  return { pattern, external, owner: null, from };
}

function randomJob(
  random: Random,
  n: number,
  known: readonly Made[],
  pools: readonly [string, { capacity: number }][],
) {
  const shape = random.pick(shapes);
  const outputs: Made[] = Array.from({ length: random.chance(0.3) ? 2 : 1 }, (_, i) => ({
    pattern: patternOf(`made/j${n}${'ab'[i]}`, shape),
    maker: `j${n}`,
    shape,
  }));
  const inputs = randomInputs(random, shape, known, outputs);
  if (inputs.length === 0) return null;
  const [pool, limits] = pools.length > 0 && random.chance(0.65) ? random.pick(pools) : [null, { capacity: 1 }];
  const isEvent = random.chance(0.15);
  const job: ManifestJob = {
    id: `j${n}`,
    name: `job${n}`,
    owner: null,
    outputs: outputs.map((one) => one.pattern),
    inputs,
    run: isEvent ? { kind: 'event' } : { kind: 'module', path: `./j${n}.ts` },
    pool,
    weight: random.between(1, Math.min(2, limits.capacity)),
    timeoutSeconds: random.between(5, 60),
    heartbeatSeconds: null,
    retry: { attempts: random.between(1, 3), backoffSeconds: random.between(0, 5), maxBackoffSeconds: 10 },
    expectedSeconds: random.chance(0.7) ? random.between(1, 20) : null,
    codeVersion: 'code-1',
  };
  return { job, outputs };
}

function randomInputs(random: Random, shape: Shape, known: readonly Made[], own: readonly Made[]): ManifestInput[] {
  const inputs = new Map<string, ManifestInput>();
  for (let wanted = random.between(1, 3); wanted > 0; wanted--) {
    const source = random.chance(0.7) ? known.at(-1 - random.int(Math.min(3, known.length)))! : random.pick(known);
    const mappings = mappingsFor(shape, source.shape);
    if (mappings.length === 0) continue;
    const mapping = random.pick(mappings)(random);
    const sibling = random.chance(0.6) ? known.find((one) => one !== source && one.maker === source.maker) : undefined;
    for (const { pattern } of [source, ...(sibling === undefined ? [] : [sibling])]) {
      inputs.set(pattern, { pattern, mapping });
    }
  }
  const before = own[0]!;
  if (inputs.size > 0 && shape.time === 'month' && random.chance(0.15)) {
    inputs.set(before.pattern, { pattern: before.pattern, mapping: { kind: 'previous', key: 'month' } });
  }
  return [...inputs.values()];
}

/** The mappings by which a job with these keys may take such an input. */
function mappingsFor(job: Shape, input: Shape): readonly ((random: Random) => Mapping)[] {
  const dropsRegion = input.region && !job.region;
  const fixedRegions = (random: Random): Mapping => ({ kind: 'fixed', key: 'region', values: random.some(regions, 2) });
  if (job.time === input.time) {
    if (dropsRegion) return [fixedRegions];
    const same = (): Mapping => ({ kind: 'same' });
    if (job.time !== 'month') return [same];
    const last = (random: Random): Mapping => ({ kind: 'last', key: 'month', count: random.between(2, 3) });
    return [same, same, last, () => ({ kind: 'previous', key: 'month' })];
  }
  if (input.time !== 'month' || dropsRegion) return [];
  if (job.time === 'year') return [() => ({ kind: 'every', key: 'month', of: 'year' })];
  return [(random) => ({ kind: 'fixed', key: 'month', values: random.some(months, 3) })];
}

/** A partition of another graph, which is no input of any job. */
export const foreignRef = 'up/other';

/** Every ref that a graph's patterns have within the months of the simulation. */
export function refsOf(pattern: string): readonly string[] {
  let refs = [pattern];
  const values: Readonly<Record<string, readonly string[]>> = { month: months, year: ['2012'], region: regions };
  for (const [text, name] of pattern.matchAll(/\{(\w+):[^}]*\}/g)) {
    refs = refs.flatMap((ref) => (values[name!] ?? []).map((value) => ref.replace(text, value)));
  }
  return refs;
}
