/** Checked by the compiler alone: each `@ts-expect-error` fails the type check where nothing is wrong any more. */
import { defineGraph, job, partitions } from '../../../lib/model/define/index.ts';

const raw = partitions('weather/raw/{date:day}', { external: true });
const daily = partitions('weather/daily/{date:day}');
const monthly = partitions('weather/monthly/{month:month}');
const yearly = partitions('weather/yearly/{year:year}');
const regional = partitions('sales/{region:enum(eu|us)}/dt={date:day}');
const total = partitions('sales/total/{date:day}');
const spans = partitions('spans/{start:day}/{end:day}');

// What fits, compiles.
const clean = job('clean', { outputs: [daily], inputs: [raw.same()], run: './jobs/clean.ts' });
const summarise = job('summarise', {
  outputs: [monthly, partitions('weather/extremes/{month:month}')],
  inputs: [daily.every('day').within('month')],
  run: { command: ['awk', '-f', 'jobs/summarise.awk'] },
  pool: 'heavy',
});
job('yearly', { outputs: [yearly], inputs: [monthly.every('month').within('year')], run: { event: true } });
job('rolling', {
  outputs: [partitions('rolling/{date:day}')],
  inputs: [daily.last(30), daily.previous()],
  run: './r.ts',
});
job('sum', { outputs: [total], inputs: [regional.only({ region: ['eu', 'us'] })], run: './sum.ts' });
job('spans', { outputs: [spans], inputs: [spans.last(2, 'start'), spans.previous('end')], run: './spans.ts' });
job('months', {
  outputs: [partitions('spans/by-month/{end:day}/{from:month}/{to:month}')],
  inputs: [spans.every('day', 'start').within('month', 'from')],
  run: './m.ts',
});
defineGraph({ name: 'weather', jobs: [clean, summarise], pools: { heavy: { capacity: 2, reservedForDeadlines: 1 } } });
defineGraph({ name: 'weather', jobs: [clean], partitions: [raw] });

// The same in one piece, where the compiler infers from outside too.
defineGraph({
  name: 'weather',
  jobs: [
    job('clean', { outputs: [daily], inputs: [raw.same()], run: './jobs/clean.ts' }),
    job('summarise', {
      outputs: [monthly],
      inputs: [daily.every('day').within('month')],
      run: './s.ts',
      pool: 'heavy',
    }),
  ],
  pools: { heavy: { capacity: 2 } },
});
defineGraph({ name: 'weather', jobs: [job('clean', { outputs: [daily], inputs: [raw.same()], run: './clean.ts' })] });
defineGraph({
  name: 'weather',
  // @ts-expect-error: no such pool.
  jobs: [job('clean', { outputs: [daily], run: './clean.ts', pool: 'heavy' })],
  pools: { light: { capacity: 2 } },
});
defineGraph({
  name: 'weather',
  // @ts-expect-error: the input's key has another name than the job's.
  jobs: [job('clean', { outputs: [monthly], inputs: [raw.same()], run: './clean.ts' })],
});

// @ts-expect-error: no such type.
partitions('weather/raw/{date:week}');
// @ts-expect-error: a key without a type.
partitions('weather/raw/{date}');
// @ts-expect-error: no such option.
partitions('weather/raw/{date:day}', { extern: true });

// @ts-expect-error: the input's key has another name than the job's.
job('x', { outputs: [partitions('x/{day:day}')], inputs: [raw.same()], run: './x.ts' });
// @ts-expect-error: the input's key has another type than the job's.
job('x', { outputs: [partitions('x/{date:month}')], inputs: [raw.same()], run: './x.ts' });
// @ts-expect-error: the job lacks the input's region.
job('x', { outputs: [total], inputs: [regional.same()], run: './x.ts' });
// @ts-expect-error: the job has no month.
job('x', { outputs: [yearly], inputs: [daily.every('day').within('month')], run: './x.ts' });
// @ts-expect-error: the job has no such key.
job('x', { outputs: [monthly], inputs: [daily.every('day').within('month', 'billing')], run: './x.ts' });
// @ts-expect-error: the job has no day.
job('x', { outputs: [monthly], inputs: [daily.last(30)], run: './x.ts' });
// @ts-expect-error: the partitions themselves say no mapping.
job('x', { outputs: [total], inputs: [daily], run: './x.ts' });
// @ts-expect-error: every day of what?
job('x', { outputs: [monthly], inputs: [daily.every('day')], run: './x.ts' });
// @ts-expect-error: outputs with different keys.
job('x', { outputs: [daily, monthly], run: './x.ts' });
// @ts-expect-error: one output has a key more.
job('x', { outputs: [total, regional], run: './x.ts' });
// @ts-expect-error: what is external is not made here.
job('x', { outputs: [raw], run: './x.ts' });
// @ts-expect-error: no run.
job('x', { outputs: [daily] });
// @ts-expect-error: no such option.
job('x', { outputs: [daily], run: './x.ts', timeout: 5 });

// @ts-expect-error: the pattern has no hour.
daily.every('hour');
// @ts-expect-error: a month is not longer than a year.
partitions('y/{year:year}').every('year').within('month');
// @ts-expect-error: no such key.
daily.last(3, 'day');
// @ts-expect-error: no time key.
partitions('r/{region:string}').previous();
// @ts-expect-error: no such key.
regional.only({ country: ['fr'] });

// @ts-expect-error: no such pool.
defineGraph({ name: 'weather', jobs: [summarise], pools: { light: { capacity: 1 } } });
// @ts-expect-error: no pools at all.
defineGraph({ name: 'weather', jobs: [summarise] });
// @ts-expect-error: stores come later.
defineGraph({ name: 'weather', jobs: [], stores: [] });
