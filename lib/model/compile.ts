import { existsWithin, ownBounds, settleBounds } from './bounds.ts';
import type { CompiledInput, CompiledJob, CompiledPartition } from './compiled.ts';
import { compileGlob } from './glob.ts';
import type { Build, BuildId, BuildInput, Graph, Keys, Located } from './graph.ts';
import { keyPart, keysOfPart } from './keyPart.ts';
import type { Manifest, ManifestJob, ManifestPartition } from './manifest.ts';
import { type BoundMapping, bindMapping } from './mapping.ts';
import { nearestPatterns } from './nearest.ts';
import { PartitionIndex } from './partitionIndex.ts';
import { type Pattern, parsePattern, renderPattern } from './pattern.ts';
import { PARTITION_REF_BYTES_MAX } from './ref.ts';

/** Compiles a manifest in which `validateManifest` found no fault; with one it may throw. */
export function compileGraph(manifest: Manifest): Graph {
  const { partitions, jobs } = compileParts(manifest);
  return new CompiledGraph(manifest, partitions, jobs);
}

interface CompiledParts {
  readonly partitions: readonly CompiledPartition[];
  /** By id. */
  readonly jobs: ReadonlyMap<string, CompiledJob>;
}

/** The parts of a graph, linked to each other. */
export function compileParts(manifest: Manifest): CompiledParts {
  const partitions = new Map(
    manifest.partitions.map((partition) => [partition.pattern, compilePartition(partition)] as const),
  );
  const jobs = new Map(manifest.jobs.map((job) => [job.id, compileJob(job, partitions)] as const));
  for (const job of jobs.values()) for (const output of job.outputs) output.job = job;
  settleBounds([...jobs.values()]);
  return { partitions: [...partitions.values()], jobs };
}

function compilePartition(partition: ManifestPartition): CompiledPartition {
  const pattern = parsePattern(partition.pattern);
  return { partition, pattern, job: null, bounds: ownBounds(pattern, partition.from) };
}

function compileJob(job: ManifestJob, partitions: ReadonlyMap<string, CompiledPartition>): CompiledJob {
  const outputs = job.outputs.map((pattern) => partitions.get(pattern)!);
  const keys = outputs[0]!.pattern.keys;
  const inputs = job.inputs.map((declared): CompiledInput => {
    const source = partitions.get(declared.pattern)!;
    return { declared, source, mapping: bindMapping(declared.mapping, keys, source.pattern.keys) };
  });
  const patterns = [...outputs, ...inputs.map((input) => input.source)];
  const safePartLength =
    PARTITION_REF_BYTES_MAX - Math.max(...patterns.map((one) => lengthWithoutKeys(one.pattern, job)));
  return { job, keys, outputs, inputs, safePartLength, bounds: [] };
}

/** Not less than a ref's length without the values of the job's own keys. A moved key's value counts, as it may differ. */
function lengthWithoutKeys(pattern: Pattern, job: ManifestJob): number {
  const fixed = job.inputs.flatMap(({ mapping }) => (mapping.kind === 'fixed' ? mapping.values : []));
  // The longest form of a time has 13 characters, such as 2012-01-31T05.
  return pattern.text.length + Math.max(13, ...fixed.map((value) => value.length));
}

class CompiledGraph implements Graph {
  readonly manifest: Manifest;
  readonly #partitions: readonly CompiledPartition[];
  readonly #index: PartitionIndex<CompiledPartition>;
  readonly #jobs: ReadonlyMap<string, CompiledJob>;
  /** By pattern: who takes it as an input. */
  readonly #consumers = new Map<CompiledPartition, { job: CompiledJob; mapping: BoundMapping }[]>();
  readonly #upstreams: readonly { graph: string; matches: (partitionRef: string) => boolean }[];

  constructor(manifest: Manifest, partitions: readonly CompiledPartition[], jobs: ReadonlyMap<string, CompiledJob>) {
    this.manifest = manifest;
    this.#partitions = partitions;
    this.#index = new PartitionIndex(partitions);
    this.#jobs = jobs;
    for (const job of jobs.values()) {
      for (const { source, mapping } of job.inputs) {
        const consumers = this.#consumers.get(source) ?? [];
        consumers.push({ job, mapping });
        this.#consumers.set(source, consumers);
      }
    }
    this.#upstreams = manifest.upstreams.flatMap(({ graph, patterns }) =>
      patterns.map((pattern) => ({ graph, matches: compileGlob(pattern) })),
    );
  }

  locate(partitionRef: string): Located | null {
    const found = this.#find(partitionRef);
    if (found === null) return null;
    const { partition, job } = found.entry;
    const { keys } = found;
    const owner = partition.owner ?? job?.job.owner ?? this.manifest.owner;
    const common = { partitionRef, pattern: partition.pattern, keys, owner };
    if (job === null) return { kind: 'external', ...common, graph: this.#graphOf(partitionRef) };
    const part = keyPart(keys, job);
    if (part.length > job.safePartLength && makeBuild(job, keys, part) === null) return null;
    return { kind: 'built', ...common, buildId: buildIdOf(job, part), job: job.job };
  }

  build(buildId: BuildId): Build | null {
    const slash = buildId.indexOf('/');
    const job = this.#jobs.get(slash < 0 ? buildId : buildId.slice(0, slash));
    if (job === undefined) return null;
    const part = slash < 0 ? '' : buildId.slice(slash + 1);
    const keys = slash >= 0 && part === '' ? null : keysOfPart(part, job);
    return keys === null || !existsWithin(job.bounds, keys) ? null : makeBuild(job, keys, part);
  }

  dependents(partitionRef: string): readonly BuildId[] {
    const found = this.#find(partitionRef);
    if (found === null) return [];
    const buildIds = new Set<BuildId>();
    for (const { job, mapping } of this.#consumers.get(found.entry) ?? []) {
      for (const keys of mapping.dependents(found.keys)) {
        if (!existsWithin(job.bounds, keys)) continue;
        const part = keyPart(keys, job);
        if (part.length <= job.safePartLength || makeBuild(job, keys, part) !== null)
          buildIds.add(buildIdOf(job, part));
      }
    }
    return [...buildIds];
  }

  tooEarly(partitionRef: string): string | null {
    if (partitionRef.length > PARTITION_REF_BYTES_MAX) return null;
    const found = this.#index.find(partitionRef);
    const isEarly = found !== null && !existsWithin(found.entry.bounds, found.keys);
    return isEarly ? found.entry.partition.pattern : null;
  }

  nearest(partitionRef: string, count: number): readonly string[] {
    const patterns = this.#partitions.map(({ pattern }) => pattern);
    return nearestPatterns(patterns, partitionRef, count);
  }

  #find(partitionRef: string) {
    if (partitionRef.length > PARTITION_REF_BYTES_MAX) return null;
    const found = this.#index.find(partitionRef);
    return found === null || !existsWithin(found.entry.bounds, found.keys) ? null : found;
  }

  #graphOf(partitionRef: string): string {
    return this.#upstreams.find(({ matches }) => matches(partitionRef))?.graph ?? this.manifest.name;
  }
}

function buildIdOf(job: CompiledJob, part: string): BuildId {
  return part === '' ? job.job.id : `${job.job.id}/${part}`;
}

/** `null` where a ref of it would be longer than refs may be. */
function makeBuild(job: CompiledJob, keys: Keys, part: string): Build | null {
  const outputs = job.outputs.map((output) => placeAt(output, keys));
  const inputs = new Map<string, BuildInput | null>();
  for (const { source, mapping } of job.inputs) {
    for (const inputKeys of mapping.inputs(keys)) {
      if (!existsWithin(source.bounds, inputKeys)) continue;
      const place = placeAt(source, inputKeys);
      inputs.set(place?.partitionRef ?? '', place);
    }
  }
  const places = [...inputs.values()];
  if (!allPlaces(outputs) || !allPlaces(places)) return null;
  return { buildId: buildIdOf(job, part), job: job.job, keys, outputs, inputs: places };
}

/** At the same keys in the pattern's own order. */
function placeAt({ pattern }: CompiledPartition, keys: Keys): BuildInput | null {
  const partitionRef = renderPattern(pattern, keys);
  if (partitionRef === null) return null;
  const own: Record<string, string> = {};
  for (const { name } of pattern.keys) own[name] = keys[name]!;
  return { partitionRef, pattern: pattern.text, keys: own };
}

function allPlaces(places: readonly (BuildInput | null)[]): places is readonly BuildInput[] {
  return places.every((place) => place !== null);
}
