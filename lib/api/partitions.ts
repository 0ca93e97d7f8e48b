import { createHash } from 'node:crypto';
import type { Report } from '../engine/externalCommands.ts';
import {
  availableAnswer,
  lineageAnswer,
  partitionAnswer,
  partitionList,
  partitionReasons,
  taintAnswer,
} from './answers.ts';
import { given } from './given.ts';
import { json } from './message.ts';
import { type Call, route } from './route.ts';
import { availableBody, lineageQuery, partitionsQuery, taintBody } from './schemas.ts';

export const partitionRoutes = [
  route({
    method: 'GET',
    path: '/partitions',
    operationId: 'listPartitions',
    summary: 'Partitions of which there is a record.',
    query: partitionsQuery,
    success: { status: 200, description: 'A page of partitions.', schema: partitionList },
    async handle({ application, query: { state, ...query } }) {
      return json(200, await application.listPartitions(given({ ...query, states: state })));
    },
  }),
  route({
    method: 'GET',
    path: '/partitions/{partitionRef+}',
    operationId: 'getPartition',
    summary: 'One partition and its instances.',
    success: { status: 200, description: 'The partition.', schema: partitionAnswer },
    async handle({ application, params }) {
      return json(200, await application.getPartition(params.partitionRef!));
    },
  }),
  route({
    method: 'GET',
    path: '/why/{partitionRef+}',
    operationId: 'whyPartition',
    summary: 'Why a partition is not live, down to what blocks it.',
    success: { status: 200, description: 'Its reasons; none when it is live.', schema: partitionReasons },
    async handle({ application, params }) {
      return json(200, await application.whyPartition(params.partitionRef!));
    },
  }),
  route({
    method: 'GET',
    path: '/lineage/{partitionRef+}',
    operationId: 'getLineage',
    summary: 'What a partition is made from, or what is made from it.',
    query: lineageQuery,
    success: {
      status: 200,
      description: 'Partitions, and edges from an input to what needs it.',
      schema: lineageAnswer,
    },
    async handle({ application, params, query }) {
      return json(200, await application.lineage(params.partitionRef!, query));
    },
  }),
  route({
    method: 'POST',
    path: '/available',
    operationId: 'reportAvailable',
    summary: 'Report that external partitions are there. All of them, or none.',
    body: availableBody,
    idempotency: 'remembered',
    success: { status: 200, description: 'What was recorded.', schema: availableAnswer },
    async handle({ application, body: { partitions }, idempotency }) {
      const reports = partitions.map((one, at): Report => ({ ...keyedInstance(idempotency, at), ...given(one) }));
      return json(200, { partitions: (await application.reportAvailable(reports)).map((one) => ({ ...one })) });
    },
  }),
  route({
    method: 'POST',
    path: '/taint',
    operationId: 'taint',
    summary: 'Mark instances, and all that was made from them, as not to be used.',
    body: taintBody,
    refFields: ['partitionRefs'],
    idempotency: 'remembered',
    success: { status: 200, description: 'What was, or would be, marked.', schema: taintAnswer },
    async handle({ application, body: { partitionRefs, ...body } }) {
      return json(200, { ...(await application.taint({ partitionRefs: [...new Set(partitionRefs)], ...body })) });
    },
  }),
];

/** The same request tried again, after an answer that was lost, reports the same instance and so changes nothing. */
function keyedInstance(idempotency: Call['idempotency'], at: number): { readonly instance?: string } {
  if (idempotency === null) return {};
  const name = JSON.stringify([idempotency.caller, idempotency.key, at]);
  return { instance: `ext_${createHash('sha256').update(name).digest('hex').slice(0, 26)}` };
}
