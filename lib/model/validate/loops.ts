import type { Fault } from '../fault.ts';
import type { Manifest, ManifestInput, ManifestJob } from '../manifest.ts';
import { jobPlace } from './jobs.ts';
import type { Patterns } from './partitions.ts';

/** One job needs what another (or the same) makes. */
interface Need {
  readonly job: ManifestJob;
  readonly input: ManifestInput;
  readonly maker: ManifestJob;
  /** True where each turn goes back in time, down to a first period. */
  readonly endsBefore: boolean;
}

/**
 * A loop of jobs is a fault, unless every turn of it ends: it goes through `previous` of a partition with a `from`, and
 * nothing else on it moves the time key forward.
 */
export function loopFaults(manifest: Manifest, patterns: Patterns): readonly Fault[] {
  const needs = needsOf(manifest);
  const loops = findLoops(needs.filter(({ endsBefore }) => !endsBefore));
  if (loops.length > 0) return loops.map(loopFault);
  return needs.filter(({ endsBefore }) => endsBefore).flatMap((need) => forwardFault(need, needs, patterns));
}

function needsOf(manifest: Manifest): readonly Need[] {
  const makers = new Map(manifest.jobs.flatMap((job) => job.outputs.map((output) => [output, job] as const)));
  const withFrom = new Set(manifest.partitions.filter(({ from }) => from !== null).map(({ pattern }) => pattern));
  return manifest.jobs.flatMap((job) =>
    job.inputs.flatMap((input): Need[] => {
      const maker = makers.get(input.pattern);
      const endsBefore = input.mapping.kind === 'previous' && withFrom.has(input.pattern);
      return maker === undefined ? [] : [{ job, input, maker, endsBefore }];
    }),
  );
}

/** One loop for each need that closes one, by depth first search; each job is entered once. */
function findLoops(needs: readonly Need[]): readonly (readonly Need[])[] {
  const byJob = Map.groupBy(needs, ({ job }) => job);
  const done = new Set<ManifestJob>();
  const loops: (readonly Need[])[] = [];
  const visit = (job: ManifestJob, path: readonly Need[]): void => {
    if (done.has(job)) return;
    for (const need of byJob.get(job) ?? []) {
      const longer = [...path, need];
      const start = longer.findIndex((step) => step.job === need.maker);
      if (start >= 0) loops.push(longer.slice(start));
      else visit(need.maker, longer);
    }
    done.add(job);
  };
  for (const job of byJob.keys()) visit(job, []);
  return loops;
}

function loopFault(loop: readonly Need[]): Fault {
  const steps = loop.map(({ job, input }) => `${job.name} needs ${input.pattern}`);
  const back = loop.find(({ input }) => input.mapping.kind === 'previous');
  return {
    code: 'cycle',
    message: `The jobs need each other in a circle: ${steps.join(', ')}, which ${loop.at(-1)!.maker.name} makes.`,
    hint:
      back === undefined
        ? 'Remove one of these inputs, or take the previous period of a partition with a from.'
        : `Give ${back.input.pattern} a from: its first period, which has no previous one.`,
    where: jobPlace(loop[0]!.job),
  };
}

function forwardFault(need: Need, needs: readonly Need[], patterns: Patterns): readonly Fault[] {
  const above = reach(need.maker, needs, 'maker');
  if (!above.has(need.job)) return [];
  const below = reach(need.job, needs, 'job');
  const forward = needs.find((other) => movesTime(other, patterns) && below.has(other.maker) && above.has(other.job));
  if (forward === undefined) return [];
  return [
    {
      code: 'cycle',
      message: `The jobs ${need.job.name} and ${forward.job.name} need each other in a circle in which ${forward.job.name} may ask for a later period of ${forward.input.pattern}.`,
      hint: 'Remove one of these inputs: a circle may hold only same, last and previous of one time key.',
      where: jobPlace(forward.job),
    },
  ];
}

/** All jobs that are reached from one by its needs (towards `maker`) or that reach it (towards `job`). */
function reach(from: ManifestJob, needs: readonly Need[], towards: 'maker' | 'job'): ReadonlySet<ManifestJob> {
  const start = towards === 'maker' ? 'job' : 'maker';
  const steps = Map.groupBy(needs, (need) => need[start]);
  const found = new Set([from]);
  for (const job of found) for (const need of steps.get(job) ?? []) found.add(need[towards]);
  return found;
}

function movesTime({ input }: Need, patterns: Patterns): boolean {
  const { mapping } = input;
  if (mapping.kind === 'every') return true;
  if (mapping.kind !== 'fixed') return false;
  return patterns.get(input.pattern)?.keys.find(({ name }) => name === mapping.key)?.type.kind === 'time';
}
