import type { EventView, PartitionView, RunView, SlaView, WantView } from '../../../lib/query/views.ts';

export const at = '2026-01-01T00:00:00.000Z';

export function fakeWant(wantId: string, partitionRefs: readonly string[]): WantView {
  return {
    wantId,
    graph: 'weather',
    partitionRefs,
    state: 'waiting',
    reasons: [fakeReason],
    createdAt: at,
    expiresAt: '2026-01-08T00:00:00.000Z',
    dataTimestamp: at,
    ttlSeconds: 604_800,
    slaSeconds: null,
    slaDeadline: null,
    sla: 'none',
    externalDependencies: [],
    source: 'api',
    deliver: 'built',
    freshAfter: null,
    comment: null,
    endedAt: null,
    revision: 1,
  };
}

export const fakeReason = {
  kind: 'missingExternal',
  partitionRef: 'weather/raw/2012-01-31',
  graph: 'weather',
  runId: null,
  since: at,
  owner: 'climate-team',
  text: 'weather/raw/2012-01-31 has not been reported',
} as const;

export const fakeRun: RunView = {
  runId: 'run_1',
  job: 'clean',
  state: 'running',
  attempt: 1,
  outputs: ['weather/daily/2012-01-31'],
  inputs: [{ partitionRef: 'weather/raw/2012-01-31', instanceId: 'ext_1' }],
  wantIds: ['want_1'],
  createdAt: at,
  startedAt: at,
  endedAt: null,
  retryAt: null,
  progress: 0.5,
  metadata: null,
  error: null,
  missing: null,
  revision: 2,
};

export function fakePartition(partitionRef: string): PartitionView {
  return {
    partitionRef,
    state: 'live',
    instance: { instanceId: 'run_0', runId: 'run_0', at, location: '/somewhere' },
    instances: [{ instanceId: 'run_0', at }],
  };
}

export const fakeSla: SlaView = {
  eventId: 'want/want_1#2.0',
  wantId: 'want_1',
  partitionRefs: ['weather/daily/2012-01-31'],
  slaDeadline: at,
  at,
  expectedAt: null,
  owner: null,
  blame: { partitionRef: 'weather/raw/2012-01-31', owner: 'climate-team', text: 'not reported' },
};

export function fakeEvent(position: number): EventView {
  return { eventId: `e${position}`, type: 'WantCreated', at, graph: 'weather', position, wantId: `want_${position}` };
}
