import type * as z from 'zod';
import { eventPage, planAnswer, wantAnswer, wantDetailAnswer, wantList, wantReasons } from './answers.ts';
import type { WantRequest } from './application.ts';
import { apiBase } from './base.ts';
import { given } from './given.ts';
import { json } from './message.ts';
import { orPresentState } from './presentState.ts';
import { route } from './route.ts';
import { pageQuery, revisionQuery, wantBody, wantsQuery } from './schemas.ts';

export const wantRoutes = [
  route({
    method: 'POST',
    path: '/wants',
    operationId: 'createWant',
    summary: 'Ask for partitions, durably.',
    body: wantBody,
    refFields: ['partitionRef', 'partitionRefs'],
    idempotency: 'ownId',
    success: { status: 201, description: 'The want.', schema: wantAnswer, headers: { Location: 'Where the want is.' } },
    async handle({ application, body, idempotency }) {
      const want = await application.createWant(application.wantIdFor(idempotency), requestOf(body));
      return json(201, want, { location: `${apiBase}/wants/${want.wantId}` });
    },
  }),
  route({
    method: 'GET',
    path: '/wants',
    operationId: 'listWants',
    summary: 'Wants, those that are open first.',
    query: wantsQuery,
    success: { status: 200, description: 'A page of wants.', schema: wantList },
    async handle({ application, query: { state, source, ...query } }) {
      return json(200, await application.listWants(given({ ...query, states: state, sources: source })));
    },
  }),
  route({
    method: 'GET',
    path: '/wants/{wantId}',
    operationId: 'getWant',
    summary: 'One want, with what it waits for.',
    success: { status: 200, description: 'The want.', schema: wantDetailAnswer },
    async handle({ application, params }) {
      return json(200, await application.getWant(params.wantId!));
    },
  }),
  route({
    method: 'GET',
    path: '/wants/{wantId}/timeline',
    operationId: 'getWantTimeline',
    summary: 'What happened to a want and to its runs.',
    query: pageQuery,
    success: { status: 200, description: 'A page of events.', schema: eventPage },
    async handle({ application, params, query }) {
      return json(200, await application.wantTimeline(params.wantId!, given(query)));
    },
  }),
  route({
    method: 'GET',
    path: '/wants/{wantId}/why',
    operationId: 'whyWant',
    summary: 'Why a want is not satisfied yet, down to what blocks it.',
    success: { status: 200, description: 'Its reasons; none once it is satisfied.', schema: wantReasons },
    async handle({ application, params }) {
      return json(200, await application.whyWant(params.wantId!));
    },
  }),
  route({
    method: 'DELETE',
    path: '/wants/{wantId}',
    operationId: 'cancelWant',
    summary: 'Cancel a want. Started runs go on; queued ones that nobody else needs are dropped.',
    query: revisionQuery,
    success: { status: 200, description: 'The want; again the same.', schema: wantAnswer },
    handle({ application, params, query, request }) {
      const wantId = params.wantId!;
      const by = { text: `cancelled by ${request.caller}`, ...given(query) };
      return orPresentState(
        async () => json(200, await application.cancelWant(wantId, by)),
        () => application.getWant(wantId),
      );
    },
  }),
  route({
    method: 'POST',
    path: '/plan',
    operationId: 'plan',
    summary: 'What a want would run, and how long that would take. Nothing is written.',
    body: wantBody,
    refFields: ['partitionRef', 'partitionRefs'],
    idempotency: 'remembered',
    success: { status: 200, description: 'The plan.', schema: planAnswer },
    async handle({ application, body }) {
      return json(200, await application.plan(requestOf(body)));
    },
  }),
];

function requestOf({ partitionRef, partitionRefs, ...fields }: z.output<typeof wantBody>): WantRequest {
  return given({ ...fields, partitionRefs: partitionRefs ?? [partitionRef!] });
}
