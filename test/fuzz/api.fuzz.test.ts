import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApi } from '../../lib/api/api.ts';
import { routesOf } from '../../lib/api/routes.ts';
import { createServer, type Server } from '../../lib/local/server/server.ts';
import { type FakeApplication, fakeApplication } from '../unit/api/fakeApplication.ts';

const token = 'a-token';
/** The same cases in every run. */
const fixed = { seed: 20_260_101, numRuns: 200 } as const;
const answerMsMax = 1_000;

let application: FakeApplication;
let server: Server;
let port: number;
const faults: string[] = [];

beforeAll(async () => {
  application = fakeApplication();
  server = createServer({
    token,
    handle: createApi(application, { streamSeconds: 0.01 }),
    log: (line) => faults.push(line),
  });
  port = Number(new URL(await server.listen(0)).port);
});

beforeEach(() => {
  application.calls.length = 0;
});

afterAll(() => server.close());

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Sends what a client library would not refuse itself. */
function send({ method, path, headers = {}, body }: Sent): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const options = {
    host: '127.0.0.1',
    port,
    method,
    path: `/api/v1${path}`,
    agent: false,
    signal: AbortSignal.timeout(answerMsMax),
  };
  const sent = httpRequest({ ...options, headers: { authorization: `Bearer ${token}`, ...headers } }, (response) => {
    let read = '';
    response.on('data', (bytes) => {
      read += bytes;
    });
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body: read }),
    );
    response.on('error', reject);
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

/** What holds of every answer; a refused request must not have reached the application to change anything. */
async function holds(sent: Sent): Promise<Answer> {
  application.calls.length = 0;
  const answer = await send(sent);
  expect(answer.status).toBeGreaterThanOrEqual(200);
  expect(answer.status).toBeLessThan(500);
  expect(faults).toEqual([]);
  if (answer.status < 400) return answer;
  expect(answer.type).toBe('application/problem+json');
  const problem = JSON.parse(answer.body);
  expect(problem).toMatchObject({
    status: answer.status,
    type: expect.stringMatching(/^urn:landfall:problem:[a-z-]+$/),
  });
  expect(problem.detail).not.toMatch(/\n\s+at /);
  return answer;
}

/** As {@link holds}, for what the API itself can see to be wrong. */
async function isRefusedAtTheDoor(sent: Sent, ...statuses: readonly number[]): Promise<void> {
  const { status } = await holds(sent);
  expect(statuses).toContain(status);
  expect(application.calls).toEqual([]);
}

const jsonType = { 'content-type': 'application/json' };
const post = (path: string, body: string | Uint8Array): Sent => ({ method: 'POST', path, headers: jsonType, body });

const text = fc.string({ unit: 'binary', maxLength: 600 });
const encoded = text.filter((it) => it.isWellFormed()).map(encodeURIComponent);
const ref = fc.oneof(
  fc.constant('weather/daily/2012-01-31'),
  fc.array(fc.stringMatching(/^[A-Za-z0-9._=-]{0,20}$/), { maxLength: 40 }).map((parts) => parts.join('/')),
  text,
);
const json = fc.jsonValue({ depthSize: 'small' });

describe('refs in paths', () => {
  it('find, or are not found, or are refused', async () => {
    const path = fc.constantFrom('partitions', 'why', 'lineage', 'wants', 'runs');
    await fc.assert(
      fc.asyncProperty(
        path,
        fc.oneof(encoded, ref.filter((it) => it.isWellFormed()).map(encodeURI)),
        async (base, rest) => {
          await holds({ method: 'GET', path: `/${base}/${rest.replaceAll(/[?#]/g, '')}` });
        },
      ),
      fixed,
    );
  });

  it('of raw bytes are refused or found, never more', async () => {
    const bytes = fc.stringMatching(/^[!-~]{0,200}$/);
    await fc.assert(
      fc.asyncProperty(bytes, async (path) => {
        await holds({ method: 'GET', path: `/${path}` });
      }),
      fixed,
    );
  });
});

describe('queries', () => {
  const listings = routesOf().filter(
    ({ method, path, query }) => method === 'GET' && query !== null && !path.includes('{'),
  );
  const names = [...new Set(listings.flatMap(({ query }) => Object.keys(query?.shape ?? {})))].filter(
    (name) => name !== 'waitSeconds',
  );

  it('of any names and values are taken or are 400, then without a call', async () => {
    const pair = fc.tuple(
      fc.oneof(fc.constantFrom(...names), encoded),
      fc.oneof(encoded, fc.stringMatching(/^[!-~]{0,30}$/)),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...listings), fc.array(pair, { maxLength: 4 }), async ({ path }, pairs) => {
        const query = pairs.map(([name, value]) => `${name}=${value.replaceAll('#', '')}`).join('&');
        const { status } = await holds({ method: 'GET', path: `${path}?${query}` });
        if (status !== 200) expect([400, 410, 413, 431]).toContain(status);
      }),
      fixed,
    );
  });

  it('of a foreign cursor are 400', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...listings), encoded, async ({ path, query }, cursor) => {
        fc.pre(cursor !== '' && cursor !== 'page2');
        const name = 'since' in (query?.shape ?? {}) ? 'since' : 'cursor';
        expect((await holds({ method: 'GET', path: `${path}?${name}=${cursor}` })).status).toBe(400);
      }),
      fixed,
    );
  });

  it('of star-ridden patterns take no time', async () => {
    const stars = fc.stringMatching(/^[a*/]{1,512}$/);
    await fc.assert(
      fc.asyncProperty(stars, async (pattern) => {
        expect((await holds({ method: 'GET', path: `/partitions?pattern=${pattern}` })).status).toBe(200);
      }),
      fixed,
    );
  });
});

describe('bodies', () => {
  const calls = routesOf().filter(({ method, body }) => method === 'POST' && body !== null);
  const path = fc.constantFrom(...calls.map((route) => route.path.replace('{runId}', 'run_1')));

  it('of any JSON are taken or refused whole', async () => {
    await fc.assert(
      fc.asyncProperty(path, json, async (base, value) => {
        const { status } = await holds(post(base, JSON.stringify(value)));
        if (status >= 400) expect(application.calls).toEqual([]);
      }),
      fixed,
    );
  });

  it('of any bytes are 400, 413 or 422', async () => {
    await fc.assert(
      fc.asyncProperty(path, fc.uint8Array({ minLength: 1, maxLength: 400 }), async (base, bytes) => {
        fc.pre(!isJson(bytes));
        await isRefusedAtTheDoor(post(base, bytes), 400, 422);
      }),
      fixed,
    );
  });

  it('with one field more than there are are 422 and name it', async () => {
    const known = new Set([
      'partitionRef',
      'partitionRefs',
      'dataTimestamp',
      'ttlSeconds',
      'slaSeconds',
      'externalDependencies',
    ]);
    for (const field of ['deliver', 'freshAfter', 'comment', 'source']) known.add(field);
    await fc.assert(
      fc.asyncProperty(text, json, async (field, value) => {
        fc.pre(!known.has(field) && field.isWellFormed());
        const body = `{"partitionRef":"weather/a",${JSON.stringify(field)}:${JSON.stringify(value)}}`;
        const { status, body: answer } = await holds(post('/wants', body));
        expect([status, application.calls]).toEqual([422, []]);
        expect(JSON.parse(answer).errors[0].pointer).toBe(`/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`);
      }),
      fixed,
    );
  });

  it('with fields of any values are a want or refused at the door', async () => {
    const any = fc.oneof(
      json,
      fc.double(),
      fc.integer(),
      text,
      fc.date().map(String),
      fc.constant('2012-01-31T00:00:00Z'),
    );
    const fields = fc.record(
      {
        partitionRef: ref,
        partitionRefs: fc.array(ref, { maxLength: 5 }),
        dataTimestamp: any,
        ttlSeconds: any,
        slaSeconds: any,
        externalDependencies: any,
        deliver: any,
        freshAfter: any,
        comment: text,
        source: any,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fields, async (value) => {
        const { status } = await holds(post('/wants', JSON.stringify(value)));
        const created = application.calls.filter(({ method }) => method === 'createWant');
        for (const { args } of created) expect(wellFormed(args[1])).toBe(true);
        if (created.length === 0) expect(status).toBe(422);
      }),
      fixed,
    );
  });

  it('nested, repeated and long beyond measure are refused in no time', async () => {
    const open = fc.constantFrom('[', '{"a":', '[[', '[{"a":');
    await fc.assert(
      fc.asyncProperty(path, open, fc.integer({ min: 65, max: 100_000 }), async (base, opening, depth) => {
        const closing = opening
          .replaceAll(/"a":/g, '')
          .split('')
          .reverse()
          .map((one) => (one === '[' ? ']' : '}'))
          .join('');
        await isRefusedAtTheDoor(post(base, `${opening.repeat(depth)}1${closing.repeat(depth)}`), 413, 422);
      }),
      { ...fixed, numRuns: 30 },
    );
    await isRefusedAtTheDoor(post('/wants', `{"partitionRefs":[${'1,'.repeat(400_000)}1]}`), 422);
    const fields = Array.from({ length: 60_000 }, (_, i) => `"field${i}":1`).join(',');
    await isRefusedAtTheDoor(post('/wants', `{${fields}}`), 422);
  });
});

describe('headers', () => {
  const value = fc.stringMatching(/^[ -~]{0,300}$/);

  it('of any values harm nothing', async () => {
    const names = [
      'accept',
      'if-none-match',
      'idempotency-key',
      'content-type',
      'content-encoding',
      'last-event-id',
      'range',
    ];
    const headers = fc.dictionary(fc.constantFrom(...names), value);
    const call = fc.constantFrom(
      'GET /runs/run_1',
      'GET /events',
      'POST /taint',
      'POST /wants',
      'DELETE /wants/want_1',
      'HEAD /runs',
    );
    await fc.assert(
      fc.asyncProperty(call, headers, async (one, given) => {
        const [method = '', path = ''] = one.split(' ');
        const body = method === 'POST' ? { body: '{"partitionRef":"weather/a"}' } : {};
        const sent = { method, path, headers: given, ...body };
        if (method === 'HEAD') expect((await send(sent)).status).toBeLessThan(500);
        else await holds(sent);
      }),
      fixed,
    );
  });

  it('without the token, of any host and origin, reach nothing', async () => {
    const strange = fc.record(
      { host: value, origin: value, authorization: value },
      { requiredKeys: ['authorization'] },
    );
    await fc.assert(
      fc.asyncProperty(strange, async (headers) => {
        fc.pre(headers.authorization.trim() !== `Bearer ${token}`);
        await isRefusedAtTheDoor({ method: 'GET', path: '/health', headers }, 400, 401, 403, 421);
      }),
      fixed,
    );
  });
});

describe('bytes that are no request', () => {
  it('end in an answer or a closed connection, and the next request is served', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        const read = await rawAnswer(bytes);
        if (read !== '') expect(read).toMatch(/^HTTP\/1\.1 4\d\d /);
        expect((await send({ method: 'GET', path: '/health' })).status).toBe(200);
      }),
      fixed,
    );
  });
});

function rawAnswer(bytes: Uint8Array): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let read = '';
  const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
  socket.on('data', (piece) => {
    read += piece;
  });
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(read));
  return promise;
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

/** What a want may be: nothing that cannot be stored and shown again. */
function wellFormed(request: unknown): boolean {
  const {
    dataTimestamp = 0,
    ttlSeconds = 1,
    slaSeconds = 0,
    freshAfter = 0,
  } = request as Record<string, number | undefined>;
  const whole = [dataTimestamp, ttlSeconds, slaSeconds, freshAfter].every(Number.isSafeInteger);
  return whole && ttlSeconds >= 1 && slaSeconds >= 0 && JSON.stringify(request).isWellFormed();
}
