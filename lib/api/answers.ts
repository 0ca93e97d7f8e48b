import * as z from 'zod';
import type { Reported, Tainted } from '../engine/externalCommands.ts';
import type { Json } from '../model/json.ts';
import type * as views from '../query/views.ts';
import { partitionStates, runStates, slaStates, wantSources, wantStates } from './schemas.ts';

/** What the API answers, for the OpenAPI document and for tests that hold answers to it. */

const moment = z.string().meta({ format: 'date-time' });
const text = z.string();
const texts = z.array(text);
const reasonKinds = [
  'missingInput',
  'missingExternal',
  'upstreamFailed',
  'running',
  'queued',
  'poolFull',
  'retryAt',
] as const;

function page<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), nextCursor: text.nullable() });
}

const reasonFields = {
  kind: z.enum(reasonKinds),
  partitionRef: text.nullable(),
  graph: text.nullable(),
  runId: text.nullable(),
  since: moment.nullable(),
  owner: text.nullable(),
  text,
};

export const reason = z.strictObject(reasonFields) satisfies z.ZodType<views.ReasonView>;

export const deepReason: z.ZodType<views.DeepReasonView> = z.strictObject({
  ...reasonFields,
  because: z.array(z.lazy(() => deepReason)),
});

const wantFields = {
  wantId: text,
  graph: text,
  partitionRefs: texts,
  state: z.enum(wantStates),
  reasons: z.array(reason),
  createdAt: moment,
  expiresAt: moment,
  dataTimestamp: moment,
  ttlSeconds: z.int(),
  slaSeconds: z.int().nullable(),
  slaDeadline: moment.nullable(),
  sla: z.enum(slaStates),
  externalDependencies: z.array(z.strictObject({ graph: text, partitionRef: text })),
  source: z.enum(wantSources),
  deliver: z.literal('built'),
  freshAfter: moment.nullable(),
  comment: text.nullable(),
  endedAt: moment.nullable(),
  revision: z.int(),
};

export const wantAnswer = z.strictObject(wantFields) satisfies z.ZodType<views.WantView>;
export const wantDetailAnswer = z.strictObject({
  ...wantFields,
  parentWantIds: z.exactOptional(texts.max(50)),
}) satisfies z.ZodType<views.WantDetailView>;
export const wantList = page(wantAnswer);
export const wantReasons = z.strictObject({ wantId: text, reasons: z.array(deepReason) });
export const partitionReasons = z.strictObject({ partitionRef: text, reasons: z.array(deepReason) });

export const planAnswer = z.strictObject({
  runs: z.array(z.strictObject({ job: text, outputs: texts })),
  reasons: z.array(reason),
  estimateSeconds: z.number(),
}) satisfies z.ZodType<views.PlanView>;

export const partitionAnswer = z.strictObject({
  partitionRef: text,
  state: z.enum(partitionStates),
  instance: z
    .strictObject({ instanceId: text, runId: text.nullable(), at: moment, location: text.nullable() })
    .nullable(),
  instances: z.array(z.strictObject({ instanceId: text, at: moment })),
}) satisfies z.ZodType<views.PartitionView>;
export const partitionList = page(partitionAnswer);

export const lineageAnswer = z.strictObject({
  nodes: z.array(z.strictObject({ partitionRef: text, state: z.enum(partitionStates), instanceId: text.nullable() })),
  edges: z.array(z.strictObject({ from: text, to: text, learned: z.boolean() })),
}) satisfies z.ZodType<views.LineageView>;

const reported = z.strictObject({
  partitionRef: text,
  graph: text,
  instanceId: text,
  changed: z.boolean().describe('False where this instance had been reported before.'),
}) satisfies z.ZodType<Reported>;
export const availableAnswer = z.strictObject({ partitions: z.array(reported) });

export const taintAnswer = z.strictObject({
  partitionRefs: texts,
  affected: texts.describe('All that was made from them.'),
}) satisfies z.ZodType<Tainted>;

const object = z.record(z.string(), z.unknown() as z.ZodType<Json>);

export const runAnswer = z.strictObject({
  runId: text,
  job: text,
  state: z.enum(runStates),
  attempt: z.int(),
  outputs: texts,
  inputs: z.array(z.strictObject({ partitionRef: text, instanceId: text })),
  wantIds: texts,
  createdAt: moment,
  startedAt: moment.nullable(),
  endedAt: moment.nullable(),
  retryAt: moment.nullable(),
  progress: z.number().nullable(),
  metadata: object.nullable(),
  error: text.nullable(),
  missing: texts.nullable(),
  revision: z.int(),
}) satisfies z.ZodType<views.RunView>;
export const runList = page(runAnswer);

export const acceptAnswer = z.strictObject({
  capability: text.describe('For this run and one report.'),
  inputs: z.array(object),
  outputs: z.array(object),
  deadline: moment,
});

export const eventAnswer = z.looseObject({
  eventId: text,
  type: text,
  at: moment,
  graph: text,
  position: z.int(),
});
export const eventPage = page(eventAnswer);
export const feedPage = z.strictObject({ items: z.array(eventAnswer), nextCursor: text });

export const slaList = page(
  z.strictObject({
    eventId: text,
    wantId: text,
    partitionRefs: texts,
    slaDeadline: moment,
    at: moment,
    expectedAt: moment.nullable(),
    owner: text.nullable(),
    blame: z.strictObject({ partitionRef: text, owner: text.nullable(), text }).nullable(),
  }) satisfies z.ZodType<views.SlaView>,
);

export const healthAnswer = z.strictObject({
  status: z.enum(['ok', 'degraded']),
  graph: text,
  version: text,
  lag: z.int().describe('Commits that are not yet reacted to.'),
  configFault: text.nullable(),
}) satisfies z.ZodType<views.HealthView>;

export const problemAnswer = z.looseObject({
  type: text,
  title: text,
  status: z.int(),
  detail: text,
  errors: z.exactOptional(
    z.array(
      z.strictObject({
        pointer: z.exactOptional(text),
        parameter: z.exactOptional(text),
        detail: text,
        limit: z.exactOptional(z.number()),
      }),
    ),
  ),
});
