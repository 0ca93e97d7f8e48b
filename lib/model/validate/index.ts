import { existsWithin } from '../bounds.ts';
import { compileParts } from '../compile.ts';
import type { Fault } from '../fault.ts';
import type { Manifest } from '../manifest.ts';
import { jobFaults, jobPlace } from './jobs.ts';
import { loopFaults } from './loops.ts';
import { fromFaults, makerFaults, readPatterns } from './partitions.ts';
import { poolFaults } from './pools.ts';
import { sizeFaults } from './sizes.ts';

/**
 * Everything that is wrong with a manifest, at once; empty for one that `compileGraph` takes. What types and plain ranges
 * say (a whole number, a name's letters) is checked where the config is read.
 */
export function validateManifest(manifest: Manifest): readonly Fault[] {
  // The rest compares every pattern with every other.
  const sizes = sizeFaults(manifest);
  if (sizes.length > 0) return sizes;
  const { patterns, faults } = readPatterns(manifest);
  const found = [
    ...faults,
    ...fromFaults(manifest, patterns),
    ...jobFaults(manifest, patterns),
    ...makerFaults(manifest, patterns),
    ...loopFaults(manifest),
    ...poolFaults(manifest),
  ];
  return found.length > 0 ? found : beforeFromFaults(manifest);
}

/** Fixed values that lie before what they name exists, as far as that is known only of the whole graph. */
function beforeFromFaults(manifest: Manifest): readonly Fault[] {
  return [...compileParts(manifest).jobs.values()].flatMap(({ job, inputs }) =>
    inputs.flatMap(({ declared: { mapping, pattern }, source }): Fault[] => {
      if (mapping.kind !== 'fixed') return [];
      const bounds = source.bounds.filter(({ name }) => name === mapping.key);
      const early = mapping.values.find((value) => !existsWithin(bounds, { [mapping.key]: value }));
      if (early === undefined) return [];
      const message = `The job ${job.name} takes ${pattern} at "${mapping.key}" = "${early}", which is before its first.`;
      const hint = 'Take the value away, or give the partition an earlier from.';
      return [{ code: 'neverSatisfied', message, hint, where: jobPlace(job) }];
    }),
  );
}
