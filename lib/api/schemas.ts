import * as z from 'zod';
import { reportLimits } from '../engine/externalCommands.ts';
import { wantLimits } from '../engine/wantCommands.ts';
import { publicTypes } from '../query/publicEvents.ts';
import {
  count,
  graphName,
  list,
  location,
  moment,
  paging,
  partitionRef,
  refGlob,
  repeated,
  several,
  storedLine,
  storedText,
  whole,
} from './fields.ts';
import { apiLimits } from './limits.ts';

/** What callers send: the schemas that check it are the ones that the OpenAPI document shows. */

export const wantStates = ['waiting', 'building', 'satisfied', 'failed', 'expired', 'cancelled'] as const;
export const wantSources = ['cli', 'dashboard', 'scheduled', 'api', 'event', 'derived'] as const;
export const slaStates = ['none', 'onTrack', 'atRisk', 'late', 'lateAtCreation', 'met', 'missed'] as const;
export const partitionStates = ['missing', 'building', 'live', 'failed', 'tainted'] as const;
export const runStates = [
  'queued',
  'running',
  'succeeded',
  'missing',
  'failed',
  'timedOut',
  'cancelled',
  'dropped',
] as const;
const dependency = z.strictObject({ graph: graphName, partitionRef });

function isOneOfTwo(value: unknown): boolean {
  const { partitionRef: one, partitionRefs: many } = value as Record<string, unknown>;
  return (one === undefined) !== (many === undefined);
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

export const wantBody = z
  .strictObject({
    partitionRef: partitionRef.optional(),
    partitionRefs: list(partitionRef, wantLimits.partitionRefs).optional(),
    dataTimestamp: moment.optional().describe('The moment that the SLA counts from; default: `createdAt`.'),
    ttlSeconds: whole(1, wantLimits.ttlSecondsMax)
      .optional()
      .describe(`Seconds from its creation after which it expires; default ${wantLimits.ttlSecondsDefault}.`),
    slaSeconds: whole(0, wantLimits.slaSecondsMax)
      .optional()
      .describe('Seconds from `dataTimestamp` until the deadline.'),
    externalDependencies: list(dependency, wantLimits.externalDependencies).optional(),
    deliver: z.enum(['built', 'served']).optional(),
    freshAfter: moment.optional().describe('Only what was made from inputs pinned at or after this moment counts.'),
    comment: storedText(wantLimits.commentBytes).optional(),
    source: z.enum(['api', 'cli', 'dashboard']).default('api'),
  })
  .refine(isOneOfTwo, {
    error: 'must have exactly one of partitionRef and partitionRefs',
    when: ({ value }) => isObject(value),
  });

export const wantsQuery = z.strictObject({
  state: several(z.enum(wantStates)),
  source: several(z.enum(wantSources)),
  partition: refGlob.optional().describe('Wants for at least one such partition.'),
  createdAfter: moment.optional(),
  createdBefore: moment.optional(),
  sla: several(z.enum(slaStates)),
  ...paging,
});

export const pageQuery = z.strictObject(paging);

export const revisionQuery = z.strictObject({
  ifRevision: count(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('The revision that this was decided on; another one is 409.'),
});

export const partitionsQuery = z.strictObject({
  pattern: refGlob.optional(),
  state: several(z.enum(partitionStates)),
  ...paging,
});

export const lineageQuery = z.strictObject({
  direction: z.enum(['up', 'down']).default('up').describe('To what it is made from, or to what is made from it.'),
  depth: count(1, apiLimits.lineageDepth).default(apiLimits.lineageDepthDefault),
});

const report = z.strictObject({
  partitionRef,
  graph: graphName.optional().describe('The graph that made it; default: as the patterns say.'),
  instance: storedLine(reportLimits.instanceBytes).optional().describe('Names this version of it; default: a new one.'),
  location: location.optional(),
  at: moment.optional().describe('The moment of the data.'),
});

export const availableBody = z.strictObject({
  partitions: list(report, reportLimits.partitions).check(({ value, issues }) => {
    for (const at of repeated(value.map((one) => `${one.graph ?? ''}:${one.partitionRef}`))) {
      issues.push({ code: 'custom', message: 'is reported twice in one call', path: [at], input: value[at] });
    }
  }),
});

export const taintBody = z.strictObject({
  partitionRefs: list(partitionRef, wantLimits.partitionRefs),
  reason: storedText(apiLimits.reasonBytes),
  dryRun: z.boolean().default(false),
});

export const runsQuery = z.strictObject({
  state: several(z.enum(runStates)),
  job: storedLine(256).optional(),
  ...paging,
});

export const runLogQuery = z.strictObject({
  fromByte: count(0, Number.MAX_SAFE_INTEGER)
    .default(0)
    .describe('Where to go on: `Landfall-Log-End` of the answer before.'),
});

export const emptyBody = z.strictObject({}).optional();

export const cancelRunBody = z
  .strictObject({
    reason: storedText(apiLimits.reasonBytes).optional(),
    ifRevision: whole(0, Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('The revision that this was decided on; another one is 409.'),
  })
  .optional();

const metadata = z
  .record(z.string(), z.unknown())
  .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= apiLimits.metadataBytes, {
    error: `takes more than ${apiLimits.metadataBytes} bytes as JSON`,
    params: { limit: apiLimits.metadataBytes },
  });

const output = z.strictObject({
  partitionRef,
  location: location.optional(),
  rows: whole(0, Number.MAX_SAFE_INTEGER).optional(),
  bytes: whole(0, Number.MAX_SAFE_INTEGER).optional(),
});

const capability = z.string().min(1).max(apiLimits.capabilityChars).describe('What `accept` gave for this run.');

export const reportBody = z.discriminatedUnion('outcome', [
  z.strictObject({
    capability,
    outcome: z.literal('succeeded'),
    outputs: list(output, wantLimits.partitionRefs).optional(),
    metadata: metadata.optional(),
  }),
  z.strictObject({
    capability,
    outcome: z.literal('failed'),
    error: storedText(apiLimits.errorBytes),
    retryable: z.boolean().default(false),
  }),
  z.strictObject({
    capability,
    outcome: z.literal('missing'),
    partitionRefs: list(partitionRef, wantLimits.partitionRefs),
  }),
]);

export const eventsQuery = z.strictObject({
  since: z.string().min(1).max(apiLimits.cursorChars).optional().describe('`nextCursor` of an earlier answer.'),
  type: several(z.enum(publicTypes)),
  pattern: refGlob.optional().describe('Events about at least one such partition.'),
  limit: paging.limit,
  waitSeconds: count(0, apiLimits.waitSeconds).default(0).describe('How long to wait for the first event.'),
});
