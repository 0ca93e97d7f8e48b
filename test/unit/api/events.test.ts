import { describe, expect, it } from 'vitest';
import { bench } from './ask.ts';

const stream = { headers: { accept: 'text/event-stream' } };

async function piecesOf(pieces: unknown, count: number): Promise<string[]> {
  const read: string[] = [];
  for await (const piece of pieces as AsyncIterable<string>) if (read.push(piece) === count) break;
  return read;
}

describe('GET /events', () => {
  it('refuses a type that no event has, and a wait of more than 20 seconds', async () => {
    const { ask, application } = bench();
    expect((await ask('GET /events?type=WantMade')).status).toBe(400);
    expect((await ask('GET /events?waitSeconds=21')).status).toBe(400);
    expect(application.calls).toEqual([]);
  });

  it('is 400 for a foreign cursor and 410 with restartCursor for one of a lost generation', async () => {
    const { ask } = bench();
    for (const asking of [{}, stream]) {
      expect((await ask('GET /events?since=odd', asking)).status).toBe(400);
      const { status, body } = await ask('GET /events?since=g0-7', asking);
      expect([status, body.restartCursor]).toEqual([410, 'g1-0']);
    }
  });

  it('always says where to go on', async () => {
    const { ask, application } = bench();
    expect((await ask('GET /events')).body).toEqual({ items: [], nextCursor: 'g1-0' });
    application.happen();
    application.happen();
    const { body } = await ask('GET /events?limit=1&type=WantCreated,RunEnded&pattern=weather/**');
    expect(body.nextCursor).toBe('g1-1');
    expect(application.calls.at(-1)?.args[0]).toEqual({
      limit: 1,
      waitSeconds: 0,
      types: ['WantCreated', 'RunEnded'],
      pattern: 'weather/**',
    });
  });

  it('waits for the first event, or until nobody waits any more', async () => {
    const { ask, application } = bench();
    const waiting = ask('GET /events?waitSeconds=20');
    application.happen();
    expect((await waiting).body.nextCursor).toBe('g1-1');
    const gone = new AbortController();
    const given = ask('GET /events?since=g1-1&waitSeconds=20', { signal: gone.signal });
    gone.abort();
    expect((await given).body.items).toEqual([]);
  });

  it('counts those who wait apart from those in work', async () => {
    const { ask } = bench({ feedsMax: 1, requestsMax: 1 });
    const gone = new AbortController();
    const waiting = ask('GET /events?waitSeconds=20', { signal: gone.signal });
    expect((await ask('GET /events')).status).toBe(429);
    expect((await ask('GET /runs')).status).toBe(200);
    gone.abort();
    await waiting;
    expect((await ask('GET /events')).status).toBe(200);
  });
});

describe('a stream of events', () => {
  it('gives each event with its cursor as id, as it comes', async () => {
    const { send, application } = bench();
    application.happen();
    const { headers, body } = await send('GET /events?since=g1-0', stream);
    expect(headers['content-type']).toBe('text/event-stream');
    application.happen();
    const [retry, first, second] = await piecesOf(body, 3);
    expect(retry).toBe('retry: 1000\n\n');
    expect(first).toMatch(/^id: g1-1\ndata: \{.*"position":1.*\}\n\n$/);
    expect(second).toMatch(/^id: g1-2\n/);
  });

  it('resumes behind Last-Event-ID, which goes before what the URL says', async () => {
    const { send, application } = bench();
    for (let i = 0; i < 3; i++) application.happen();
    const headers = { ...stream.headers, 'last-event-id': 'g1-2' };
    const { body } = await send('GET /events?since=g1-0', { headers });
    expect((await piecesOf(body, 2))[1]).toMatch(/^id: g1-3\n/);
    expect((await send('GET /events', { headers: { ...headers, 'last-event-id': 'odd' } })).status).toBe(400);
  });

  it('ends by itself, and moves the cursor on where no event matched', async () => {
    const { ask } = bench({ streamSeconds: 0.05 });
    expect((await ask('GET /events', stream)).text).toBe('retry: 1000\n\nid: g1-0\n\n');
  });

  it('leaves the gate when it ends, when its reader goes, and when it is never read', async () => {
    const { ask, send } = bench({ feedsMax: 1 });
    const read = await send('GET /events', stream);
    expect((await ask('GET /events')).status).toBe(429);
    await piecesOf(read.body, 1);
    expect((await ask('GET /events')).status).toBe(200);
    const gone = new AbortController();
    await send('GET /events', { ...stream, signal: gone.signal });
    expect((await ask('GET /events')).status).toBe(429);
    gone.abort();
    expect((await ask('GET /events')).status).toBe(200);
  });
});
