import * as z from 'zod';
import { healthAnswer } from './answers.ts';
import { json, text } from './message.ts';
import { openApiDocument } from './openapi.ts';
import { type Route, route } from './route.ts';

const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** @param routes all of the API, these included. */
export function systemRoutes(routes: () => readonly Route[]): readonly Route[] {
  let document: string | undefined;
  return [
    route({
      method: 'GET',
      path: '/health',
      operationId: 'getHealth',
      summary: 'Whether it works, and how far it is behind its log.',
      admission: 'always',
      success: { status: 200, description: 'Its health.', schema: healthAnswer },
      async handle({ application }) {
        return json(200, await application.health());
      },
    }),
    route({
      method: 'GET',
      path: '/metrics',
      operationId: 'getMetrics',
      summary: 'Figures as OpenMetrics text.',
      admission: 'always',
      success: { status: 200, description: 'The figures.', contentType: openMetrics },
      async handle({ application }) {
        return text(openMetrics, await application.metrics());
      },
    }),
    route({
      method: 'GET',
      path: '/openapi.json',
      operationId: 'getOpenApi',
      summary: 'This API as an OpenAPI 3.1 document.',
      success: { status: 200, description: 'The document.', schema: z.looseObject({ openapi: z.string() }) },
      async handle() {
        document ??= JSON.stringify(openApiDocument(routes()));
        return text('application/json', document);
      },
    }),
  ];
}
