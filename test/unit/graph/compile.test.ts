import { describe, expect, it } from 'vitest';
import { compileGraph } from '../../../lib/model/compile.ts';
import { validateManifest } from '../../../lib/model/validate/index.ts';
import { external, job, manifest, partition, weather } from './manifests.ts';

const graph = compileGraph(weather());
const refs = (places: readonly { partitionRef: string }[]) => places.map((place) => place.partitionRef);

describe('graph', () => {
  it.each([
    'weather/daily/2013-02-29',
    'weather/daily',
    'weather/daily/2012-01-01/x',
    'weather/other/2012-01-01',
    '/weather/daily/2012-01-01',
    '',
    'constructor',
    `weather/daily/${'1'.repeat(600)}`,
  ])('knows no %j', (ref) => {
    expect(graph.locate(ref)).toBeNull();
    expect(graph.dependents(ref)).toEqual([]);
  });

  it.each(['clean', 'clean/', 'clean/2012-1-1', 'clean/2012-01-01/x', 'nobody/2012-01-01', '', '/'])(
    'has no build %j',
    (buildId) => {
      expect(graph.build(buildId)).toBeNull();
    },
  );

  it('names job, build and owner of what is built here', () => {
    expect(graph.locate('weather/extremes/2012-02')).toMatchObject({
      kind: 'built',
      pattern: 'weather/extremes/{month:month}',
      keys: { month: '2012-02' },
      owner: 'team',
      buildId: 'summarise/2012-02',
      job: { name: 'summarise' },
    });
    expect(graph.locate('weather/yearly/2012')?.owner).toBe('yearly-team');
    expect(graph.locate('weather/rolling/2012-01-30')?.owner).toBe('job-team');
  });

  it('names the graph that makes what is external', () => {
    expect(graph.locate('weather/raw/2012-01-01')).toMatchObject({ kind: 'external', graph: 'test', owner: 'noaa' });
    expect(graph.locate('weather/raw/2013-01-01')).toMatchObject({ kind: 'external', graph: 'sensors' });
  });

  it('gives a build its outputs in the order of the job, and its inputs in the order of time', () => {
    const build = graph.build('summarise/2012-02')!;
    expect(refs(build.outputs)).toEqual(['weather/monthly/2012-02', 'weather/extremes/2012-02']);
    expect(refs(build.inputs)).toHaveLength(29);
    expect(refs(build.inputs).at(-1)).toBe('weather/daily/2012-02-29');
    expect(refs(graph.build('year/2013')!.inputs).at(0)).toBe('weather/monthly/2013-01');
  });

  it('clips inputs to the first period, and knows nothing that would be made from nothing', () => {
    expect(refs(graph.build('roll/2012-01-02')!.inputs)).toEqual([
      'weather/daily/2012-01-01',
      'weather/daily/2012-01-02',
    ]);
    for (const ref of [
      'weather/raw/2011-12-31',
      'weather/daily/2011-12-31',
      'weather/monthly/2011-12',
      'weather/yearly/2011',
    ]) {
      expect(graph.locate(ref)).toBeNull();
    }
    expect(graph.build('year/2011')).toBeNull();
  });

  it('knows which builds a partition is an input of', () => {
    expect(graph.dependents('weather/raw/2012-02-29')).toEqual(['clean/2012-02-29']);
    const dependents = graph.dependents('weather/daily/2012-12-31');
    expect(dependents).toHaveLength(31);
    expect(dependents.slice(0, 3)).toEqual(['summarise/2012-12', 'roll/2012-12-31', 'roll/2013-01-01']);
  });

  it('lists an input once that two mappings name', () => {
    const day = external('in/{date:day}');
    const mappings = [{ kind: 'same' }, { kind: 'last', key: 'date', count: 2 }] as const;
    const twice = job(
      'j',
      ['out/{date:day}'],
      mappings.map((mapping) => ({ pattern: 'in/{date:day}', mapping })),
    );
    const both = compileGraph(manifest([day, partition('out/{date:day}')], [twice]));
    expect(refs(both.build('j/2012-01-01')!.inputs)).toEqual(['in/2012-01-01', 'in/2011-12-31']);
  });

  it('ends the calendar where it ends', () => {
    const first = manifest(
      [external('in/{d:day}'), partition('out/{d:day}')],
      [job('j', ['out/{d:day}'], [{ pattern: 'in/{d:day}', mapping: { kind: 'last', key: 'd', count: 3 } }])],
    );
    const calendar = compileGraph(first);
    expect(refs(calendar.build('j/0001-01-02')!.inputs)).toEqual(['in/0001-01-01', 'in/0001-01-02']);
    expect(calendar.dependents('in/9999-12-31')).toEqual(['j/9999-12-31']);
  });

  it('takes keys in the order of the first output, whatever the order of others', () => {
    const outputs = ['a/{region:enum(eu|us)}/{date:day}', 'b/{date:day}/{region:enum(eu|us)}'];
    const swapped = compileGraph(
      manifest(
        outputs.map((pattern) => partition(pattern)),
        [job('j', outputs, [])],
      ),
    );
    expect(swapped.locate('b/2012-01-01/eu')).toMatchObject({ buildId: 'j/eu/2012-01-01' });
    expect(refs(swapped.build('j/eu/2012-01-01')!.outputs)).toEqual(['a/eu/2012-01-01', 'b/2012-01-01/eu']);
  });

  it('has one build of a job without keys, under its id alone', () => {
    const one = compileGraph(manifest([partition('total')], [job('sum', ['total'], [], { id: 'sum-1' })]));
    expect(one.locate('total')).toMatchObject({ buildId: 'sum-1', keys: {} });
    expect(one.build('sum-1')?.outputs).toEqual([{ partitionRef: 'total', pattern: 'total', keys: {} }]);
    expect(one.build('sum')).toBeNull();
  });

  it('knows no partition of which a sibling or an input would be too long', () => {
    const long = `${'l'.repeat(300)}/{x:string}`;
    const mapping = { kind: 'same' } as const;
    const graphs = [
      manifest([partition('o/{x:string}'), partition(long)], [job('j', ['o/{x:string}', long], [])]),
      manifest([partition('o/{x:string}'), external(long)], [job('j', ['o/{x:string}'], [{ pattern: long, mapping }])]),
    ].map(compileGraph);
    for (const each of graphs) {
      expect(each.locate(`o/${'x'.repeat(211)}`)).not.toBeNull();
      expect(each.locate(`o/${'x'.repeat(212)}`)).toBeNull();
      expect(each.build(`j/${'x'.repeat(212)}`)).toBeNull();
    }
  });

  it('names the patterns most like an unknown ref', () => {
    expect(graph.nearest('wether/daly/2012-01-01', 2)).toEqual(['weather/daily/{date:day}', 'weather/raw/{date:day}']);
    expect(graph.nearest('daily/2012-01-01', 1)).toEqual(['weather/daily/{date:day}']);
    expect(graph.nearest('weather/monthly/2012-13', 1)).toEqual(['weather/monthly/{month:month}']);
    expect(graph.nearest('x/'.repeat(5_000), 3)).toHaveLength(3);
    expect(graph.nearest('', 0)).toEqual([]);
  });

  it('knows no dependents before the first of their own', () => {
    const late = manifest(
      [external('in/{d:day}'), partition('out/{d:day}', { from: '2012-03-01' })],
      [job('j', ['out/{d:day}'], [{ pattern: 'in/{d:day}', mapping: { kind: 'last', key: 'd', count: 2 } }])],
    );
    const lately = compileGraph(late);
    expect(lately.dependents('in/2012-02-28')).toEqual([]);
    expect(lately.dependents('in/2012-02-29')).toEqual(['j/2012-03-01']);
  });

  it('hands a first period on through a loop of two jobs, whichever comes first', () => {
    const jobs = [
      job(
        'a',
        ['a/{d:day}'],
        [
          { pattern: 'b/{d:day}', mapping: { kind: 'same' } },
          { pattern: 'in/{d:day}', mapping: { kind: 'same' } },
        ],
      ),
      job('b', ['b/{d:day}'], [{ pattern: 'a/{d:day}', mapping: { kind: 'previous', key: 'd' } }]),
    ];
    const partitions = [
      external('in/{d:day}', { from: '2012-03-01' }),
      partition('a/{d:day}', { from: '2012-01-01' }),
      partition('b/{d:day}'),
    ];
    for (const order of [jobs, jobs.toReversed()]) {
      const loop = manifest(partitions, order);
      expect(validateManifest(loop)).toEqual([]);
      expect(compileGraph(loop).locate('b/2012-02-29')).toBeNull();
      expect(compileGraph(loop).locate('b/2012-03-01')).not.toBeNull();
    }
  });

  it('finds the one pattern among those that begin alike, with its own keys', () => {
    const patterns = [
      'a/b/x',
      'a/{one:string}/y',
      'a/{two:string}/z',
      'a/v{three:integer}/w/{four:day}',
      '{five:year}/b/x',
    ];
    const alike = compileGraph(
      manifest(
        patterns.map((pattern) => external(pattern)),
        [],
      ),
    );
    const keysOf = (ref: string) => alike.locate(ref)?.keys;
    expect(keysOf('a/b/x')).toEqual({});
    expect(keysOf('a/b/y')).toEqual({ one: 'b' });
    expect(keysOf('a/b/z')).toEqual({ two: 'b' });
    expect(keysOf('a/v1/w/2012-02-29')).toEqual({ three: '1', four: '2012-02-29' });
    expect(keysOf('2012/b/x')).toEqual({ five: '2012' });
    expect(keysOf('a/v1/w')).toBeUndefined();
  });

  it('hands a first period on through a loop that goes back in time', () => {
    const loop = manifest(
      [
        external('in/{d:day}', { from: '2012-03-01' }),
        partition('sum/{d:day}', { from: '2012-01-01' }),
        partition('end/{d:day}'),
      ],
      [
        job(
          'add',
          ['sum/{d:day}'],
          [
            { pattern: 'in/{d:day}', mapping: { kind: 'same' } },
            { pattern: 'sum/{d:day}', mapping: { kind: 'previous', key: 'd' } },
          ],
        ),
        job('end', ['end/{d:day}'], [{ pattern: 'sum/{d:day}', mapping: { kind: 'same' } }]),
      ],
    );
    expect(validateManifest(loop)).toEqual([]);
    const running = compileGraph(loop);
    expect(running.locate('end/2012-02-29')).toBeNull();
    expect(refs(running.build('add/2012-03-01')!.inputs)).toEqual(['in/2012-03-01']);
    expect(refs(running.build('add/2012-03-02')!.inputs)).toEqual(['in/2012-03-02', 'sum/2012-03-01']);
    expect(running.dependents('sum/2012-03-01')).toEqual(['add/2012-03-02', 'end/2012-03-01']);
  });
});
