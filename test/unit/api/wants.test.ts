import { describe, expect, it } from 'vitest';
import { bench } from './ask.ts';

const ref = 'weather/daily/2012-01-31';

describe('POST /wants', () => {
  it.each([
    [{}],
    [{ partitionRef: ref, partitionRefs: [ref] }],
    [{ partitionRefs: [] }],
    [{ partitionRef: ref, ttlSeconds: 31_622_401 }],
    [{ partitionRef: ref, slaSeconds: -1 }],
    [{ partitionRef: ref, source: 'derived' }],
    [{ partitionRef: ref, dataTimestamp: '2012-01-31' }],
    [{ partitionRef: ref, dataTimestamp: '2012-02-30T00:00:00Z' }],
    [{ partitionRef: ref, dataTimestamp: '9999-01-01T00:00:00Z' }],
    [{ partitionRef: ref, freshAfter: '2012-01-31T00:00:00' }],
    [{ partitionRef: ref, comment: 'é'.repeat(1_001) }],
    [{ partitionRef: ref, externalDependencies: [{ graph: 'sensors' }] }],
    [{ partitionRef: ref, wantId: 'want_mine' }],
  ])('refuses %j with 422 and calls nothing', async (json) => {
    const { ask, application } = bench();
    expect([(await ask('POST /wants', { json })).status, application.calls]).toEqual([422, []]);
  });

  it('answers 201 with where the want is', async () => {
    const { ask } = bench();
    const { status, headers, body } = await ask('POST /wants', { json: { partitionRef: ref } });
    expect([status, headers.location, body.wantId]).toEqual([201, '/api/v1/wants/want_1', 'want_1']);
    expect((await ask('GET /wants/want_1')).status).toBe(200);
  });

  it('hands every field on, moments in milliseconds whatever their zone', async () => {
    const { ask, application } = bench();
    const json = {
      partitionRefs: [ref],
      dataTimestamp: '2012-01-31T02:00:00+02:00',
      ttlSeconds: 60,
      slaSeconds: 0,
      externalDependencies: [{ graph: 'sensors', partitionRef: 'sensors/a' }],
      deliver: 'built',
      freshAfter: '2012-01-31T00:00:00.123456Z',
      comment: 'for Ann',
      source: 'cli',
    };
    expect((await ask('POST /wants', { json })).status).toBe(201);
    const at = Date.parse('2012-01-31T00:00:00Z');
    expect(application.calls.find(({ method }) => method === 'createWant')?.args[1]).toEqual({
      ...json,
      dataTimestamp: at,
      freshAfter: at + 123,
    });
  });

  it('makes the id from caller and Idempotency-Key, so that the same call again is the same want', async () => {
    const { ask } = bench();
    const asking = { json: { partitionRef: ref }, headers: { 'idempotency-key': 'k' } };
    const first = await ask('POST /wants', asking);
    expect((await ask('POST /wants', asking)).body.wantId).toBe(first.body.wantId);
    expect((await ask('POST /wants', { ...asking, caller: 'bob' })).body.wantId).not.toBe(first.body.wantId);
  });

  it('shows the faults that the application found', async () => {
    const { status, body } = await bench().ask('POST /wants', { json: { partitionRefs: [ref, 'odd/one'] } });
    expect([status, body.errors[0]?.pointer]).toEqual([422, '/partitionRefs/1']);
  });
});

describe('a want that is refused', () => {
  it.each([['/wants'], ['/plan']])('at %s names its unknown refs beside its other faults', async (path) => {
    const json = { partitionRefs: [ref, 'odd/one', 'not well formed'], ttlSeconds: 0 };
    const { status, body } = await bench().ask(`POST ${path}`, { json });
    expect(status).toBe(422);
    expect(body.errors.map(({ pointer }) => pointer).sort()).toEqual([
      '/partitionRefs/1',
      '/partitionRefs/2',
      '/ttlSeconds',
    ]);
  });
});

describe('DELETE /wants/{id}', () => {
  it('is 409 with the present state and revision where the revision is stale', async () => {
    const { ask } = bench();
    await ask('POST /wants', { json: { partitionRef: ref } });
    const { status, body } = await ask('DELETE /wants/want_1?ifRevision=7');
    expect([status, body.state, body.revision]).toEqual([409, 'waiting', 1]);
  });

  it('is 404 for a want that is not there', async () => {
    expect((await bench().ask('DELETE /wants/want_9')).status).toBe(404);
  });

  it('cancels, and names the caller', async () => {
    const { ask, application } = bench();
    await ask('POST /wants', { json: { partitionRef: ref } });
    expect((await ask('DELETE /wants/want_1?ifRevision=1')).body.state).toBe('cancelled');
    expect(application.calls.at(-1)?.args).toEqual(['want_1', { text: 'cancelled by ann', ifRevision: 1 }]);
  });
});
