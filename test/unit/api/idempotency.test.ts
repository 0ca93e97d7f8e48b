import { describe, expect, it } from 'vitest';
import { LogUnavailable } from '../../../lib/log/errors.ts';
import { bench } from './ask.ts';

const taint = { partitionRefs: ['weather/a'], reason: 'bad sensor' };
const keyed = (json: unknown, key = 'k') => ({ json, headers: { 'idempotency-key': key } });

describe('an Idempotency-Key', () => {
  it('that is empty, too long or not printable ASCII is 400', async () => {
    for (const key of ['', 'x'.repeat(256), 'é', 'a\tb']) {
      expect((await bench().ask('POST /taint', keyed(taint, key))).status, key).toBe(400);
    }
  });

  it('used again for another body, or another call, is 422', async () => {
    const { ask } = bench();
    await ask('POST /taint', keyed(taint));
    expect((await ask('POST /taint', keyed({ ...taint, reason: 'another' }))).status).toBe(422);
    expect((await ask('POST /plan', keyed({ partitionRef: 'weather/a' }))).status).toBe(422);
  });

  it('gets the remembered answer, and nothing is done again', async () => {
    const { ask, application } = bench();
    const first = await ask('POST /taint', keyed(taint));
    const again = await ask(
      'POST /taint',
      keyed({ reason: 'bad sensor', dryRun: false, partitionRefs: ['weather/a'] }),
    );
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(application.calls.filter(({ method }) => method === 'taint').length).toBe(1);
  });

  it('is of one caller', async () => {
    const { ask } = bench();
    await ask('POST /taint', keyed(taint));
    expect((await ask('POST /taint', { ...keyed({ ...taint, reason: 'x' }), caller: 'bob' })).status).toBe(200);
  });

  it('of a call that was refused is free again', async () => {
    const { ask, application } = bench();
    application.on('taint', () => Promise.reject(new LogUnavailable('away')));
    expect((await ask('POST /taint', keyed(taint))).status).toBe(503);
    application.on('taint', async () => ({ partitionRefs: [], affected: [] }));
    expect((await ask('POST /taint', keyed({ ...taint, reason: 'another' }))).status).toBe(200);
  });

  it('sent several times at once is executed once, and all get that answer', async () => {
    const { ask, application } = bench();
    const gate = Promise.withResolvers<{ partitionRefs: string[]; affected: string[] }>();
    application.on('taint', () => gate.promise);
    const asked = Array.from({ length: 5 }, () => ask('POST /taint', keyed(taint)));
    const other = await ask('POST /taint', keyed({ ...taint, reason: 'another' }));
    expect(other.status).toBe(422);
    gate.resolve({ partitionRefs: ['weather/a'], affected: ['weather/b'] });
    expect((await Promise.all(asked)).map(({ body }) => body.affected)).toEqual(Array(5).fill(['weather/b']));
    expect(application.calls.filter(({ method }) => method === 'taint').length).toBe(1);
  });

  it('sent several times at once, the first of which fails, is executed by the next', async () => {
    const { ask, application } = bench();
    const gate = Promise.withResolvers<never>();
    application.on('taint', () => gate.promise);
    const asked = Array.from({ length: 3 }, () => ask('POST /taint', keyed(taint)));
    await ask('GET /health');
    application.on('taint', async () => ({ partitionRefs: [], affected: [] }));
    gate.reject(new LogUnavailable('away'));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([503, 200, 200]);
    expect(application.calls.filter(({ method }) => method === 'taint').length).toBe(2);
  });

  it('whose answer cannot be kept is answered truly, and the fault is handed to the log', async () => {
    const { ask, application } = bench();
    application.on('rememberAnswer', () => Promise.reject(new LogUnavailable('away')));
    const { status, response } = await ask('POST /taint', keyed(taint));
    expect([status, response.fault?.path]).toEqual([200, '/api/v1/taint']);
  });

  it('of accept is what the run is accepted by, and no answer with its capability is kept', async () => {
    const { ask, application } = bench();
    await ask('POST /runs/run_1/accept', { headers: { 'idempotency-key': 'k' } });
    await ask('POST /runs/run_1/accept', { headers: { 'idempotency-key': 'k' } });
    await ask('POST /runs/run_1/accept');
    await ask('POST /runs/run_1/accept');
    const by = application.calls.map(({ args }) => args[1]);
    expect([by[0] === by[1], new Set(by).size]).toEqual([true, 3]);
    expect(new Set(application.calls.map(({ method }) => method))).toEqual(new Set(['acceptRun']));
  });

  it('names the instances that a report leaves unnamed, the same when it is tried again', async () => {
    const { ask, application } = bench();
    application.on('rememberAnswer', () => Promise.reject(new LogUnavailable('away')));
    const json = { partitions: [{ partitionRef: 'weather/a' }, { partitionRef: 'weather/b' }] };
    const [first, again] = [await ask('POST /available', keyed(json)), await ask('POST /available', keyed(json))];
    expect(again.body).toEqual(first.body);
    const ids = (first.body.partitions as readonly { instanceId: string }[]).map((one) => one.instanceId);
    expect(new Set(ids).size).toBe(2);
  });
});
