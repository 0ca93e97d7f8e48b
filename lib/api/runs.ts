import { createHash, randomUUID } from 'node:crypto';
import type * as z from 'zod';
import type { OutputWritten, RunOutcome } from '../engine/ports.ts';
import type { JsonObject } from '../model/json.ts';
import { acceptAnswer, runAnswer, runList } from './answers.ts';
import { given } from './given.ts';
import { json, text } from './message.ts';
import { orPresentState } from './presentState.ts';
import { type Call, route } from './route.ts';
import { cancelRunBody, emptyBody, reportBody, runLogQuery, runsQuery } from './schemas.ts';

export const runRoutes = [
  route({
    method: 'GET',
    path: '/runs',
    operationId: 'listRuns',
    summary: 'Runs, the newest first.',
    query: runsQuery,
    success: { status: 200, description: 'A page of runs.', schema: runList },
    async handle({ application, query: { state, ...query } }) {
      return json(200, await application.listRuns(given({ ...query, states: state })));
    },
  }),
  route({
    method: 'GET',
    path: '/runs/{runId}',
    operationId: 'getRun',
    summary: 'One run.',
    success: { status: 200, description: 'The run.', schema: runAnswer },
    async handle({ application, params }) {
      return json(200, await application.getRun(params.runId!));
    },
  }),
  route({
    method: 'GET',
    path: '/runs/{runId}/log',
    operationId: 'getRunLog',
    summary:
      'What a run printed, from a byte on. Follow it by asking again from `Landfall-Log-End` until it has ended.',
    query: runLogQuery,
    success: {
      status: 200,
      description: 'The text.',
      contentType: 'text/plain; charset=utf-8',
      headers: {
        'Landfall-Log-End': 'The byte behind the last one given here.',
        'Landfall-Log-Ended': '`true` once nothing will be added.',
      },
    },
    async handle({ application, params, query }) {
      const log = await application.runLog(params.runId!, query.fromByte);
      const headers = { 'landfall-log-end': `${log.end}`, 'landfall-log-ended': `${log.ended}` };
      return text('text/plain; charset=utf-8', log.text, headers);
    },
  }),
  route({
    method: 'POST',
    path: '/runs/{runId}/accept',
    operationId: 'acceptRun',
    summary: "Take the work of an event job's run.",
    body: emptyBody,
    idempotency: 'ownId',
    success: { status: 200, description: 'What is needed to do it, and to report on it.', schema: acceptAnswer },
    handle({ application, params, idempotency }) {
      const runId = params.runId!;
      return orPresentState(
        async () =>
          json(200, await application.acceptRun(runId, acceptorOf(idempotency)), { 'cache-control': 'no-store' }),
        () => application.getRun(runId),
      );
    },
  }),
  route({
    method: 'POST',
    path: '/runs/{runId}/report',
    operationId: 'reportRun',
    summary: 'Say how a run that was accepted has ended.',
    body: reportBody,
    idempotency: 'remembered',
    success: { status: 200, description: 'The run.', schema: runAnswer },
    handle({ application, params, body }) {
      const runId = params.runId!;
      return orPresentState(
        async () => json(200, await application.reportRun(runId, body.capability, outcomeOf(body))),
        () => application.getRun(runId),
      );
    },
  }),
  route({
    method: 'POST',
    path: '/runs/{runId}/cancel',
    operationId: 'cancelRun',
    summary: 'End a run. Its build fails, and with it the wants that need it.',
    body: cancelRunBody,
    idempotency: 'remembered',
    success: { status: 200, description: 'The run.', schema: runAnswer },
    handle({ application, params, body: { reason, ...body } = {}, request }) {
      const runId = params.runId!;
      const text = `cancelled by ${request.caller}${reason === undefined ? '' : `: ${reason}`}`;
      return orPresentState(
        async () => json(200, await application.cancelRun(runId, { text, ...given(body) })),
        () => application.getRun(runId),
      );
    },
  }),
];

/** The same for the same `Idempotency-Key`, else another one each time. */
function acceptorOf(idempotency: Call['idempotency']): string {
  if (idempotency === null) return randomUUID();
  return createHash('sha256')
    .update(JSON.stringify([idempotency.caller, idempotency.key]))
    .digest('hex');
}

function outcomeOf(body: z.output<typeof reportBody>): RunOutcome {
  switch (body.outcome) {
    case 'succeeded':
      return {
        kind: 'succeeded',
        outputs: (body.outputs ?? []).map(writtenOf),
        metadata: (body.metadata ?? {}) as JsonObject,
      };
    case 'failed':
      return { kind: 'failed', message: body.error, retryable: body.retryable };
    case 'missing':
      return { kind: 'missing', partitionRefs: body.partitionRefs };
  }
}

type Output = NonNullable<Extract<z.output<typeof reportBody>, { outcome: 'succeeded' }>['outputs']>[number];

/** An output without a location is published without one. */
function writtenOf({ partitionRef, location = '', rows, bytes }: Output): OutputWritten {
  return { partitionRef, location, rows: rows ?? null, bytes: bytes ?? null };
}
