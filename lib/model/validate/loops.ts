import type { Fault } from '../fault.ts';
import type { Manifest, ManifestInput, ManifestJob } from '../manifest.ts';
import { jobPlace } from './jobs.ts';

/** One job needs what another (or the same) makes. */
interface Need {
  readonly job: ManifestJob;
  readonly input: ManifestInput;
  readonly maker: ManifestJob;
}

/**
 * A loop of jobs is a fault, unless each turn of it goes back in time down to a first period: through `previous` of a
 * partition with a `from`. Nothing on such a loop can go forward again: an input determines all time keys of its job
 * (`notInvertible`), so a period once fixed, or divided by `every`, never comes back to its own job.
 */
export function loopFaults(manifest: Manifest): readonly Fault[] {
  return findLoops(needsOf(manifest)).map(loopFault);
}

/** All needs but those that end with a first period. */
function needsOf(manifest: Manifest): readonly Need[] {
  const makers = new Map(manifest.jobs.flatMap((job) => job.outputs.map((output) => [output, job] as const)));
  const withFrom = new Set(manifest.partitions.filter(({ from }) => from !== null).map(({ pattern }) => pattern));
  return manifest.jobs.flatMap((job) =>
    job.inputs.flatMap((input): Need[] => {
      const maker = makers.get(input.pattern);
      const endsBefore = input.mapping.kind === 'previous' && withFrom.has(input.pattern);
      return maker === undefined || endsBefore ? [] : [{ job, input, maker }];
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
