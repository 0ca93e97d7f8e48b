import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { problemAnswer } from '../../lib/api/answers.ts';
import type { Route } from '../../lib/api/route.ts';
import { routesOf } from '../../lib/api/routes.ts';
import { type Asking, bench } from '../unit/api/ask.ts';

const routes = routesOf();
const ref = 'weather/daily/2012-01-31';

/** A body that each call takes. */
const bodies: Readonly<Record<string, unknown>> = {
  createWant: { partitionRef: ref },
  plan: { partitionRefs: [ref] },
  reportAvailable: { partitions: [{ partitionRef: 'weather/raw/2012-01-31', at: '2012-01-31T00:00:00Z' }] },
  taint: { partitionRefs: [ref], reason: 'bad sensor', dryRun: true },
  reportRun: { capability: 'secret', outcome: 'succeeded', outputs: [{ partitionRef: ref }] },
};

const callOf = ({ method, path }: Route): string =>
  `${method} ${path.replace('{wantId}', 'want_1').replace('{runId}', 'run_1').replace('{partitionRef+}', ref)}`;

async function withWant() {
  const { ask, application } = bench();
  await ask('POST /wants', { json: { partitionRef: ref } });
  application.happen();
  return ask;
}

function named(operationId: string): Asking {
  return operationId in bodies ? { json: bodies[operationId] } : {};
}

describe('every call', () => {
  it.each(routes.map((route) => [callOf(route), route] as const))(
    '%s answers as it is documented',
    async (call, route) => {
      const ask = await withWant();
      const { status, headers, body, text } = await ask(call, named(route.operationId));
      expect(status).toBe(route.success.status);
      expect(headers['content-type']).toBe(route.success.contentType ?? 'application/json');
      for (const name of Object.keys(route.success.headers ?? {}))
        expect(headers[name.toLowerCase()], name).toBeDefined();
      if (route.success.schema === undefined) expect(text).not.toBe('');
      else expect((route.success.schema as z.ZodType).safeParse(body).error?.issues ?? []).toEqual([]);
    },
  );

  it.each(routes.map((route) => [callOf(route), route] as const))(
    '%s refuses with problem details',
    async (call, route) => {
      const ask = await withWant();
      const { status, headers, body } = await ask(`${call}?nope=1`, named(route.operationId));
      expect([status, headers['content-type']]).toEqual([400, 'application/problem+json']);
      expect(problemAnswer.safeParse(body).error?.issues ?? []).toEqual([]);
    },
  );

  it.each(routes.filter(({ query }) => query !== null && 'cursor' in query.shape).map((route) => [callOf(route)]))(
    '%s walks by cursor to a last page, and refuses a foreign one',
    async (call) => {
      const ask = await withWant();
      const { body } = await ask(`${call}?limit=1`);
      expect((await ask(`${call}?cursor=${body.nextCursor}`)).body.nextCursor).toBeNull();
      expect((await ask(`${call}?cursor=odd`)).status).toBe(400);
    },
  );
});

describe('the OpenAPI document', () => {
  interface Operation {
    readonly operationId: string;
    readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
    readonly responses: Readonly<Record<string, object>>;
  }
  const read = async () =>
    (await bench().ask('GET /openapi.json')).body as unknown as {
      openapi: string;
      paths: Record<string, Record<string, Operation>>;
      components: { schemas: Record<string, object> };
    };

  it('has every call once, with every parameter, and nothing else', async () => {
    const { openapi, paths } = await read();
    expect(openapi).toBe('3.1.0');
    const documented = Object.entries(paths).flatMap(([path, byMethod]) =>
      Object.entries(byMethod).map(([method, { operationId }]) => `${method.toUpperCase()} ${path} ${operationId}`),
    );
    const served = routes.map(({ method, path, operationId }) => `${method} ${path.replace('+}', '}')} ${operationId}`);
    expect(documented.sort()).toEqual(served.sort());
    expect(new Set(routes.map(({ operationId }) => operationId)).size).toBe(routes.length);
    const wants = paths['/wants']?.get?.parameters.map(({ name }) => name);
    expect(wants).toEqual(['state', 'source', 'partition', 'createdAfter', 'createdBefore', 'sla', 'limit', 'cursor']);
  });

  it('refers only to what it has', async () => {
    const document = await read();
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) =>
      path.split('/'),
    );
    const missing = refs.filter(
      (path) => path.reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], document) === undefined,
    );
    expect(missing).toEqual([]);
    expect(refs.length).toBeGreaterThan(50);
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  it('says what the schemas check', async () => {
    const { components, paths } = await read();
    expect(components.schemas.WantRequest).toMatchObject({
      additionalProperties: false,
      properties: {
        partitionRef: { maxLength: 512 },
        partitionRefs: { minItems: 1, maxItems: 1_000 },
        ttlSeconds: { type: 'integer', minimum: 1, maximum: 31_622_400 },
        dataTimestamp: { type: 'string', format: 'date-time' },
        source: { enum: ['api', 'cli', 'dashboard'] },
      },
    });
    const limit = paths['/runs']?.get?.parameters.find(({ name }) => name === 'limit');
    expect(limit).toMatchObject({ in: 'query', schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 } });
    expect(Object.keys(paths['/runs/{runId}/report']?.post?.responses ?? {})).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '404', '409', '413', '415', '421', '422', '429', '503']),
    );
  });

  it('names every problem that can be answered', async () => {
    const { paths } = await read();
    const statuses = new Set(
      Object.values(paths).flatMap((by) => Object.values(by).flatMap(({ responses }) => Object.keys(responses))),
    );
    expect([...statuses].sort()).toEqual([
      '200',
      '201',
      '304',
      '400',
      '401',
      '403',
      '404',
      '409',
      '410',
      '413',
      '415',
      '421',
      '422',
      '429',
      '500',
      '503',
    ]);
  });
});
