import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Loaded } from '../../lib/local/loadGraphChild.ts';
import { canonicalJson } from '../../lib/model/canonicalJson.ts';
import { compileGraph } from '../../lib/model/compile.ts';
import type { GraphDefinition } from '../../lib/model/define/graph.ts';
import { defineGraph, job, partitions } from '../../lib/model/define/index.ts';
import type { Json } from '../../lib/model/json.ts';
import { validateManifest } from '../../lib/model/validate/index.ts';
import { anyRef, fixed } from './values.ts';

/** Anything that JavaScript has. */
const anything = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    maxDepth: 2,
    depthSize: 'small',
  }),
  fc.constantFrom(Symbol('s'), () => undefined, Number.NaN, -0, '', '__proto__', '\ud800', 1e9, [null], Array(1)),
);

/** Where a config says something, and what a good one says there. */
const good = {
  name: 'tiny',
  owner: 'me',
  raw: 'raw/{date:day}',
  rawOptions: { external: true, owner: 'me', from: '2012-01-01' },
  rawFrom: '2012-01-01',
  daily: 'daily/{date:day}',
  monthly: 'monthly/{month:month}',
  unit: 'day',
  period: 'month',
  unitKey: undefined,
  periodKey: undefined,
  count: 30,
  lastKey: undefined,
  previousKey: 'date',
  rates: 'rates/{month:month}/{region:enum(eu|us)}',
  only: { region: ['eu', 'us'] },
  onlyValues: ['eu'],
  input: undefined,
  inputs: undefined,
  outputs: undefined,
  run: './a.ts',
  command: ['sh', '-c', 'true'],
  argument: 'true',
  runtime: 'python3.13',
  pool: 'heavy',
  weight: 1,
  timeoutSeconds: 60,
  heartbeatSeconds: 5,
  retry: { attempts: 3 },
  attempts: 3,
  backoffSeconds: 1,
  maxBackoffSeconds: 60,
  expectedSeconds: 0,
  jobName: 'clean',
  jobOptions: undefined,
  id: 'id',
  formerly: undefined,
  pools: undefined,
  poolOptions: undefined,
  capacity: 2,
  reserved: 1,
  upstreams: undefined,
  upstream: undefined,
  upstreamGraph: 'sensors',
  globs: ['sensors/**'],
  jobs: undefined,
  partitions: undefined,
  graph: undefined,
  unknownField: undefined,
} as const;
type Slot = keyof typeof good;
type Said = Readonly<Partial<Record<Slot, unknown>>>;

/** As a config without types would write it. */
// biome-ignore lint/suspicious/noExplicitAny: it hands in what types refuse.
const untyped: { partitions: any; job: any; defineGraph: any } = { partitions, job, defineGraph };

/** The good config, with other values in some places. */
function config(said: Said): GraphDefinition {
  const at = (slot: Slot, otherwise: unknown = good[slot]) => (slot in said ? said[slot] : otherwise);
  const raw = untyped.partitions(at('raw'), at('rawOptions', { external: true, from: at('rawFrom') }));
  const daily = untyped.partitions(at('daily'));
  const rates = untyped.partitions(at('rates'), { external: true });
  const monthly = untyped.partitions(at('monthly'));
  const extra = typeof said.unknownField === 'string' ? { [said.unknownField]: 1 } : {};
  const retry = {
    attempts: at('attempts'),
    backoffSeconds: at('backoffSeconds'),
    maxBackoffSeconds: at('maxBackoffSeconds'),
  };
  const clean = untyped.job(
    at('jobName'),
    at('jobOptions', {
      outputs: at('outputs', [daily]),
      inputs: at('inputs', [
        raw.same(),
        raw.last(at('count'), at('lastKey')),
        raw.previous(at('previousKey')),
        at('input', raw.same()),
      ]),
      run: at('run'),
      pool: at('pool'),
      weight: at('weight'),
      timeoutSeconds: at('timeoutSeconds'),
      heartbeatSeconds: at('heartbeatSeconds'),
      retry: at('retry', retry),
      expectedSeconds: at('expectedSeconds'),
      owner: at('owner'),
      id: at('id'),
      formerly: at('formerly'),
      ...extra,
    }),
  );
  const sum = untyped.job('sum', {
    outputs: [monthly],
    inputs: [
      daily.every(at('unit'), at('unitKey')).within(at('period'), at('periodKey')),
      rates.only(at('only', { region: at('onlyValues') })),
    ],
    run: { command: at('command', ['sh', '-c', at('argument')]), runtime: at('runtime') },
  });
  return untyped.defineGraph(
    at('graph', {
      name: at('name'),
      owner: at('owner'),
      jobs: at('jobs', [clean, sum]),
      pools: at('pools', {
        heavy: at('poolOptions', { capacity: at('capacity'), reservedForDeadlines: at('reserved') }),
      }),
      upstreams: at('upstreams', [at('upstream', { graph: at('upstreamGraph'), patterns: at('globs') })]),
      partitions: at('partitions', [monthly]),
      ...extra,
    }),
  );
}

const anyConfig = fc.dictionary(
  fc.constantFrom(...(Object.keys(good) as Slot[])),
  fc.oneof(anything, fc.constantFrom(...Object.values(good))),
  {
    maxKeys: 2,
  },
);

/** What comes through the channel of the process that loads configs. */
function sent({ draft, faults }: GraphDefinition): Pick<Extract<Loaded, { kind: 'defined' }>, 'manifest' | 'faults'> {
  const jobs = draft.jobs.map((one) => ({ ...one, codeVersion: '' }));
  return JSON.parse(JSON.stringify({ manifest: { ...draft, jobs }, faults }));
}

describe('a config of any values', () => {
  it('is a graph, or has faults that each say in sentences what is wrong and what to do', () => {
    let graphs = 0;
    fc.assert(
      fc.property(anyConfig, anyRef, (values, ref) => {
        const said = sent(config(values));
        const manifest = { ...said.manifest, hash: 'h' };
        const faults = [...said.faults, ...validateManifest(manifest)];
        for (const { message, hint } of faults) {
          expect(message).toMatch(/^[^\s].*\.$/s);
          expect(hint).toMatch(/^[A-Z].*[.!]$/s);
          expect(message + hint).not.toMatch(/\[object|\n\s+at /);
        }
        if (faults.length > 0) return;
        graphs += 1;
        const graph = compileGraph(manifest);
        expect(() => canonicalJson(manifest as unknown as Json)).not.toThrow();
        const located = graph.locate(ref);
        if (located?.kind === 'built') expect(graph.build(located.buildId)?.outputs.length).toBeGreaterThan(0);
      }),
      { ...fixed, numRuns: 1_000 },
    );
    expect(graphs).toBeGreaterThan(40);
  });
});
