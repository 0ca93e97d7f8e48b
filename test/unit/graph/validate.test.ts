import { describe, expect, it } from 'vitest';
import type { Manifest, ManifestJob, Mapping } from '../../../lib/model/manifest.ts';
import { validateManifest } from '../../../lib/model/validate/index.ts';
import { external, job, manifest, partition, weather } from './manifests.ts';

const codes = (faulty: Manifest) =>
  validateManifest(faulty).map(({ code, where }) => `${code} ${where.kind} ${where.name}`);

/** A job with one output, taking one external input through a mapping. */
function taking(output: string, input: string, mapping: Mapping, from: string | null = null): Manifest {
  return manifest([partition(output), external(input, { from })], [job('j', [output], [{ pattern: input, mapping }])]);
}

/** Jobs `a`, `b`, … where each takes what the lists say. */
function jobs(
  needs: Readonly<Record<string, readonly [string, Mapping][]>>,
  from: Readonly<Record<string, string>> = {},
) {
  const pattern = (name: string) => `${name}/{d:day}`;
  return manifest(
    Object.keys(needs).map((name) => partition(pattern(name), { from: from[name] ?? null })),
    Object.entries(needs).map(([name, inputs]) =>
      job(
        name,
        [pattern(name)],
        inputs.map(([input, mapping]) => ({ pattern: pattern(input), mapping })),
      ),
    ),
  );
}

const same: Mapping = { kind: 'same' };
const previous: Mapping = { kind: 'previous', key: 'd' };
const last = (count: number): Mapping => ({ kind: 'last', key: 'd', count });
const every = (key: string, of: string): Mapping => ({ kind: 'every', key, of });
const fixed = (key: string, ...values: readonly string[]): Mapping => ({ kind: 'fixed', key, values });

describe('manifest', () => {
  it('is good where nothing is wrong', () => {
    expect(validateManifest(weather())).toEqual([]);
  });

  it('tells all faults at once, each with what to do', () => {
    const faults = validateManifest(
      manifest(
        [partition('a/{d:day}'), partition('b/{d:week}'), external('c/{d:day}', { from: '2012-13-01' })],
        [job('j', ['a/{d:day}'], [{ pattern: 'nowhere', mapping: same }], { pool: 'p' })],
      ),
    );
    expect(new Set(faults.map(({ code }) => code))).toEqual(
      new Set(['pattern', 'from', 'unknownPartition', 'noMaker', 'unknownPool']),
    );
    for (const { message, hint } of faults) {
      expect([message, hint].every((text) => /^[A-Z].*\.$/s.test(text))).toBe(true);
    }
  });

  describe('partitions', () => {
    it.each([
      ['nobody makes', manifest([partition('a/{d:day}')], []), 'noMaker partition a/{d:day}'],
      [
        'two jobs make',
        manifest([partition('a')], [job('j', ['a'], []), job('k', ['a'], [])]),
        'twoMakers partition a',
      ],
      ['one job makes twice', manifest([partition('a')], [job('j', ['a', 'a'], [])]), 'twoMakers partition a'],
      ['a job and the outside make', manifest([external('a')], [job('j', ['a'], [])]), 'twoMakers partition a'],
      [
        'overlap',
        manifest([external('a/{x:string}'), partition('a/{d:day}')], [job('j', ['a/{d:day}'], [])]),
        'twoMakers partition a/{d:day}',
      ],
      ['are declared twice', manifest([external('a'), external('a', { owner: 'x' })], []), 'duplicate partition a'],
      [
        'have a from but no time',
        manifest([external('a/{n:integer}', { from: '1' })], []),
        'from partition a/{n:integer}',
      ],
      [
        'have a from and two times',
        manifest([external('a/{d:day}/{m:month}', { from: '2012' })], []),
        'from partition a/{d:day}/{m:month}',
      ],
      [
        'have a from of another unit',
        manifest([external('a/{d:day}', { from: '2012-01' })], []),
        'from partition a/{d:day}',
      ],
    ])('are refused that %s', (_, faulty, expected) => {
      expect(codes(faulty)).toEqual([expected]);
    });
  });

  describe('jobs', () => {
    it.each<[string, Partial<ManifestJob>, string]>([
      ['no outputs', { outputs: [] }, 'noOutputs'],
      ['an unknown output', { outputs: ['nowhere'] }, 'unknownPartition'],
      ['outputs with different keys', { outputs: ['a/{d:day}', 'm/{m:month}'] }, 'outputKeys'],
      ['outputs with a different from', { outputs: ['a/{d:day}', 'f/{d:day}'] }, 'outputFrom'],
      ['an unknown pool', { pool: 'nowhere' }, 'unknownPool'],
      ['a pool from the object prototype', { pool: 'constructor' }, 'unknownPool'],
      ['more weight than the pool', { pool: 'p', weight: 3 }, 'weight'],
    ])('are refused with %s', (_, more, code) => {
      const partitions = [
        partition('a/{d:day}'),
        partition('m/{m:month}'),
        partition('f/{d:day}', { from: '2012-01-01' }),
      ];
      const pools = { p: { capacity: 2, reservedForDeadlines: 1 } };
      const faulty = manifest(partitions, [job('j', ['a/{d:day}'], [], more)], { pools });
      expect(codes(faulty)).toContain(`${code} job j`);
    });

    it('are refused with the name or id of another', () => {
      const partitions = ['a', 'b', 'c'].map((pattern) => partition(pattern));
      const [a, b] = [job('a', ['a'], []), job('b', ['b'], [])];
      expect(codes(manifest(partitions, [a, b, job('b', ['c'], [], { id: 'c' })]))).toEqual(['duplicate job b']);
      expect(codes(manifest(partitions, [a, b, job('c', ['c'], [], { id: 'a' })]))).toEqual(['duplicate job c']);
    });

    it('share no pool that reserves more than it has', () => {
      const pools = { p: { capacity: 2, reservedForDeadlines: 3 } };
      expect(codes(manifest([], [], { pools }))).toEqual(['reserved pool p']);
    });
  });

  describe('inputs', () => {
    it.each<[string, Manifest, string]>([
      ['has a key that the job lacks', taking('o/{d:day}', 'i/{d:day}/{r:string}', same), 'inputKeys'],
      ['has a key of another type', taking('o/{d:day}', 'i/{d:month}', same), 'inputKeys'],
      ['has an enum without all values', taking('o/{e:enum(a|b)}', 'i/{e:enum(a)}', same), 'inputKeys'],
      ['is taken by a key that it lacks', taking('o/{d:day}', 'i/{d:day}', fixed('x', '1')), 'inputKeys'],
      [
        'is taken back by what is no time',
        taking('o/{d:integer}', 'i/{d:integer}', { kind: 'previous', key: 'd' }),
        'inputKeys',
      ],
      ['is taken back by another unit', taking('o/{d:month}', 'i/{d:day}', previous), 'inputKeys'],
      ['is taken within a key that the job lacks', taking('o/{m:month}', 'i/{d:day}', every('d', 'y')), 'inputKeys'],
      ['says nothing of the job', taking('o/{d:day}', 'i', same), 'notInvertible'],
      ['says nothing of one key', taking('o/{d:day}/{s:string}', 'i/{d:day}', same), 'notInvertible'],
      ['is fixed in the job’s own key', taking('o/{d:day}', 'i/{d:day}', fixed('d', '2012-01-01')), 'notInvertible'],
      ['is fixed at nothing', taking('o/{d:day}', 'i/{d:day}/{e:enum(a)}', fixed('e')), 'neverSatisfied'],
      ['is fixed at no value of it', taking('o/{d:day}', 'i/{d:day}/{e:enum(a)}', fixed('e', 'b')), 'neverSatisfied'],
      ['is fixed twice at one', taking('o/{d:day}', 'i/{d:day}/{e:enum(a)}', fixed('e', 'a', 'a')), 'neverSatisfied'],
      ['is every hour of an hour', taking('o/{h:hour}', 'i/{x:hour}', every('x', 'h')), 'neverSatisfied'],
      ['is every month of a day', taking('o/{d:day}', 'i/{m:month}', every('m', 'd')), 'neverSatisfied'],
      ['is the last 0', taking('o/{d:day}', 'i/{d:day}', last(0)), 'neverSatisfied'],
      ['is the last 1.5', taking('o/{d:day}', 'i/{d:day}', last(1.5)), 'neverSatisfied'],
      ['is the last 1,001', taking('o/{d:day}', 'i/{d:day}', last(1_001)), 'neverSatisfied'],
      ['is more than 1,000', taking('o/{y:year}', 'i/{h:hour}', every('h', 'y')), 'limit'],
    ])('is refused that %s', (_, faulty, code) => {
      expect(codes(faulty)).toEqual([`${code} job j`]);
    });

    it('is refused that is fixed before the first period there is, its own or one above', () => {
      const values = fixed('at', '2011-12-31', '2012-01-01');
      expect(codes(taking('o/{e:enum(a)}', 'i/{at:day}', values, '2012-01-01'))).toEqual(['neverSatisfied job j']);
      const above = manifest(
        [external('raw/{at:day}', { from: '2012-01-01' }), partition('i/{at:day}'), partition('o/{e:enum(a)}')],
        [
          job('i', ['i/{at:day}'], [{ pattern: 'raw/{at:day}', mapping: same }]),
          job('j', ['o/{e:enum(a)}'], [{ pattern: 'i/{at:day}', mapping: values }]),
        ],
      );
      expect(codes(above)).toEqual(['neverSatisfied job j']);
    });

    it('is taken with 1,000 of them, with an enum that has more values, and with an enum that it says nothing of', () => {
      const good = [
        taking('o/{d:day}', 'i/{d:day}', last(1_000)),
        taking('o/{m:month}', 'i/{h:hour}', every('h', 'm')),
        taking('o/{e:enum(a)}', 'i/{e:enum(a|b)}', same),
        taking('o/{d:day}/{e:enum(a|b)}', 'i/{d:day}', same),
      ];
      expect(good.flatMap(codes)).toEqual([]);
    });

    it('is refused where one partition would be an input of too many builds', () => {
      const values = `enum(${Array.from({ length: 30 }, (_, index) => index).join('|')})`;
      const free = (count: number) => taking(`o/{d:day}/{a:${values}}/{b:${values}}`, 'i/{d:day}', last(count));
      expect(codes(free(11))).toEqual([]);
      expect(codes(free(12))).toEqual(['limit job j']);
    });
  });

  describe('loops', () => {
    const first = { a: '2012-01-01' };

    it.each<[string, Manifest]>([
      ['a job that takes its own output', jobs({ a: [['a', same]] })],
      ['the last periods of its own output', jobs({ a: [['a', last(2)]] }, first)],
      ['its own previous period without a first', jobs({ a: [['a', previous]] })],
      ['two jobs that need each other', jobs({ a: [['b', same]], b: [['a', same]] })],
      ['a longer circle', jobs({ x: [['a', same]], a: [['b', same]], b: [['c', same]], c: [['a', same]] })],
      [
        'a circle beside one that ends',
        jobs(
          {
            a: [
              ['a', previous],
              ['b', same],
            ],
            b: [['a', same]],
          },
          first,
        ),
      ],
    ])('refuses %s', (_, faulty) => {
      expect(codes(faulty)).toEqual(['cycle job a']);
    });

    it('says how a circle of previous periods is ended', () => {
      expect(validateManifest(jobs({ a: [['a', previous]] }))[0]).toMatchObject({
        message: 'The jobs need each other in a circle: a needs a/{d:day}, which a makes.',
        hint: 'Give a/{d:day} a from: its first period, which has no previous one.',
      });
    });

    it('takes those in which each turn goes back to a first period', () => {
      const good = [
        jobs({ a: [['a', previous]] }, first),
        jobs({ a: [['b', same]], b: [['a', previous]] }, first),
        jobs({ a: [['b', last(3)]], b: [['a', previous]] }, first),
      ];
      expect(good.flatMap(codes)).toEqual([]);
    });

    it('refuses one that would come back to a fixed period, as not invertible', () => {
      const faulty = jobs(
        {
          a: [['b', same]],
          b: [
            ['a', previous],
            ['a', fixed('d', '2012-01-05')],
          ],
        },
        first,
      );
      expect(codes(faulty)).toContain('notInvertible job b');
    });
  });

  it('is refused above its limits, without a look at the rest', () => {
    const many = Array.from({ length: 1_001 }, (_, index) => external(`p${index}/{d:day}`));
    expect(codes(manifest(many, []))).toEqual(['limit graph test']);
    expect(codes(manifest(many.slice(1), []))).toEqual([]);
  });
});
