import { describe, expect, it } from 'vitest';
import { type GraphDefinition, isGraphDefinition } from '../../../lib/model/define/graph.ts';
import { defineGraph, job, partitions } from '../../../lib/model/define/index.ts';
import { validateManifest } from '../../../lib/model/validate/index.ts';

const raw = partitions('weather/raw/{date:day}', { external: true, owner: 'noaa', from: '2012-01-01' });
const daily = partitions('weather/daily/{date:day}');
const monthly = partitions('weather/monthly/{month:month}');

/** What a config says that no compiler has seen. */
const untyped = { defineGraph, job, partitions } as unknown as Record<string, (...args: unknown[]) => never>;
const graphWith = (fields: unknown): GraphDefinition => untyped.defineGraph!(fields);
const jobWith = (fields: object) => untyped.job!('j', { outputs: [daily], run: './j.ts', ...fields });
const messages = (definition: GraphDefinition) => definition.faults.map(({ message }) => message);

describe('config', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'The graph takes an object of options.'],
    ['no name', {}, 'The graph has no name.'],
    ['a name with a slash', { name: 'a/b' }, 'The graph has "a/b" as name.'],
    ['stores', { name: 'w', stores: [] }, 'The graph has the field "stores", which this version does not know.'],
    ['hooks', { name: 'w', hooks: [] }, 'The graph has the field "hooks", which this version does not know.'],
    ['no list of jobs', { name: 'w', jobs: {} }, 'The graph has an object as jobs.'],
    ['what is no job', { name: 'w', jobs: [daily] }, 'The graph has an object among its jobs.'],
    ['what are no partitions', { name: 'w', partitions: ['a'] }, 'The graph has "a" among its partitions.'],
    ['no pools', { name: 'w', pools: [] }, 'The graph has a list as pools.'],
    ['a pool without capacity', { name: 'w', pools: { p: {} } }, 'The pool p has no capacity.'],
    ['half a slot', { name: 'w', pools: { p: { capacity: 1.5 } } }, 'The pool p has 1.5 as capacity.'],
    [
      'an upstream without patterns',
      { name: 'w', upstreams: [{ graph: 'g' }] },
      'An upstream has patterns that are no globs over partition refs.',
    ],
    ['an owner that is no text', { name: 'w', owner: 5 }, 'The graph has 5 as owner.'],
  ])('is refused with %s', (_, fields, message) => {
    expect(messages(graphWith(fields))).toContain(message);
  });

  it.each<[string, object, string]>([
    [
      'a field that nobody knows',
      { timeout: 5 },
      'The job j has the field "timeout", which this version does not know.',
    ],
    ['an output that is a text', { outputs: ['weather'] }, 'The job j has "weather" among its outputs.'],
    [
      'an input without a mapping',
      { inputs: [raw] },
      'The job j has weather/raw/{date:day} among its inputs without a mapping.',
    ],
    ['half an input', { inputs: [raw.every('day')] }, 'The job j has an object among its inputs without a mapping.'],
    ['no run', { run: undefined }, 'The job j has no run.'],
    ['a function as run', { run: () => 1 }, 'The job j has a function as run.'],
    ['a module outside', { run: '../j.ts' }, 'The job j runs "../j.ts", which is no path inside the graph\'s folder.'],
    ['a module at the root', { run: '/j.ts' }, 'The job j runs "/j.ts", which is no path inside the graph\'s folder.'],
    ['a program as module', { run: './j.py' }, 'The job j runs "./j.py", which is no module.'],
    ['an empty command', { run: { command: [] } }, 'Its run has a command that cannot be started.'],
    ['a shell line', { run: { command: 'awk -f x' } }, 'Its run has "awk -f x" as command.'],
    ['a command with a zero byte', { run: { command: ['a\0'] } }, 'Its run has a command that cannot be started.'],
    ['no timeout', { timeoutSeconds: 0 }, 'The job j has 0 as timeoutSeconds.'],
    [
      'a heartbeat longer than the timeout',
      { timeoutSeconds: 5, heartbeatSeconds: 6 },
      'The job j has 6 as heartbeatSeconds.',
    ],
    ['a weight below one', { weight: 0.5 }, 'The job j has 0.5 as weight.'],
    ['no attempts', { retry: { attempts: 0 } }, 'Its retry has 0 as attempts.'],
    [
      'a shorter longest wait',
      { retry: { backoffSeconds: 9, maxBackoffSeconds: 8 } },
      'Its retry has 8 as maxBackoffSeconds.',
    ],
    [
      'an id and another former name',
      { id: 'a', formerly: 'b' },
      'The job j has an id and a former name, which differ.',
    ],
  ])('is refused whose job has %s', (_, fields, message) => {
    expect(messages(graphWith({ name: 'w', jobs: [jobWith(fields)] }))).toContain(message);
  });

  it('is refused whose mapping is of no or of several keys', () => {
    const spans = partitions('spans/{start:day}/{end:day}');
    const inputs = [spans.last(2), daily.every('day').within('month'), spans.every('day').within('month')];
    const faulty = graphWith({ name: 'w', jobs: [jobWith({ inputs })] });
    expect(messages(faulty)).toEqual([
      'spans/{start:day}/{end:day} has several time keys: start, end.',
      'A job that takes every day of weather/daily/{date:day} within the month has no month key.',
      'spans/{start:day}/{end:day} has several day keys: start, end.',
    ]);
  });

  it('never throws, whatever it is given', () => {
    for (const value of [undefined, null, 0, '', 'x', [], {}, Symbol('s'), () => 1, new Date(0)]) {
      const definition = graphWith({
        name: value,
        jobs: [untyped.job!(value, value), value],
        partitions: [untyped.partitions!(value, value)],
        pools: value,
        upstreams: [value],
      });
      expect(definition.faults.length).toBeGreaterThan(0);
    }
  });

  it('becomes a plain manifest with its defaults', () => {
    const clean = job('clean', { outputs: [daily], inputs: [raw.same()], run: './jobs/clean.ts', expectedSeconds: 2 });
    const summarise = job('summarise', {
      outputs: [monthly],
      inputs: [daily.every('day').within('month')],
      run: { command: ['awk', '-f', 'jobs/summarise.awk'], runtime: 'awk' },
      pool: 'heavy',
      retry: { attempts: 3, backoffSeconds: 90 },
      formerly: 'summarize',
    });
    const definition = defineGraph({
      name: 'weather',
      owner: 'climate-team',
      jobs: [clean, summarise],
      pools: { heavy: { capacity: 2, reservedForDeadlines: 1 } },
      upstreams: [{ graph: 'sensors', patterns: ['sensors/**'] }],
    });
    expect(isGraphDefinition(definition)).toBe(true);
    expect(definition.faults).toEqual([]);
    const { draft } = definition;
    expect(JSON.parse(JSON.stringify(draft))).toEqual(draft);
    expect(
      validateManifest({ ...draft, hash: '', jobs: draft.jobs.map((each) => ({ ...each, codeVersion: '' })) }),
    ).toEqual([]);
    expect(draft.partitions.map(({ pattern }) => pattern)).toEqual([
      'weather/daily/{date:day}',
      'weather/raw/{date:day}',
      'weather/monthly/{month:month}',
    ]);
    expect(draft.jobs[0]).toEqual({
      id: 'clean',
      name: 'clean',
      owner: null,
      outputs: ['weather/daily/{date:day}'],
      inputs: [{ pattern: 'weather/raw/{date:day}', mapping: { kind: 'same' } }],
      run: { kind: 'module', path: 'jobs/clean.ts' },
      pool: null,
      weight: 1,
      timeoutSeconds: 3_600,
      heartbeatSeconds: null,
      retry: { attempts: 1, backoffSeconds: 1, maxBackoffSeconds: 60 },
      expectedSeconds: 2,
    });
    expect(draft.jobs[1]).toMatchObject({
      id: 'summarize',
      inputs: [{ mapping: { kind: 'every', key: 'date', of: 'month' } }],
      retry: { attempts: 3, backoffSeconds: 90, maxBackoffSeconds: 90 },
      run: { kind: 'command', command: ['awk', '-f', 'jobs/summarise.awk'], runtime: 'awk' },
    });
  });

  it('has one mapping for each way to say an input', () => {
    const regional = partitions('sales/{region:enum(eu|us)}/{date:day}');
    const total = partitions('total/{date:day}');
    const inputs = [regional.only({ region: ['eu', 'us'] }), total.last(30), total.last(7, 'date'), total.previous()];
    const [first] = defineGraph({ name: 'w', jobs: [job('j', { outputs: [total], inputs, run: { event: true } })] })
      .draft.jobs;
    expect(first?.inputs.map(({ mapping }) => mapping)).toEqual([
      { kind: 'fixed', key: 'region', values: ['eu', 'us'] },
      { kind: 'last', key: 'date', count: 30 },
      { kind: 'last', key: 'date', count: 7 },
      { kind: 'previous', key: 'date' },
    ]);
  });

  it('keeps one of two partitions that say the same, and both of two that do not', () => {
    const twice = [raw, partitions('a'), partitions('a'), partitions('a', { external: true })];
    expect(defineGraph({ name: 'w', partitions: twice }).draft.partitions).toHaveLength(3);
  });
});
