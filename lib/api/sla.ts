import { slaList } from './answers.ts';
import { given } from './given.ts';
import { json } from './message.ts';
import { route } from './route.ts';
import { pageQuery } from './schemas.ts';

export const slaRoutes = [
  route({
    method: 'GET',
    path: '/sla/violations',
    operationId: 'listSlaViolations',
    summary: 'Deadlines that were missed, each told once.',
    query: pageQuery,
    success: { status: 200, description: 'A page of violations.', schema: slaList },
    async handle({ application, query }) {
      return json(200, await application.slaViolations(given(query)));
    },
  }),
  route({
    method: 'GET',
    path: '/sla/at-risk',
    operationId: 'listSlaAtRisk',
    summary: 'Deadlines that are expected to be missed.',
    query: pageQuery,
    success: { status: 200, description: 'A page of deadlines at risk.', schema: slaList },
    async handle({ application, query }) {
      return json(200, await application.slaAtRisk(given(query)));
    },
  }),
];
