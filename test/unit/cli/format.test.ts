import { describe, expect, it } from 'vitest';
import { formatEvent } from '../../../lib/cli/format/events.ts';
import { formatLineage } from '../../../lib/cli/format/lineage.ts';
import { formatPartition, formatPartitions } from '../../../lib/cli/format/partition.ts';
import { formatPlan } from '../../../lib/cli/format/plan.ts';
import { formatWhy, unblock } from '../../../lib/cli/format/reasons.ts';
import { formatRun, formatRuns } from '../../../lib/cli/format/run.ts';
import { formatSla } from '../../../lib/cli/format/sla.ts';
import { formatCreated, formatWant, formatWants } from '../../../lib/cli/format/want.ts';
import type { ReasonKind } from '../../../lib/model/reason.ts';
import type { EventView, LineageView } from '../../../lib/query/views.ts';
import { at, colourful, deep, look, partition, reason, run, want } from './views.ts';

const golden = (lines: readonly string[]): string => lines.join('\n');

const leaf = deep({
  kind: 'missingExternal',
  partitionRef: 'weather/raw/2014-05-17',
  graph: 'weather',
  since: at('10:55:00'),
  owner: 'station-team',
  text: 'weather/raw/2014-05-17 has not been reported available: 0 of 1 inputs of clean/2014-05-17 are there',
});
const failure = deep({
  kind: 'upstreamFailed',
  partitionRef: 'weather/monthly/2014-06',
  runId: run().runId,
  since: at('10:50:00'),
  owner: 'climate-team',
  text: `run ${run().runId} failed: boom; want it again to try again`,
});
const blocked = [
  deep({
    partitionRef: 'weather/monthly/2014-05',
    since: at('10:50:00'),
    owner: 'climate-team',
    text: 'waits for weather/monthly/2014-05: 11 of 12 inputs of yearly/2014 are there',
    because: [
      deep({
        partitionRef: 'weather/daily/2014-05-17',
        text: 'waits for weather/daily/2014-05-17: 30 of 31 inputs of summarise/2014-05 are there',
        because: [leaf],
      }),
    ],
  }),
  failure,
];

describe('why', () => {
  it('says that nothing blocks what is there', () => {
    expect(formatWhy('weather/yearly/2014', [], look)).toEqual(['weather/yearly/2014 is there: nothing blocks it.']);
  });

  it('names the leaves, since when, whose they are, and what unblocks each', () => {
    expect(golden(formatWhy('weather/yearly/2014', blocked, look))).toMatchInlineSnapshot(`
      "weather/yearly/2014 is blocked by weather/monthly/2014-06 (since 2026-11-20
      10:50:00 UTC, 1h ago; owner climate-team), weather/raw/2014-05-17 (since
      2026-11-20 10:55:00 UTC, 1h ago; owner station-team).

      weather/yearly/2014
      ├─ run run_01KAG7Z3M0ABCDEFGHJKMNPQRS failed: boom; want it again to try again
      │  since 2026-11-20 10:50:00 UTC, 1h ago; owner climate-team
      │  to unblock: see what failed, mend it, then want it again:
      │    landfall run log run_01KAG7Z3M0ABCDEFGHJKMNPQRS
      └─ waits for weather/monthly/2014-05: 11 of 12 inputs of yearly/2014 are there
         since 2026-11-20 10:50:00 UTC, 1h ago; owner climate-team
         └─ waits for weather/daily/2014-05-17: 30 of 31 inputs of summarise/2014-05
            are there
            └─ weather/raw/2014-05-17 has not been reported available: 0 of 1 inputs
               of clean/2014-05-17 are there
               since 2026-11-20 10:55:00 UTC, 1h ago; owner station-team
               to unblock: once it is there, say so:
                 landfall partition report weather/raw/2014-05-17"
    `);
  });

  it('names a leaf of several branches once, and counts leaves past the third', () => {
    const leaves = [1, 2, 3, 4, 5].map((day) =>
      deep({ ...leaf, partitionRef: `raw/${day}`, since: null, owner: null }),
    );
    const [first] = formatWhy('a', [...leaves, ...leaves], look);
    expect(first).toBe('a is blocked by raw/1, raw/2, raw/3, and 2 more.');
  });

  it('shows a few of very many, what failed first, and counts the others', () => {
    const days = Array.from({ length: 30 }, () => ({ ...leaf, because: [] }));
    const months = Array.from({ length: 12 }, () => deep({ ...blocked[0]!, because: days }));
    const lines = formatWhy('weather/yearly/2014', [...months, failure], look);
    expect(lines.length).toBeLessThan(50);
    expect(lines.find((line) => line.startsWith('├─'))).toContain('failed: boom');
    expect(lines.at(-1)).toBe('└─ … 9 more');
    expect(lines.filter((line) => line.includes('… 29 more'))).toHaveLength(3);
  });

  it('keeps 80 columns eight levels deep', () => {
    const deepest = Array.from({ length: 7 }).reduce<typeof leaf>(
      (below) => ({ ...blocked[0]!, because: [below] }),
      leaf,
    );
    const lines = formatWhy('weather/yearly/2014', [deepest], look);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it.each<[ReasonKind, string | null]>([
    ['missingExternal', 'landfall partition report a/1'],
    ['missingInput', 'landfall why a/1'],
    ['upstreamFailed', 'landfall run log run_1'],
    ['running', 'landfall run log run_1 --follow'],
    ['poolFull', 'landfall run list --state running'],
    ['queued', 'landfall build a/1'],
    ['retryAt', null],
  ])('knows a command for %s', (kind, command) => {
    expect(unblock(reason({ kind, partitionRef: 'a/1', runId: 'run_1' }))?.command).toBe(command);
  });
});

describe('wants', () => {
  it('are a table within 80 columns, whose ids stay whole', () => {
    const other = want({
      state: 'satisfied',
      partitionRefs: ['weather/daily/2014-05-17', 'weather/daily/2014-05-18'],
      sla: 'met',
      createdAt: at('11:59:30'),
    });
    expect(golden(formatWants([want(), other], look))).toMatchInlineSnapshot(`
      "WANT                             STATE      SLA  AGE  PARTITIONS
      want_01KAG7Z3M0ABCDEFGHJKMNPQRS  waiting         3h   weather/yearly/2014
      want_01KAG7Z3M0ABCDEFGHJKMNPQRS  satisfied  met  30s  …ather/daily/2014-05-17 +1"
    `);
  });

  it('are not shortened where programs read', () => {
    const ref = `weather/${'long/'.repeat(30)}2014`;
    const wide = { ...look, tableWidth: Number.POSITIVE_INFINITY };
    expect(formatWants([want({ partitionRefs: [ref] })], wide)[1]).toContain(ref);
  });

  it('colour their states', () => {
    expect(formatWants([want({ state: 'failed' })], colourful)[1]).toContain('<red>failed</>');
  });

  it('show one in full', () => {
    const late = want({
      reasons: blocked,
      slaSeconds: 7_200,
      slaDeadline: at('11:00:00'),
      sla: 'late',
      comment: 'for the\nreport',
      externalDependencies: [{ graph: 'sensors', partitionRef: 'sensors/raw/2014' }],
      partitionRefs: ['weather/yearly/2014', 'weather/yearly/2013'],
    });
    expect(golden(formatWant(late, look))).toMatchInlineSnapshot(`
      "want        want_01KAG7Z3M0ABCDEFGHJKMNPQRS
      state       waiting
      partitions  weather/yearly/2014
                  weather/yearly/2013
      created     2026-11-20 09:00:00 UTC (3h ago)
      source      cli
      deadline    2026-11-20 11:00:00 UTC (1h ago), SLA 2h: late
      depends on  sensors:sensors/raw/2014
      comment     for the report
      expires     2026-11-27 09:00:00 UTC (in 6d 21h)

      because:
      - waits for weather/monthly/2014-05: 11 of 12 inputs of yearly/2014 are there
        (since 2026-11-20 10:50:00 UTC, 1h ago; owner climate-team)
      - run run_01KAG7Z3M0ABCDEFGHJKMNPQRS failed: boom; want it again to try again
        (since 2026-11-20 10:50:00 UTC, 1h ago; owner climate-team)"
    `);
  });

  it('are told what they wait for when they are made', () => {
    expect(golden(formatCreated(want({ reasons: [leaf] }), look))).toMatchInlineSnapshot(`
      "want_01KAG7Z3M0ABCDEFGHJKMNPQRS wants weather/yearly/2014: waiting
      - weather/raw/2014-05-17 has not been reported available: 0 of 1 inputs of
        clean/2014-05-17 are there (since 2026-11-20 10:55:00 UTC, 1h ago; owner
        station-team)"
    `);
  });
});

describe('runs', () => {
  it('are a table within 80 columns', () => {
    const failed = run({ state: 'failed', endedAt: at('11:59:02'), job: 'a-job-with-quite-a-long-name' });
    expect(golden(formatRuns([run(), failed], look))).toMatchInlineSnapshot(`
      "RUN                             STATE    JOB            AGE  TOOK  OUTPUTS
      run_01KAG7Z3M0ABCDEFGHJKMNPQRS  running  clean          2m   1m    …y/2014-05-17
      run_01KAG7Z3M0ABCDEFGHJKMNPQRS  failed   a-job-with-q…  2m   2s    …y/2014-05-17"
    `);
  });

  it('show one in full', () => {
    const error = 'the station answered with nothing at all, three times in a row, so that is what there is now';
    const inputs = Array.from({ length: 12 }, (_, i) => ({ partitionRef: `weather/raw/${i}`, instanceId: 'x' }));
    expect(golden(formatRun(run({ progress: 0.5, error, inputs }), look))).toMatchInlineSnapshot(`
      "run      run_01KAG7Z3M0ABCDEFGHJKMNPQRS
      state    running, 50 %
      job      clean
      attempt  1
      outputs  weather/daily/2014-05-17
      inputs   weather/raw/0
               weather/raw/1
               weather/raw/2
               weather/raw/3
               weather/raw/4
               weather/raw/5
               weather/raw/6
               weather/raw/7
               weather/raw/8
               weather/raw/9
               … 2 more
      wants    want_01KAG7Z3M0ABCDEFGHJKMNPQRS
      created  2026-11-20 11:58:00 UTC (2m ago)
      started  2026-11-20 11:59:00 UTC (1m ago)
      took     1m
      error    the station answered with nothing at all, three times in a row, so
               that is what there is now"
    `);
  });
});

describe('partitions', () => {
  it('are a table', () => {
    const missing = partition({ state: 'missing', instance: null });
    expect(golden(formatPartitions([partition(), missing], look))).toMatchInlineSnapshot(`
      "PARTITION                 STATE    AGE  INSTANCE
      weather/daily/2014-05-17  live     1h   run_01KAG7Z3M0ABCDEFGHJKMNPQRS
      weather/daily/2014-05-17  missing"
    `);
  });

  it('show one with its earlier instances', () => {
    const instances = [
      { instanceId: partition().instance!.instanceId, at: at('11:00:00') },
      { instanceId: 'run_0', at: at('08:00:00') },
    ];
    expect(golden(formatPartition(partition({ instances }), look))).toMatchInlineSnapshot(`
      "partition  weather/daily/2014-05-17
      state      live
      instance   run_01KAG7Z3M0ABCDEFGHJKMNPQRS
      since      2026-11-20 11:00:00 UTC (1h ago)
      run        run_01KAG7Z3M0ABCDEFGHJKMNPQRS

      EARLIER  SINCE
      run_0    2026-11-20 08:00:00 UTC (4h ago)"
    `);
  });
});

describe('plan', () => {
  it('says that nothing would run', () => {
    expect(formatPlan({ runs: [], reasons: [], estimateSeconds: 0 }, look)).toEqual([
      'Nothing would run: it is there already.',
    ]);
  });

  it('lists the runs in order, many of one job in one line, and what is waited for', () => {
    const days = [1, 2, 3, 4, 5].map((day) => ({ job: 'rolling', outputs: [`weather/rolling/2014-05-0${day}`] }));
    const runs = [
      { job: 'clean', outputs: ['weather/daily/2014-05-17'] },
      { job: 'summarise', outputs: ['weather/monthly/2014-05', 'weather/extremes/2014-05'] },
      ...days,
    ];
    expect(golden(formatPlan({ runs, reasons: [leaf], estimateSeconds: 65 }, look))).toMatchInlineSnapshot(`
      "7 runs, about 1m 5s, in this order:
           JOB        OUTPUTS
      1    clean      weather/daily/2014-05-17
      2    summarise  weather/monthly/2014-05, weather/extremes/2014-05
      3-7  rolling    weather/rolling/2014-05-01 … weather/rolling/2014-05-05

      1 partition would be waited for first:
      - weather/raw/2014-05-17 has not been reported available: 0 of 1 inputs of
        clean/2014-05-17 are there (since 2026-11-20 10:55:00 UTC, 1h ago; owner
        station-team)"
    `);
  });
});

describe('lineage', () => {
  const node = (partitionRef: string, state: LineageView['nodes'][number]['state'] = 'live') => ({
    partitionRef,
    state,
    instanceId: null,
  });

  it('draws what stands in it twice once', () => {
    const nodes = ['year', 'may', 'june', 'day', 'raw'].map((ref) => node(ref));
    const edges = [
      { from: 'may', to: 'year', learned: false },
      { from: 'june', to: 'year', learned: true },
      { from: 'day', to: 'may', learned: false },
      { from: 'day', to: 'june', learned: false },
      { from: 'raw', to: 'day', learned: false },
    ];
    expect(golden(formatLineage('year', { nodes, edges }, 'up', look))).toMatchInlineSnapshot(`
      "year  live
      ├─ may  live
      │  └─ day  live
      │     └─ raw  live
      └─ june  live (found by a run)
         └─ day  live (see above)"
    `);
  });

  it('goes down the other way', () => {
    const edges = [{ from: 'raw', to: 'day', learned: false }];
    expect(formatLineage('raw', { nodes: [node('raw'), node('day')], edges }, 'down', look)).toEqual([
      'raw  live',
      '└─ day  live',
    ]);
  });

  it('shows of very many first those that are not live, and counts the others', () => {
    const days = Array.from({ length: 365 }, (_, i) => node(`day/${i}`, i === 200 ? 'missing' : 'live'));
    const edges = days.map((day) => ({ from: day.partitionRef, to: 'year', learned: false }));
    const lines = formatLineage('year', { nodes: [node('year'), ...days], edges }, 'up', look);
    expect(lines).toHaveLength(14);
    expect(lines[1]).toBe('├─ day/200  missing');
    expect(lines.at(-1)).toBe('└─ … 353 more: 353 live');
  });
});

describe('events', () => {
  const event = (fields: object): EventView =>
    ({ eventId: 'e', at: at('11:59:02'), graph: 'weather', position: 3, ...fields }) as unknown as EventView;

  it.each([
    [
      { type: 'RunEnded', job: 'clean', state: 'failed', reason: 'boom', attempt: 2, partitionRefs: ['a/1'] },
      '2026-11-20 11:59:02  RunEnded          a/1  clean, attempt 2: failed: boom',
    ],
    [{ type: 'WantCreated', partitionRefs: ['a/1', 'a/2'] }, '2026-11-20 11:59:02  WantCreated       a/1 +1'],
    [{ type: 'PartitionLive', partitionRef: 'a/1' }, '2026-11-20 11:59:02  PartitionLive     a/1'],
    [
      { type: 'WantFailed', partitionRefs: ['a/1'], state: 'failed', reason: 'two\nlines' },
      '2026-11-20 11:59:02  WantFailed        a/1  two lines',
    ],
  ])('are a line each: %j', (fields, line) => {
    expect(formatEvent(event(fields), look)).toBe(line);
  });

  it('colour what failed', () => {
    expect(formatEvent(event({ type: 'RunEnded', state: 'failed' }), colourful)).toContain('<red>RunEnded');
  });
});

describe('sla', () => {
  it('says that nothing is late', () => {
    expect(formatSla([], [], look)).toEqual(['No open want is late or at risk.']);
  });

  it('names deadline, expectation, blame and owner', () => {
    const told = { eventId: 'e', wantId: want().wantId, partitionRefs: ['weather/yearly/2014'], owner: 'climate-team' };
    const blame = {
      partitionRef: 'weather/raw/2014-05-17',
      owner: 'station-team',
      text: 'weather/raw/2014-05-17 is missing',
    };
    const late = { ...told, slaDeadline: at('11:00:00'), at: at('11:00:00'), expectedAt: at('12:30:00'), blame };
    const risky = { ...late, slaDeadline: at('12:15:00'), blame: null };
    expect(golden(formatSla([late], [risky], look))).toMatchInlineSnapshot(`
      "weather/yearly/2014  late
        deadline  2026-11-20 11:00:00 UTC (1h ago)
        expected  2026-11-20 12:30:00 UTC (in 30m)
        because   weather/raw/2014-05-17 is missing (owner station-team)
        want      want_01KAG7Z3M0ABCDEFGHJKMNPQRS
      weather/yearly/2014  at risk
        deadline  2026-11-20 12:15:00 UTC (in 15m)
        expected  2026-11-20 12:30:00 UTC (in 30m)
        owner     climate-team
        want      want_01KAG7Z3M0ABCDEFGHJKMNPQRS"
    `);
  });
});
