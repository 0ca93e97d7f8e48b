import { defineGraph, type GraphDefinition, job, partitions } from '../../lib/index.ts';

/** How many partitions are made from each source: the waiters that one report wakes. */
export const fan = 10;

/** Two digits, so that names order like numbers. */
export function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}

/**
 * The graph that everything is measured on: `sources` reported patterns with ten jobs each, a source with a single job,
 * and one job each that runs as a command, as a warm module, and in a pool.
 */
export function benchGraph(sources: number): GraphDefinition {
  const nothing = './jobs/nothing.ts';
  const timing = { expectedSeconds: 1, timeoutSeconds: 60 };
  const wide = Array.from({ length: sources }, (_, s) => {
    const source = partitions(`in${twoDigits(s)}/{n:integer}`, { external: true });
    return Array.from({ length: fan }, (_, k) => {
      const outputs = [partitions(`out${twoDigits(s)}.${k}/{n:integer}`)];
      return job(`make${twoDigits(s)}.${k}`, { inputs: [source.same()], outputs, run: nothing, ...timing });
    });
  });
  const single = partitions('single/{n:integer}', { external: true });
  const inputs = [single.same()];
  const command = ['sh', '-c', ': > "$LANDFALL_OUTPUT"'] as const;
  return defineGraph({
    name: 'bench',
    owner: 'bench',
    jobs: [
      ...wide.flat(),
      job('solo', { inputs, outputs: [partitions('solo/{n:integer}')], run: nothing, ...timing }),
      job('warm', { inputs, outputs: [partitions('warm/{n:integer}')], run: nothing, ...timing }),
      job('spawned', { inputs, outputs: [partitions('spawned/{n:integer}')], run: { command }, ...timing }),
      job('pooled', { inputs, outputs: [partitions('pooled/{n:integer}')], run: nothing, pool: 'wide', ...timing }),
    ],
    pools: { wide: { capacity: 1_000 } },
  });
}
