import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from './alive.ts';
import { type Answer, newServiceWorld, type ServiceWorld, until } from './serviceWorld.ts';

const config = `
import { defineGraph, job, partitions } from 'landfall';
const raw = partitions('raw/{name:string}', { external: true });
const out = partitions('out/{deed:string}');
const code = partitions('code/{deed:string}');
const next = partitions('next/{deed:string}');
const slow = partitions('slow/{n:integer}');
export default defineGraph({ name: 'bad', owner: 'me', partitions: [raw], jobs: [
  job('act', { outputs: [out], run: { command: ['sh', 'act.sh'] } }),
  job('code', { outputs: [code], run: './code.ts' }),
  job('next', { inputs: [out.same()], outputs: [next], run: { command: ['sh', 'act.sh'] } }),
  job('slow', { outputs: [slow], run: { command: ['sh', 'slow.sh'] }, timeoutSeconds: 1 }),
] });
`;

/** What a command does instead of its work, by the key \`deed\`. */
const act = `
say() { printf '%s\\n' "$1"; }
missing() { say "{\\"type\\":\\"missing\\",\\"partitionRefs\\":[\\"$1\\"]}"; }
write() { printf x > "$LANDFALL_OUTPUT"; }
case "$LANDFALL_KEY_DEED" in
  good) write ;;
  nothing) ;;
  reportsForeign) write; say '{"type":"wrote","partitionRef":"out/victim"}' ;;
  reportsElsewhere) write; say '{"type":"wrote","partitionRef":"out/reportsElsewhere","location":"/etc/passwd"}' ;;
  links) ln -s /etc/passwd "$LANDFALL_OUTPUT" ;;
  reportsTwice) write; for i in 1 2; do say '{"type":"wrote","partitionRef":"out/reportsTwice"}'; done ;;
  onlyReports) say '{"type":"wrote","partitionRef":"out/onlyReports"}' ;;
  floods) write; head -c 100000000 /dev/zero ;;
  missesItself) missing out/missesItself ;;
  missesDownstream) missing next/missesDownstream ;;
  missesUnknown) missing no/such ;;
  missesTooMuch)
    awk 'BEGIN { pad = sprintf("%480s", ""); gsub(/ /, "x", pad); for (i = 0; i < 999; i++)
      printf "{\\"type\\":\\"missing\\",\\"partitionRefs\\":[\\"raw/%s%d\\"]}\\n", pad, i }' ;;
  prints) head -c 1048575 /dev/zero | tr '\\0' x; printf '€uro' ;;
  forks) write; sh -c 'trap "" TERM; echo $$ > pid.txt; sleep 1000' & while [ ! -s pid.txt ]; do sleep 0.01; done ;;
esac
`;

const code = `
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineJob } from 'landfall';
const deeds = {
  good: (run) => run.write(run.outputs[0], [{ ok: true }]),
  nothing: async () => undefined,
  writesForeign: (run) => run.write('out/victim', 'x').catch(() => undefined),
  writesTwice: async (run) => {
    await run.write(run.outputs[0], 'x');
    await run.write(run.outputs[0], 'y');
  },
  writesElsewhere: async (run) => {
    const folder = dirname(run.outputs[0].location);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'stray'), 'x');
  },
  missesItself: async (run) => run.missing([run.outputs[0].partitionRef]),
  throwsNothing: async () => { throw null; },
};
export default defineJob(async (run) => deeds[run.keys.deed](run));
`;

const slow = `trap '' TERM
echo $$ > slow.txt
while :; do sleep 1; done
`;

let world: ServiceWorld;
let output: () => string;
beforeAll(async () => {
  world = newServiceWorld({ 'landfall.config.ts': config, 'act.sh': act, 'code.ts': code, 'slow.sh': slow });
  output = (await world.dev()).output;
});
afterAll(async () => {
  expect(output()).not.toMatch(/\n\s+at |set aside|Fault /);
  await world.remove();
});

const get = async (path: string): Promise<Answer> => (await world.call('GET', path)).body;
const pidIn = (file: string) => Number(readFileSync(join(world.folder, file), 'utf8'));

async function build(...partitionRefs: string[]): Promise<Answer> {
  const { status, body } = await world.call('POST', '/wants', { partitionRefs });
  expect(status).toBe(201);
  await until(async () => (await get(`/wants/${body.wantId}`)).endedAt !== null);
  return get(`/wants/${body.wantId}`);
}

/** The want fails, its reason and its run say why, and the rest of the service goes on. */
async function failsWith(partitionRef: string, reason: RegExp, state = 'failed'): Promise<void> {
  const want = await build(partitionRef);
  expect(want).toMatchObject({ state: 'failed', reasons: [{ kind: 'upstreamFailed', partitionRef }] });
  const run = await get(`/runs/${want.reasons[0].runId}`);
  expect(run).toMatchObject({ state, outputs: [partitionRef], error: expect.stringMatching(reason) });
  expect(run.error).not.toMatch(/\n\s+at /);
  expect(await get(`/partitions/${partitionRef}`)).toMatchObject({ state: 'failed', instance: null });
}

describe('a run fails, and nothing else, when its command', () => {
  it.each([
    ['nothing', /code 0, but its output out\/nothing was not written/],
    ['reportsForeign', /wrote line that cannot be taken: out\/victim is not one of the run's outputs/],
    ['reportsElsewhere', /out\/reportsElsewhere belongs at .*, not at another location/],
    ['links', /is not a regular file/],
    ['reportsTwice', /out\/reportsTwice was reported as written twice/],
    ['onlyReports', /out\/onlyReports was only reported, not written/],
    ['floods', /printed more than 67108864 bytes/],
    ['missesItself', /named out\/missesItself as missing: it is an output of this very run/],
    ['missesDownstream', /named next\/missesDownstream as missing: it is made from an output of this run/],
    ['missesUnknown', /named no\/such as missing: the graph has no such partition/],
    ['missesTooMuch', /named 999 refs of \d+ bytes as missing; at most 65536 bytes/],
  ])('%s', async (deed, reason) => {
    await failsWith(`out/${deed}`, reason);
  });

  it('ignores SIGTERM at its timeout, and leaves no process', async () => {
    await failsWith('slow/1', /took longer than 1 second/, 'timedOut');
    expect(isAlive(pidIn('slow.txt'))).toBe(false);
  });
});

describe('a run fails, and nothing else, when its module', () => {
  it.each([
    ['nothing', /output code\/nothing was not written/],
    ['writesForeign', /wrote out\/victim, which is not one of its outputs/],
    ['writesTwice', /wrote code\/writesTwice twice/],
    ['writesElsewhere', /output code\/writesElsewhere was not written/],
    ['missesItself', /named code\/missesItself as missing: it is an output of this very run/],
    ['throwsNothing', /The job threw null/],
  ])('%s', async (deed, reason) => {
    await failsWith(`code/${deed}`, reason);
  });
});

describe('a command that leaves a process behind', () => {
  it('succeeds, and the process has ended', async () => {
    expect(await build('out/forks')).toMatchObject({ state: 'satisfied' });
    expect(isAlive(pidIn('pid.txt'))).toBe(false);
  });
});

describe('what others want', () => {
  it('is built beside all that fails, and what a foreign run addressed is untouched', async () => {
    expect(await get('/partitions/out/victim')).toMatchObject({ state: 'missing', instances: [] });
    expect(await build('out/good', 'code/good', 'next/good')).toMatchObject({ state: 'satisfied' });
    expect(await get('/health')).toMatchObject({ status: 'ok' });
    const { items } = await get('/runs?state=running,queued');
    expect(items).toEqual([]);
  });

  it('fails with the run that failed below it', async () => {
    const want = await build('next/nothing');
    expect(want.reasons[0]).toMatchObject({ kind: 'upstreamFailed', partitionRef: 'out/nothing' });
  });
});

/** The cursor behind all that has happened. */
async function endOfFeed(): Promise<string> {
  let page = await get('/events?limit=500');
  while (page.items.length > 0) page = await get(`/events?limit=500&since=${page.nextCursor}`);
  return page.nextCursor;
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** As any program may send it. */
function send({ method = 'GET', path = '/api/v1/health', headers = {}, body }: Sent): Promise<Answer> {
  const { url, tokenPath } = JSON.parse(readFileSync(join(world.data, 'service.json'), 'utf8'));
  const authorization = `Bearer ${readFileSync(tokenPath, 'utf8')}`;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sent = httpRequest(`${url}${path}`, { method, headers: { authorization, ...headers } }, (response) => {
    let text = '';
    response.on('data', (bytes) => {
      text += bytes;
    });
    response.on('end', () => resolve({ ...JSON.parse(text), status: response.statusCode, headers: response.headers }));
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

const json = { 'content-type': 'application/json' };
const post = (path: string, body: string | Uint8Array, headers: Sent['headers'] = json): Sent => ({
  method: 'POST',
  path: `/api/v1${path}`,
  headers,
  body,
});
const foreignCursor = Buffer.from(JSON.stringify(['other', 'wants', 0, null])).toString('base64url');
const otherFeed = Buffer.from('1.other.1.abc').toString('base64url');

describe('a request', () => {
  it.each<[string, number, string, Sent]>([
    ['with a wrong token', 401, 'unauthorized', { headers: { authorization: 'Bearer wrong' } }],
    ['with another scheme', 401, 'unauthorized', { headers: { authorization: 'Basic eDp4' } }],
    ['for a foreign Host', 421, 'foreign-host', { headers: { host: 'evil.example' } }],
    ['of a page of elsewhere', 403, 'forbidden', { headers: { origin: 'https://evil.example' } }],
    [
      'of another type than JSON',
      415,
      'unsupported-media-type',
      post('/wants', '{}', { 'content-type': 'text/plain' }),
    ],
    [
      'of another encoding',
      415,
      'unsupported-media-type',
      post('/wants', '{}', { ...json, 'content-encoding': 'gzip' }),
    ],
    ['that is too large', 413, 'body-too-large', post('/wants', 'x'.repeat(1_000_001))],
    ['that is no JSON', 400, 'unreadable', post('/wants', '{"partitionRef":')],
    ['that is no UTF-8', 400, 'unreadable', post('/wants', Buffer.from([0x22, 0xff, 0x22]))],
    ['with a cursor that is none', 400, 'invalid-cursor', { path: '/api/v1/wants?cursor=x' }],
    ['with a cursor of another folder', 410, 'cursor-gone', { path: `/api/v1/wants?cursor=${foreignCursor}` }],
    ['for events with a cursor that is none', 400, 'invalid-cursor', { path: '/api/v1/events?since=x' }],
    ['for events of another feed', 410, 'cursor-gone', { path: `/api/v1/events?since=${otherFeed}` }],
    ['with an unknown parameter', 400, 'invalid-query', { path: '/api/v1/wants?stat=open' }],
    ['of a method that is not taken', 405, 'method-not-allowed', { method: 'PUT', path: '/api/v1/wants' }],
    ['for a path that is not there', 404, 'not-found', { path: '/api/v1/none' }],
    ['for a want that is not there', 404, 'not-found', { path: '/api/v1/wants/want_none' }],
    [
      'for what no store serves',
      422,
      'invalid-request',
      post('/plan', '{"partitionRef":"out/good","deliver":"served"}'),
    ],
  ])('%s is %i %s, as a problem', async (_what, status, type, sent) => {
    const problem = await send(sent);
    expect(problem).toMatchObject({ status, type: `urn:landfall:problem:${type}`, title: expect.any(String) });
    expect(problem.headers['content-type']).toBe('application/problem+json');
    expect(problem.detail).not.toMatch(/\n\s+at /);
    if (status === 410) expect(problem.restartCursor).toEqual(expect.any(String));
    if (status === 405) expect(problem.headers.allow).toBe('POST, GET, HEAD');
  });

  it('without a token is 401', async () => {
    const { url } = JSON.parse(readFileSync(join(world.data, 'service.json'), 'utf8'));
    const response = await fetch(`${url}/api/v1/health`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it('for two partitions of which one is unknown writes nothing', async () => {
    const before = await endOfFeed();
    const wanted = await world.call('POST', '/wants', { partitionRefs: ['out/untouched', 'ou/typo'] });
    expect(wanted).toMatchObject({ status: 422, body: { errors: [{ pointer: '/partitionRefs/1' }] } });
    expect(wanted.body.errors[0].detail).toMatch(/nearest patterns are out\/\{deed:string\}/);
    const reports = [{ partitionRef: 'raw/a' }, { partitionRef: 'out/good' }];
    const reported = await world.call('POST', '/available', { partitions: reports });
    expect(reported).toMatchObject({ status: 422, body: { errors: [{ pointer: '/partitions/1/partitionRef' }] } });
    expect((await get(`/events?since=${before}`)).items).toEqual([]);
    expect(await get('/partitions/raw/a')).toMatchObject({ state: 'missing' });
  });

  it('for a log gives whole characters, also where one lies over the end of a part', async () => {
    const want = await build('out/prints');
    const { url, tokenPath } = JSON.parse(readFileSync(join(world.data, 'service.json'), 'utf8'));
    const headers = { authorization: `Bearer ${readFileSync(tokenPath, 'utf8')}` };
    let log = '';
    for (let end = '0', text = '.'; text !== ''; log += text) {
      const path = `/runs/${want.reasons[0].runId}/log?fromByte=${end}`;
      const response = await fetch(`${url}/api/v1${path}`, { headers });
      text = await response.text();
      end = response.headers.get('landfall-log-end') ?? '';
    }
    expect(log.replace(/^x+/, '')).toBe('€uro');
  });
});
