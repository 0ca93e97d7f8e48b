import { describe, expect, it } from 'vitest';
import { bench } from './ask.ts';

describe('an ETag', () => {
  it('is the same as long as the representation is', async () => {
    const { ask } = bench();
    const first = await ask('GET /runs/run_1');
    expect((await ask('GET /runs/run_1')).headers.etag).toBe(first.headers.etag);
    expect((await ask('GET /partitions/weather/a')).headers.etag).not.toBe(first.headers.etag);
  });

  it('that the caller has already is answered with 304 and no body', async () => {
    const { ask, send } = bench();
    const { etag = '' } = (await ask('GET /runs/run_1')).headers;
    for (const known of [etag, `"x", ${etag}`, `W/${etag}`, '*']) {
      const response = await send('GET /runs/run_1', { headers: { 'if-none-match': known } });
      expect([response.status, response.body, response.headers.etag], known).toEqual([304, null, etag]);
    }
    expect((await send('GET /runs/run_1', { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
  });
});

describe('HEAD', () => {
  it('is GET without its body', async () => {
    const { ask } = bench();
    const { etag } = (await ask('GET /runs/run_1')).headers;
    const head = await ask('HEAD /runs/run_1');
    expect([head.status, head.headers.etag, head.response.body]).toEqual([200, etag, null]);
    expect((await ask('HEAD /taint')).status).toBe(405);
  });
});

describe('the queue', () => {
  it('that is full answers 429 with Retry-After before anything is done; health is let in', async () => {
    const { ask, application } = bench({ requestsMax: 2 });
    const gate = Promise.withResolvers<never>();
    application.on('getRun', () => gate.promise);
    const inside = [ask('GET /runs/run_1'), ask('GET /runs/run_1')];
    const calls = application.calls.length;
    const { status, headers, body } = await ask('POST /wants', { json: { partitionRef: 'weather/a' } });
    expect([status, headers['retry-after'], body.limit, application.calls.length]).toEqual([429, '1', 2, calls]);
    expect((await ask('GET /health')).status).toBe(200);
    gate.reject(new Error('enough'));
    await Promise.all(inside);
    expect((await ask('POST /wants', { json: { partitionRef: 'weather/a' } })).status).toBe(201);
  });
});

describe('the call', () => {
  it.each([
    ['GET /runs/run_1/log?fromByte=2', 'ean'],
    ['GET /metrics', '# EOF\n'],
  ])('%s answers text', async (call, end) => {
    const { status, headers, text } = await bench().ask(call);
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('charset=utf-8');
    expect(text.endsWith(end)).toBe(true);
  });

  it('GET /runs/{id}/log says where to go on', async () => {
    const { headers } = await bench().ask('GET /runs/run_1/log');
    expect([headers['landfall-log-end'], headers['landfall-log-ended']]).toEqual(['5', 'false']);
  });

  it('POST /runs/{id}/report takes each outcome with its own fields alone', async () => {
    const { ask, application } = bench();
    const report = async (json: object) =>
      (await ask('POST /runs/run_1/report', { json: { capability: 'secret', ...json } })).status;
    expect(await report({ outcome: 'failed', error: 'x', partitionRefs: ['weather/a'] })).toBe(422);
    expect(await report({ outcome: 'missing' })).toBe(422);
    expect(await report({ outcome: 'done' })).toBe(422);
    expect(await report({ outcome: 'succeeded', outputs: [], metadata: { text: 'x'.repeat(5_000) } })).toBe(422);
    expect(application.calls).toEqual([]);
    expect(await report({ outcome: 'failed', error: 'x', retryable: true })).toBe(200);
    expect(await report({ outcome: 'missing', partitionRefs: ['weather/a'] })).toBe(200);
    const output = { partitionRef: 'weather/daily/2012-01-31', rows: 3 };
    expect(await report({ outcome: 'succeeded', outputs: [output] })).toBe(200);
    expect(application.calls.map(({ args }) => args[2])).toEqual([
      { kind: 'failed', message: 'x', retryable: true },
      { kind: 'missing', partitionRefs: ['weather/a'] },
      { kind: 'succeeded', outputs: [{ ...output, location: '', bytes: null }], metadata: {} },
    ]);
  });

  it('POST /runs/{id}/report with a capability of another run is 403', async () => {
    const json = { capability: 'guess', outcome: 'succeeded' };
    expect((await bench().ask('POST /runs/run_1/report', { json })).status).toBe(403);
  });

  it('POST /runs/{id}/cancel needs no body, and tells who and why', async () => {
    const { ask, application } = bench();
    await ask('POST /runs/run_1/cancel');
    await ask('POST /runs/run_1/cancel', { json: { reason: 'too slow', ifRevision: 2 } });
    expect(application.calls.map(({ args }) => args[1])).toEqual([
      { text: 'cancelled by ann' },
      { text: 'cancelled by ann: too slow', ifRevision: 2 },
    ]);
  });

  it('POST /available refuses the same partition twice', async () => {
    const one = { partitionRef: 'weather/a' };
    const { status, body } = await bench().ask('POST /available', { json: { partitions: [one, one] } });
    expect([status, body.errors[0]?.pointer]).toEqual([422, '/partitions/1']);
  });
});
