import type { Fault } from '../fault.ts';
import type { Manifest, ManifestJob, ManifestPool } from '../manifest.ts';
import { jobPlace } from './jobs.ts';

export function poolFaults(manifest: Manifest): readonly Fault[] {
  const reserved = Object.entries(manifest.pools).flatMap(([name, pool]) => reservedFault(name, pool));
  return [...reserved, ...manifest.jobs.flatMap((job) => poolFault(job, manifest))];
}

function reservedFault(name: string, { capacity, reservedForDeadlines }: ManifestPool): readonly Fault[] {
  if (reservedForDeadlines <= capacity) return [];
  return [
    {
      code: 'reserved',
      message: `The pool ${name} reserves ${reservedForDeadlines} for deadlines, more than its capacity of ${capacity}.`,
      hint: 'Reserve at most the capacity.',
      where: { kind: 'pool', name },
    },
  ];
}

function poolFault(job: ManifestJob, manifest: Manifest): readonly Fault[] {
  if (job.pool === null) return [];
  const where = jobPlace(job);
  const pool = Object.hasOwn(manifest.pools, job.pool) ? manifest.pools[job.pool] : undefined;
  if (pool === undefined) {
    const known = Object.keys(manifest.pools);
    const hint = `Add it to pools${known.length === 0 ? '' : `, or name one of ${known.join(', ')}`}.`;
    return [
      {
        code: 'unknownPool',
        message: `The job ${job.name} names the pool ${job.pool}, which does not exist.`,
        hint,
        where,
      },
    ];
  }
  if (job.weight <= pool.capacity) return [];
  return [
    {
      code: 'weight',
      message: `The job ${job.name} has the weight ${job.weight}, more than the capacity ${pool.capacity} of the pool ${job.pool}, so it could never run.`,
      hint: 'Lower the weight or raise the capacity.',
      where,
    },
  ];
}
