import { describe, expect, it } from 'vitest';
import { apiLimits } from '../../../lib/api/limits.ts';
import { bench } from './ask.ts';

const want = { partitionRef: 'weather/daily/2012-01-31' };
const json = { 'content-type': 'application/json' };

describe('a path', () => {
  it('that does not exist is 404, and nothing is called', async () => {
    const { ask, application } = bench();
    for (const path of ['', '/', '/nothing', '/wants/', '/wants//why', '/stores', '/pushes', '/partitions//a']) {
      expect((await ask(`GET ${path}`)).status, path).toBe(404);
    }
    expect(application.calls).toEqual([]);
  });

  it('with a method that is not taken is 405 and names those that are', async () => {
    const { ask } = bench();
    const { status, headers, body } = await ask('PUT /wants');
    expect([status, headers.allow, body.type]).toEqual([
      405,
      'POST, GET, HEAD',
      'urn:landfall:problem:method-not-allowed',
    ]);
    expect((await ask('POST /wants/want_1')).headers.allow).toBe('GET, HEAD, DELETE');
  });

  it('with an id that none can be is 404, and nothing is called', async () => {
    const { ask, application } = bench();
    for (const id of ['a%2Fb', '..', 'a%00b', 'é', 'x'.repeat(700)]) {
      expect((await ask(`GET /wants/${id}`)).status, id).toBe(404);
    }
    expect(application.calls).toEqual([]);
  });

  it('with broken percent-encoding is 400', async () => {
    expect((await bench().ask('GET /partitions/a%ZZ')).status).toBe(400);
    expect((await bench().ask('GET /partitions/%ff')).status).toBe(400);
  });

  it('with a ref that no partition can have is 404; one of 513 bytes is 422 and names the limit', async () => {
    const { ask, application } = bench();
    expect((await ask('GET /why/weather/a%20b')).status).toBe(404);
    const { status, body } = await ask(`GET /partitions/${'a'.repeat(513)}`);
    expect([status, body.limit]).toEqual([422, 512]);
    expect(application.calls).toEqual([]);
  });

  it('takes a ref with its slashes as they are, or encoded', async () => {
    const { ask } = bench();
    expect((await ask('GET /partitions/weather/daily/2012-01-31')).body.partitionRef).toBe('weather/daily/2012-01-31');
    expect((await ask('GET /partitions/weather%2Fdaily%2F2012')).body.partitionRef).toBe('weather/daily/2012');
  });
});

describe('a query', () => {
  const refused = async (query: string) => {
    const { ask, application } = bench();
    const { status, body } = await ask(`GET /wants?${query}`);
    expect([status, application.calls], query).toEqual([400, []]);
    return body;
  };

  it('with unknown parameters and bad values is 400 and names each', async () => {
    const { type, errors } = await refused('limit=0&nope=1&state=waiting,odd&createdAfter=yesterday');
    expect(type).toBe('urn:landfall:problem:invalid-query');
    expect(errors.map((one) => one.parameter).sort()).toEqual(['createdAfter', 'limit', 'nope', 'state']);
  });

  it('takes a page of 1 to 500 in plain decimal digits', async () => {
    for (const limit of ['0', '501', '-1', '1e2', '0x10', '', '%201', '1.5', '99999999999999999999']) {
      await refused(`limit=${limit}`);
    }
    expect((await bench().ask('GET /wants?limit=500')).status).toBe(200);
  });

  it('refuses a parameter that is given twice, unless it is one of several values', async () => {
    await refused('limit=1&limit=2');
    const { ask, application } = bench();
    expect((await ask('GET /wants?state=waiting&state=building,failed')).status).toBe(200);
    expect(application.calls[0]?.args[0]).toEqual({ limit: 50, states: ['waiting', 'building', 'failed'] });
  });

  it('refuses what is no UTF-8, no glob, or too long', async () => {
    for (const query of ['partition=%ff', 'partition=a%20b', `partition=${'a'.repeat(513)}`, 'cursor='])
      await refused(query);
  });

  it('is refused where none is taken', async () => {
    expect((await bench().ask('GET /health?verbose=1')).status).toBe(400);
  });
});

describe('a body', () => {
  const refused = async (body: string | Uint8Array, headers: Record<string, string> = json) => {
    const { ask, application } = bench();
    const asked = await ask('POST /wants', { body: typeof body === 'string' ? Buffer.from(body) : body, headers });
    expect(application.calls).toEqual([]);
    return asked;
  };

  it('that is missing or no JSON is 400', async () => {
    expect((await bench().ask('POST /wants')).status).toBe(400);
    for (const body of ['', '{', '{"a":}', 'null x', '\u0000']) expect((await refused(body)).status, body).toBe(400);
  });

  it('that is no UTF-8 is 400', async () => {
    const bytes = Buffer.concat([Buffer.from('{"comment":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    expect((await refused(bytes)).body.detail).toBe('the body is not UTF-8');
  });

  it('of another kind than JSON, or compressed, is 415', async () => {
    const text = JSON.stringify(want);
    expect((await refused(text, {})).status).toBe(415);
    for (const type of [
      'text/plain',
      'application/json; charset=latin1',
      'application/xml',
      'application/json, text/plain',
    ]) {
      expect((await refused(text, { 'content-type': type })).status, type).toBe(415);
    }
    expect((await refused(text, { ...json, 'content-encoding': 'gzip' })).status).toBe(415);
  });

  it('of more than 1 MB is 413 and names the limit', async () => {
    const { status, body } = await refused(' '.repeat(apiLimits.bodyBytes + 1));
    expect([status, body.limit]).toEqual([413, 1_000_000]);
  });

  it('that is nested too deep is 422, and half a million levels take no time', async () => {
    const { status, body } = await refused(`${'['.repeat(400_000)}${']'.repeat(400_000)}`);
    expect([status, body.limit]).toEqual([422, 64]);
  });

  it('with the same field twice is 400, also when one of them is escaped', async () => {
    expect((await refused('{"partitionRef":"a","partitionRef":"b"}')).body.detail).toContain('"partitionRef"');
    expect((await refused('{"partitionRef":"a","partition\\u0052ef":"b"}')).status).toBe(400);
  });

  it('names every fault at once, by JSON pointer', async () => {
    const { status, body } = await refused(
      JSON.stringify({ ttlSeconds: 0, slaSeconds: 1.5, 'a/b~c': 1, deliver: 'sent', dataTimestamp: 'now', comment: 3 }),
    );
    expect(status).toBe(422);
    expect(body.errors.map((one) => one.pointer).sort()).toEqual(
      ['', '/a~1b~0c', '/comment', '/dataTimestamp', '/deliver', '/slaSeconds', '/ttlSeconds'].sort(),
    );
  });

  it('with 1,001 refs or a ref of 513 bytes is 422 and names the limit', async () => {
    const refs = Array.from({ length: 1_001 }, (_, i) => `weather/${i}`);
    const many = await refused(JSON.stringify({ partitionRefs: refs }));
    expect([many.status, many.body.errors]).toEqual([
      422,
      [{ pointer: '/partitionRefs', detail: 'partitionRefs must have at most 1000 items', limit: 1_000 }],
    ]);
    const long = await refused(JSON.stringify({ partitionRef: 'a'.repeat(513) }));
    expect([long.status, long.body.errors[0]?.limit]).toEqual([422, 512]);
  });

  it('lists at most 100 faults, and says how many there are', async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x${i}`, i]));
    const { body } = await refused(JSON.stringify({ ...many, ...want }));
    expect(body.errors.length).toBe(100);
    expect(body.detail).toContain('(and 299 more)');
  });

  it('that is no object, or has __proto__ as a field, is 422', async () => {
    for (const text of ['null', '[]', '3', '"x"', '{"partitionRef":"weather/a","__proto__":{}}']) {
      expect((await refused(text)).status, text).toBe(422);
    }
  });

  it('with half a surrogate pair as text is 422', async () => {
    expect((await refused('{"partitionRef":"weather/a","comment":"\\ud800"}')).status).toBe(422);
  });
});
