import * as z from 'zod';
import type { Json, JsonObject } from '../model/json.ts';
import * as answers from './answers.ts';
import { apiBase } from './base.ts';
import { takesSeveral } from './fields.ts';
import { apiLimits } from './limits.ts';
import { type ProblemKind, problemKinds } from './problems.ts';
import type { Route } from './route.ts';
import * as schemas from './schemas.ts';

type Shown = { readonly id: string };

const bodies = z.registry<Shown>();
bodies.add(schemas.wantBody, { id: 'WantRequest' });
bodies.add(schemas.availableBody, { id: 'AvailableRequest' });
bodies.add(schemas.taintBody, { id: 'TaintRequest' });
bodies.add(schemas.reportBody, { id: 'RunReport' });
bodies.add(schemas.cancelRunBody, { id: 'RunCancellation' });
bodies.add(schemas.emptyBody, { id: 'Nothing' });

const shown = z.registry<Shown>();
for (const [id, schema] of Object.entries({
  Want: answers.wantAnswer,
  WantDetail: answers.wantDetailAnswer,
  Wants: answers.wantList,
  WantReasons: answers.wantReasons,
  Reason: answers.reason,
  DeepReason: answers.deepReason,
  Plan: answers.planAnswer,
  Partition: answers.partitionAnswer,
  Partitions: answers.partitionList,
  PartitionReasons: answers.partitionReasons,
  Lineage: answers.lineageAnswer,
  Available: answers.availableAnswer,
  Tainted: answers.taintAnswer,
  Run: answers.runAnswer,
  Runs: answers.runList,
  AcceptedRun: answers.acceptAnswer,
  Event: answers.eventAnswer,
  Timeline: answers.eventPage,
  Events: answers.feedPage,
  SlaList: answers.slaList,
  Health: answers.healthAnswer,
  Problem: answers.problemAnswer,
})) {
  shown.add(schema, { id });
}

/** The OpenAPI 3.1 document of these routes, made from the schemas that validate. */
export function openApiDocument(routes: readonly Route[]): JsonObject {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = documentedPath(route);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'landfall',
      version: '1',
      description: 'Say what data you want and by when. Times are ISO 8601 UTC, durations are seconds.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: apiBase }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { ...componentsOf(bodies, 'input'), ...componentsOf(shown, 'output') },
      headers: {
        ETag: { description: 'Of the representation; `If-None-Match` gives 304.', schema: { type: 'string' } },
      },
    },
  };
}

/** OpenAPI has no parameter of several segments: its last one stands for all that is left. */
function documentedPath({ path }: Route): string {
  return path.replace('+}', '}');
}

function operationOf(route: Route): JsonObject {
  const { operationId, summary, body } = route;
  return {
    operationId,
    summary,
    parameters: [...pathParameters(route), ...queryParameters(route), ...headerParameters(route)],
    ...(body === null
      ? {}
      : {
          requestBody: {
            required: !(body instanceof z.ZodOptional),
            content: { 'application/json': { schema: refTo(bodies, body) } },
          },
        }),
    responses: {
      [String(route.success.status)]: successOf(route),
      ...(route.method === 'GET'
        ? { '304': { description: 'The representation is the one that the caller has.' } }
        : {}),
      ...problemsOf(route),
    },
  };
}

function pathParameters({ path }: Route): readonly JsonObject[] {
  return [...path.matchAll(/\{(\w+)(\+?)\}/g)].map(([, name = '', rest]) => ({
    name,
    in: 'path',
    required: true,
    ...(rest === '' ? {} : { description: 'A partition ref, with its slashes as they are.', allowReserved: true }),
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: Route): readonly JsonObject[] {
  return Object.entries<z.ZodType>(query?.shape ?? {}).map(([name, field]) => {
    const { description, ...schema } = inline(field);
    return {
      name,
      in: 'query',
      required: false,
      ...(description === undefined ? {} : { description }),
      ...(takesSeveral(field) ? { style: 'form', explode: true } : {}),
      // The document of a value that is read from text leaves out what counts where it is not given.
      schema: field instanceof z.ZodDefault ? { ...schema, default: field.def.defaultValue as Json } : schema,
    };
  });
}

function headerParameters({ method, operationId }: Route): readonly JsonObject[] {
  const header = (name: string, description: string, maxLength: number): JsonObject => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string', maxLength },
  });
  if (method === 'POST') {
    const text = 'The same key again has no second effect and gets the same answer; with another request it is 422.';
    return [header('Idempotency-Key', text, apiLimits.idempotencyKeyChars)];
  }
  if (operationId !== 'listEvents') return [];
  return [header('Last-Event-ID', 'Resumes a stream of events; goes before `since`.', apiLimits.cursorChars)];
}

function successOf({ method, operationId, success }: Route): JsonObject {
  const headers = Object.entries(success.headers ?? {}).map(([name, description]): [string, Json] => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  const etag: [string, Json][] = method === 'GET' ? [['ETag', { $ref: '#/components/headers/ETag' }]] : [];
  const schema = success.schema === undefined ? { type: 'string' } : refTo(shown, success.schema);
  const stream = operationId === 'listEvents' ? { 'text/event-stream': { schema: { type: 'string' } } } : {};
  return {
    description: success.description,
    headers: Object.fromEntries([...headers, ...etag]),
    content: { [success.contentType ?? 'application/json']: { schema }, ...stream },
  };
}

function problemsOf(route: Route): JsonObject {
  const statuses = new Set(kindsOf(route).map((kind) => problemKinds[kind].status));
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  const answersOf = [...statuses]
    .sort()
    .map((status): [string, Json] => [String(status), { description: titlesOf(status), content }]);
  return Object.fromEntries(answersOf);
}

function titlesOf(status: number): string {
  const titles = Object.values(problemKinds)
    .filter((kind) => kind.status === status)
    .map((kind) => kind.title);
  return `${titles.join('; ')}.`;
}

function kindsOf({ method, path, body, query, operationId }: Route): readonly ProblemKind[] {
  const inPath: readonly ProblemKind[] = path.includes('{') ? ['not-found'] : [];
  const inBody: readonly ProblemKind[] =
    body === null ? [] : ['invalid-request', 'body-too-large', 'unsupported-media-type'];
  const state: readonly ProblemKind[] = method === 'GET' || !path.includes('{') ? [] : ['conflict'];
  const capability: readonly ProblemKind[] = operationId === 'reportRun' ? ['forbidden'] : [];
  const cursor: readonly ProblemKind[] =
    query !== null && ('cursor' in query.shape || 'since' in query.shape) ? ['cursor-gone'] : [];
  const always: readonly ProblemKind[] = [
    'unreadable',
    'unauthorized',
    'forbidden',
    'foreign-host',
    'too-busy',
    'internal',
    'unavailable',
  ];
  return [...always, ...inPath, ...inBody, ...state, ...capability, ...cursor];
}

function refTo(registry: typeof shown, schema: z.ZodType): JsonObject {
  const id = registry.get(schema)?.id;
  return id === undefined ? inline(schema) : { $ref: `#/components/schemas/${id}` };
}

function componentsOf(registry: typeof shown, io: 'input' | 'output'): JsonObject {
  const { schemas: made } = z.toJSONSchema(registry, { io, uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(Object.entries(made).map(([id, schema]) => [id, plain(schema)]));
}

function inline(schema: z.ZodType): JsonObject {
  return plain(z.toJSONSchema(schema, { io: 'input' }));
}

function plain({ $schema: _schema, $id: _id, ...schema }: z.core.JSONSchema.BaseSchema): JsonObject {
  return schema as unknown as JsonObject;
}
