import type { Look } from '../../../lib/cli/terminal.ts';
import type { DeepReasonView, PartitionView, ReasonView, RunView, WantView } from '../../../lib/query/views.ts';

/** A moment of 20 November 2026. */
export const at = (time: string): string => `2026-11-20T${time}.000Z`;

const plain: Look = { now: Date.parse(at('12:00:00')), width: 80, tableWidth: 80, paint: (_colour, text) => text };

/** Noon on a terminal of 80 columns, without colours. */
export const look = plain;

/** The same with each colour shown by its name. */
export const colourful: Look = { ...plain, paint: (colour, text) => `<${colour}>${text}</>` };

export const reason = (changes: Partial<ReasonView>): ReasonView => ({
  kind: 'missingInput',
  partitionRef: null,
  graph: null,
  runId: null,
  since: null,
  owner: null,
  text: '',
  ...changes,
});

export const deep = (changes: Partial<DeepReasonView>): DeepReasonView => ({
  ...reason(changes),
  because: [],
  ...changes,
});

export const want = (changes: Partial<WantView> = {}): WantView => ({
  wantId: 'want_01KAG7Z3M0ABCDEFGHJKMNPQRS',
  graph: 'weather',
  partitionRefs: ['weather/yearly/2014'],
  state: 'waiting',
  reasons: [],
  createdAt: at('09:00:00'),
  expiresAt: '2026-11-27T09:00:00.000Z',
  dataTimestamp: at('09:00:00'),
  ttlSeconds: 604_800,
  slaSeconds: null,
  slaDeadline: null,
  sla: 'none',
  externalDependencies: [],
  source: 'cli',
  deliver: 'built',
  freshAfter: null,
  comment: null,
  endedAt: null,
  revision: 1,
  ...changes,
});

export const run = (changes: Partial<RunView> = {}): RunView => ({
  runId: 'run_01KAG7Z3M0ABCDEFGHJKMNPQRS',
  job: 'clean',
  state: 'running',
  attempt: 1,
  outputs: ['weather/daily/2014-05-17'],
  inputs: [{ partitionRef: 'weather/raw/2014-05-17', instanceId: 'ext_1' }],
  wantIds: ['want_01KAG7Z3M0ABCDEFGHJKMNPQRS'],
  createdAt: at('11:58:00'),
  startedAt: at('11:59:00'),
  endedAt: null,
  retryAt: null,
  progress: null,
  metadata: null,
  error: null,
  missing: null,
  revision: 2,
  ...changes,
});

export const partition = (changes: Partial<PartitionView> = {}): PartitionView => ({
  partitionRef: 'weather/daily/2014-05-17',
  state: 'live',
  instance: {
    instanceId: 'run_01KAG7Z3M0ABCDEFGHJKMNPQRS',
    runId: 'run_01KAG7Z3M0ABCDEFGHJKMNPQRS',
    at: at('11:00:00'),
    location: null,
  },
  instances: [],
  ...changes,
});
