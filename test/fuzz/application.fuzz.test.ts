import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routesOf } from '../../lib/api/routes.ts';
import { holds } from './holds.ts';
import { openRealWorld, type RealWorld, type Sent } from './realWorld.ts';
import {
  anyJson,
  anyMoment,
  anyRef,
  anyText,
  availableBody,
  fewRefs,
  fixed,
  mostly,
  taintBody,
  wantBody,
} from './values.ts';

let world: RealWorld;
beforeEach(() => {
  world = openRealWorld();
});
afterEach(() => world.close());

const get = (path: string, query = ''): Sent => ({ method: 'GET', path, query });
const post = (path: string, body: unknown): Sent => ({ method: 'POST', path, body });
const wellFormed = anyRef.filter((ref) => ref.isWellFormed()).map(encodeURIComponent);

/** So that there is something to find. */
async function fill(): Promise<void> {
  await world.ask(post('/available', { partitions: [{ partitionRef: 'raw/2012-01-01', instance: 'i1' }] }));
  for (const partitionRef of ['daily/2012-01-01', 'monthly/2012-01', 'by/eu/1', 'by/eu/2', 'by/us/2', 'text/a']) {
    await world.ask(post('/wants', { partitionRef, slaSeconds: 60, dataTimestamp: '2012-01-01T00:00:00Z' }));
  }
  await world.idle();
}

describe('a ref in a path', () => {
  it('is found or refused', async () => {
    await fill();
    const path = fc.constantFrom('partitions', 'why', 'lineage', 'wants', 'runs');
    await fc.assert(
      fc.asyncProperty(
        path,
        wellFormed,
        fc.constantFrom('', 'direction=down', 'depth=50'),
        async (base, ref, query) => {
          const { status } = await holds(world, get(`/${base}/${ref}`, base === 'lineage' ? query : ''));
          expect([200, 404, 405, 422]).toContain(status);
        },
      ),
      { ...fixed, numRuns: 300 },
    );
  });
});

describe('a query', () => {
  const listings = routesOf().filter(({ method, query, path }) => method === 'GET' && query && !path.includes('{'));
  const good: Record<string, fc.Arbitrary<string>> = {
    state: fc.constantFrom('waiting', 'building', 'failed', 'live', 'missing', 'running', 'queued,running'),
    source: fc.constantFrom('api', 'derived', 'cli,api'),
    partition: fc.oneof(fewRefs, fc.stringMatching(/^[a-z*/]{1,12}$/)),
    pattern: fc.oneof(fewRefs, fc.stringMatching(/^[a-z*/]{1,12}$/)),
    createdAfter: anyMoment,
    createdBefore: anyMoment,
    sla: fc.constantFrom('late', 'lateAtCreation', 'none,onTrack'),
    limit: fc.integer({ min: 0, max: 501 }).map(String),
    job: fc.constantFrom('clean', 'none'),
    type: fc.constantFrom('WantCreated', 'RunStarted,RunEnded', 'PartitionLive'),
    cursor: anyText,
    since: anyText,
  };
  const asked = fc.constantFrom(...listings).chain(({ path, query }) => {
    const names = Object.keys(query!.shape).filter((name) => name !== 'waitSeconds');
    const pair = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, anyText).chain((name) => {
      const value = Object.hasOwn(good, name) ? fc.oneof({ weight: 4, arbitrary: good[name]! }, anyText) : anyText;
      return fc.tuple(fc.constant(name), value);
    });
    return fc.tuple(fc.constant(path), fc.array(pair, { maxLength: 3 }));
  });

  it('is answered, or refused by naming the parameter', async () => {
    await fill();
    await fc.assert(
      fc.asyncProperty(asked, async ([path, pairs]) => {
        fc.pre(pairs.flat().every((text) => text.isWellFormed()));
        const query = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
        expect([200, 400]).toContain((await holds(world, get(path, query))).status);
      }),
      { ...fixed, numRuns: 300 },
    );
  });
});

describe('a body', () => {
  it('that is a want is refused by the plan just where it is refused as a want', async () => {
    await fc.assert(
      fc.asyncProperty(wantBody, async (body) => {
        const plan = await holds(world, post('/plan', body));
        const want = await holds(world, post('/wants', body));
        expect([201, 422]).toContain(want.status);
        expect(plan.status).toBe(want.status === 201 ? 200 : 422);
        if (want.status === 422) expect(JSON.parse(plan.text)).toEqual(JSON.parse(want.text));
      }),
      { ...fixed, numRuns: 300 },
    );
  });

  it('that reports or taints is done whole or refused whole', async () => {
    const call = fc.oneof(
      availableBody.map((body) => post('/available', body)),
      taintBody.map((body) => post('/taint', body)),
    );
    await fill();
    await fc.assert(
      fc.asyncProperty(call, async (sent) => {
        expect([200, 422]).toContain((await holds(world, sent)).status);
      }),
      { ...fixed, numRuns: 300 },
    );
  });
});

describe('calls in a row', () => {
  const outputs = fc.array(fc.record({ partitionRef: mostly(fewRefs), rows: mostly(fc.nat()) }), { maxLength: 2 });
  const outcome = fc.oneof(
    fc.record(
      {
        outcome: fc.constant('succeeded'),
        outputs: fc.oneof(fc.constant('own'), fc.constant('own'), mostly(outputs)),
        metadata: mostly(fc.dictionary(anyText, anyJson, { maxKeys: 2 })),
      },
      { requiredKeys: ['outcome', 'outputs'] },
    ),
    fc.record({ outcome: fc.constant('failed'), error: mostly(anyText), retryable: mostly(fc.boolean()) }),
    fc.record({
      outcome: fc.constant('missing'),
      partitionRefs: mostly(fc.array(fewRefs, { minLength: 1, maxLength: 3 })),
    }),
  );
  const about = (what: string, body?: unknown): Sent => ({ method: 'POST', path: what, body });
  const step = fc.oneof(
    wantBody.map((body) => post('/wants', body)),
    fewRefs.map((partitionRef) => post('/wants', { partitionRef })),
    availableBody.map((body) => post('/available', body)),
    fc
      .constantFrom('raw/2012-01-02', 'sensors/a')
      .map((one) => post('/available', { partitions: [{ partitionRef: one }] })),
    fewRefs.map((ref) => post('/taint', { partitionRefs: [ref], reason: 'wrong' })),
    fewRefs.map((ref) => get(`/why/${ref}`)),
    fewRefs.map((ref) => get(`/lineage/${ref}`, 'direction=down')),
    fc.constantFrom('/wants', '/runs', '/partitions', '/events', '/sla/violations', '/health').map((path) => get(path)),
    fc.nat(5).map((at) => ({ method: 'DELETE', path: `want ${at}` })),
    { weight: 1, arbitrary: fc.nat(4).map((at) => about(`accept ${at}`)) },
    { weight: 4, arbitrary: fc.tuple(fc.nat(4), outcome).map(([at, body]) => about(`report ${at}`, body)) },
    fc.nat(4).map((at) => about(`cancel ${at}`, {})),
  );

  /** Ids are of the world that is played in: a step names the first, second, … of what is listed. */
  async function placed({ path, body, ...sent }: Sent): Promise<Sent | null> {
    const [what = '', at] = path.split(' ');
    if (at === undefined) return { ...sent, path, body };
    const { items } = JSON.parse((await world.ask(get(what === 'want' ? '/wants' : '/runs'))).text);
    const one = items[Number(at)];
    if (one === undefined) return null;
    if (what === 'want') return { ...sent, path: `/wants/${one.wantId}` };
    const call = { ...sent, path: `/runs/${one.runId}/${what}` };
    if (what === 'accept') return { ...call, key: one.runId };
    return what === 'report' ? { ...call, body: await reportOf(one, body as object) } : { ...call, body };
  }

  /** Most are by whoever accepted the run: the same key gives the same capability. */
  async function reportOf(run: { runId: string; outputs: readonly string[] }, body: { readonly outputs?: unknown }) {
    const accepted = await world.ask({ ...post(`/runs/${run.runId}/accept`, undefined), key: run.runId });
    const { capability = 'none' } = JSON.parse(accepted.text);
    const own = body.outputs === 'own' ? { outputs: run.outputs.map((partitionRef) => ({ partitionRef })) } : {};
    return { capability, ...body, ...own };
  }

  it('are each answered or refused, and all that was committed is reacted to', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
        await world.close();
        world = openRealWorld();
        await fill();
        for (const one of steps) {
          const sent = await placed(one);
          if (sent !== null) await holds(world, sent);
        }
      }),
      { ...fixed, numRuns: 70 },
    );
  });
});
