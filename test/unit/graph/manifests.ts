import type { Manifest, ManifestInput, ManifestJob, ManifestPartition } from '../../../lib/model/manifest.ts';

export function partition(pattern: string, more: Partial<ManifestPartition> = {}): ManifestPartition {
  return { pattern, external: false, owner: null, from: null, ...more };
}

export function external(pattern: string, more: Partial<ManifestPartition> = {}): ManifestPartition {
  return partition(pattern, { external: true, ...more });
}

export function job(
  name: string,
  outputs: readonly string[],
  inputs: readonly ManifestInput[],
  more: Partial<ManifestJob> = {},
): ManifestJob {
  return {
    id: name,
    name,
    owner: null,
    outputs,
    inputs,
    run: { kind: 'event' },
    pool: null,
    weight: 1,
    timeoutSeconds: 3_600,
    heartbeatSeconds: null,
    retry: { attempts: 1, backoffSeconds: 1, maxBackoffSeconds: 60 },
    expectedSeconds: null,
    codeVersion: 'v1',
    ...more,
  };
}

export function manifest(
  partitions: readonly ManifestPartition[],
  jobs: readonly ManifestJob[],
  more: Partial<Manifest> = {},
): Manifest {
  return { format: 1, name: 'test', owner: 'team', partitions, jobs, pools: {}, upstreams: [], hash: 'h', ...more };
}

/** The weather example's shape, with raw days from 2012 on. */
export function weather(): Manifest {
  return manifest(
    [
      external('weather/raw/{date:day}', { from: '2012-01-01', owner: 'noaa' }),
      partition('weather/daily/{date:day}'),
      partition('weather/monthly/{month:month}'),
      partition('weather/extremes/{month:month}'),
      partition('weather/yearly/{year:year}', { owner: 'yearly-team' }),
      partition('weather/rolling/{date:day}'),
    ],
    [
      job('clean', ['weather/daily/{date:day}'], [{ pattern: 'weather/raw/{date:day}', mapping: { kind: 'same' } }]),
      job(
        'summarise',
        ['weather/monthly/{month:month}', 'weather/extremes/{month:month}'],
        [{ pattern: 'weather/daily/{date:day}', mapping: { kind: 'every', key: 'date', of: 'month' } }],
      ),
      job(
        'year',
        ['weather/yearly/{year:year}'],
        [{ pattern: 'weather/monthly/{month:month}', mapping: { kind: 'every', key: 'month', of: 'year' } }],
        { owner: 'job-team' },
      ),
      job(
        'roll',
        ['weather/rolling/{date:day}'],
        [{ pattern: 'weather/daily/{date:day}', mapping: { kind: 'last', key: 'date', count: 30 } }],
        { owner: 'job-team' },
      ),
    ],
    { upstreams: [{ graph: 'sensors', patterns: ['weather/raw/2013-*'] }] },
  );
}
