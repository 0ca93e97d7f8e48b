import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createApi } from '../../lib/api/api.ts';
import type { ServerLimits } from '../../lib/local/server/limits.ts';
import { createServer, type Server } from '../../lib/local/server/server.ts';
import { type FakeApplication, fakeApplication } from '../unit/api/fakeApplication.ts';

const bodyOf = async (response: Response): Promise<Body> => (await response.json()) as Body;

const token = 'a-token-of-some-length';
const opened: Server[] = [];

interface Serving {
  readonly url: string;
  readonly server: Server;
  readonly application: FakeApplication;
  readonly lines: string[];
  /** Sends bytes as they are, and reads until the connection ends. */
  raw(...pieces: readonly string[]): Promise<string>;
  /** As `raw`, and ends the connection itself once the answer is such. */
  rawUntil(enough: RegExp, ...pieces: readonly string[]): Promise<string>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** The fields of answers that are looked at here. */
interface Body {
  readonly limit: number;
  readonly instance: string;
  readonly detail: string;
  readonly items: readonly unknown[];
}

async function serve(limits: Partial<ServerLimits> = {}): Promise<Serving> {
  const application = fakeApplication();
  const lines: string[] = [];
  const server = createServer({ token, handle: createApi(application), log: (line) => lines.push(line), limits });
  opened.push(server);
  const url = await server.listen(0);
  return {
    url,
    server,
    application,
    lines,
    raw: (...pieces) => rawCall(Number(new URL(url).port), pieces, null),
    rawUntil: (enough, ...pieces) => rawCall(Number(new URL(url).port), pieces, enough),
    fetch: (path, init = {}) =>
      fetch(`${url}/api/v1${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } }),
  };
}

function rawCall(port: number, pieces: readonly string[], enough: RegExp | null): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(port, '127.0.0.1', () => {
    for (const piece of pieces) socket.write(piece);
  });
  let read = '';
  socket.on('data', (bytes) => {
    read += bytes.toString();
    if (enough?.test(read)) socket.destroy();
  });
  socket.on('close', () => resolve(read));
  socket.on('error', reject);
  return promise;
}

const head = (target: string, ...lines: readonly string[]): string =>
  `${[`GET ${target} HTTP/1.1`, ...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`;
const authorized = `Authorization: Bearer ${token}`;

afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

describe('who may call', () => {
  it.each([
    ['evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['localhost.evil.example:80', 421],
    ['127.0.0.1@evil.example', 421],
    ['127.0.0.2', 421],
    ['', 421],
    ['localhost:99', 200],
    ['[::1]:99', 200],
  ])('a request for the host %j is %i', async (host, status) => {
    const { raw, application } = await serve();
    expect(await raw(head('/api/v1/health', `Host: ${host}`, authorized))).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(application.calls.length).toBe(status === 200 ? 1 : 0);
  });

  it('two hosts, or the host of a whole address, are looked at too', async () => {
    const { raw } = await serve();
    expect(await raw(head('/api/v1/health', 'Host: localhost', 'Host: evil.example', authorized))).toContain(' 421 ');
    expect(await raw(head('http://evil.example/api/v1/health', 'Host: localhost', authorized))).toContain(' 421 ');
    expect(await raw(head('http://localhost/api/v1/health', 'Host: evil.example', authorized))).toContain(' 200 ');
  });

  it('no host is 400', async () => {
    const { raw } = await serve();
    expect(await raw(head('/api/v1/health', authorized))).toMatch(
      /^HTTP\/1.1 400 [\s\S]*urn:landfall:problem:unreadable/,
    );
  });

  it.each([
    ['https://evil.example', 403],
    ['null', 403],
    ['http://localhost.evil.example', 403],
    ['http://localhost:5173', 200],
  ])('a page of %s is %i', async (origin, status) => {
    const { fetch, application } = await serve();
    expect((await fetch('/health', { headers: { origin } })).status).toBe(status);
    expect(application.calls.length).toBe(status === 200 ? 1 : 0);
  });

  it.each([['Bearer wrong'], ['Bearer'], ['Basic YTpi'], [`Bearer ${token}x`], [`Bearer ${token} x`], [token], ['']])(
    'without the token (%j) every call is 401, health too',
    async (authorization) => {
      const { fetch, application } = await serve();
      for (const path of ['/health', '/wants', '/nothing']) {
        const response = await fetch(path, { headers: { authorization } });
        expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="landfall"']);
      }
      expect(application.calls).toEqual([]);
    },
  );
});

describe('what is no good request', () => {
  it.each([
    ['rubbish\r\n\r\n'],
    ['GET / HTTP/9.9\r\n\r\n'],
    ['GET /api/v1/health HTTP/1.1\r\nbad header\r\n\r\n'],
    ['POST /api/v1/wants HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['POST /api/v1/wants HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n'],
    ['CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ])('%j is answered with a problem, and its connection ends', async (bytes) => {
    const { raw, application } = await serve();
    expect(await raw(bytes)).toMatch(/^HTTP\/1.1 400 Bad Request\r\n[\s\S]*application\/problem\+json/);
    expect(application.calls).toEqual([]);
  });

  it('a header that is too large is 431', async () => {
    const { raw } = await serve();
    expect(await raw(head('/api/v1/health', `X: ${'x'.repeat(20_000)}`))).toMatch(/^HTTP\/1.1 431 /);
  });

  it('a request that does not arrive in time is 408', async () => {
    const { raw } = await serve({ headersSecondsMax: 0.05, requestSecondsMax: 0.05 });
    expect(await raw('GET /api/v1/health HTTP/1.1\r\n')).toMatch(/^HTTP\/1.1 408 /);
  });

  it.each([
    ['declared', 'Content-Length: 1000001', ''],
    ['not declared', 'Transfer-Encoding: chunked', `f4241\r\n${'x'.repeat(1_000_001)}\r\n`],
  ])('a body that is too large (%s) is 413 before it has all arrived', async (_how, header, sent) => {
    const { rawUntil, application } = await serve({ closeSecondsMax: 0.05 });
    const lines = ['POST /api/v1/wants HTTP/1.1', 'Host: localhost', authorized, header];
    const answer = await rawUntil(/"limit":1000000/, `${lines.join('\r\n')}\r\n\r\n`, sent);
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(application.calls).toEqual([]);
  });

  it('more bodies at once than are held is 429', async () => {
    const { fetch } = await serve({ bodiesBytesMax: 1_000 });
    const send = (bytes: number) => fetch('/wants', { method: 'POST', body: ' '.repeat(bytes) });
    expect((await send(2_000)).status).toBe(429);
    expect((await send(900)).status).toBe(415);
    expect((await send(900)).status).toBe(415);
  });

  it('a body that ends early is never executed', async () => {
    const { raw, application, server } = await serve({ closeSecondsMax: 0.05 });
    const lines = ['POST /api/v1/wants HTTP/1.1', 'Host: localhost', authorized, 'Content-Length: 50'];
    const port = raw(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n{"partitionRef"`);
    await expect.poll(() => server.openCalls()).toBe(1);
    await server.close();
    await port;
    expect(application.calls).toEqual([]);
  });
});

describe('the server', () => {
  it('answers, with length and without guessing of types', async () => {
    const { fetch } = await serve();
    const body = JSON.stringify({ partitionRef: 'weather/a' });
    const response = await fetch('/wants', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    expect([response.status, response.headers.get('location')]).toEqual([201, '/api/v1/wants/want_1']);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await response.text()).length).toBe(Number(response.headers.get('content-length')));
    const headOnly = await fetch('/health', { method: 'HEAD' });
    expect([headOnly.status, await headOnly.text()]).toEqual([200, '']);
  });

  it('listens on the loopback address alone', async () => {
    expect((await serve()).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('refuses a port that is taken', async () => {
    const { url } = await serve();
    const other = createServer({ token, handle: createApi(fakeApplication()), log: () => undefined });
    await expect(other.listen(Number(new URL(url).port))).rejects.toThrow('EADDRINUSE');
  });

  it('writes one line about a fault, and tells the caller its id alone', async () => {
    const { fetch, application, lines } = await serve();
    application.on('getRun', () => Promise.reject(new TypeError('a secret place')));
    const { instance, detail } = await bodyOf(await fetch('/runs/run_1'));
    const id = instance.split(':').at(-1);
    expect(detail).not.toContain('secret');
    expect(lines).toEqual([
      expect.stringContaining(`Fault ${id} in GET /api/v1/runs/run_1: TypeError: a secret place (`),
    ]);
    expect(lines[0]).not.toContain('\n');
  });

  it('streams events as they come, and stops asking for them when the reader goes', async () => {
    const { fetch, application, server } = await serve();
    const gone = new AbortController();
    const response = await fetch('/events', { headers: { accept: 'text/event-stream' }, signal: gone.signal });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toContain('retry:');
    let text = '';
    application.happen();
    while (!text.includes('g1-1\ndata:')) text += (await reader.read()).value;
    const signal = application.calls.at(-1)?.args[1] as AbortSignal;
    expect(signal.aborted).toBe(false);
    gone.abort();
    await expect.poll(() => server.openCalls()).toBe(0);
    await expect.poll(() => signal.aborted).toBe(true);
  });

  it('is not filled by a reader that does not read', async () => {
    const { server, application, url } = await serve();
    const event = { eventId: 'e', type: 'WantCreated', at: '', graph: '', position: 1, text: 'x'.repeat(100_000) };
    let pages = 0;
    application.on('listEvents', async () => {
      pages += 1;
      await new Promise(setImmediate);
      return { items: [event], cursors: [`g1-${pages}`], nextCursor: `g1-${pages}` };
    });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.pause();
    socket.write(head('/api/v1/events', 'Host: localhost', authorized, 'Accept: text/event-stream'));
    let before = -1;
    const hasStopped = () => {
      const stopped = pages > 0 && pages === before;
      before = pages;
      return stopped;
    };
    await expect.poll(hasStopped, { interval: 200, timeout: 10_000 }).toBe(true);
    expect(pages).toBeLessThan(500);
    socket.destroy();
    await expect.poll(() => server.openCalls()).toBe(0);
  });

  it('closes: waiting ends, work is answered, and the connection too', async () => {
    const { fetch, application, server, url } = await serve({ closeSecondsMax: 60 });
    const work = Promise.withResolvers<void>();
    application.on('metrics', async () => {
      await work.promise;
      return '# EOF\n';
    });
    const waiting = fetch('/events?waitSeconds=20');
    const stream = fetch('/events', { headers: { accept: 'text/event-stream' } }).then((response) => response.text());
    const working = fetch('/metrics');
    await expect.poll(() => server.openCalls()).toBe(3);
    const closed = server.close();
    expect((await bodyOf(await waiting)).items).toEqual([]);
    expect(await stream).toContain('retry:');
    await expect(globalThis.fetch(url)).rejects.toThrow();
    work.resolve();
    const response = await working;
    expect([response.status, response.headers.get('connection'), await response.text()]).toEqual([
      200,
      'close',
      '# EOF\n',
    ]);
    await closed;
    expect(server.openCalls()).toBe(0);
  });

  it('closes in the end whatever its callers do', async () => {
    const { raw, server } = await serve({ closeSecondsMax: 0.05 });
    const lines = ['POST /api/v1/wants HTTP/1.1', 'Host: localhost', authorized, 'Content-Length: 50'];
    const held = raw(`${lines.join('\r\n')}\r\n\r\n{`);
    await expect.poll(() => server.openCalls()).toBe(1);
    await server.close();
    await held;
    await expect.poll(() => server.openCalls()).toBe(0);
  });
});
