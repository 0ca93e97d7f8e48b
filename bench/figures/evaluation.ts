import { reportAvailable } from '../../lib/engine/externalCommands.ts';
import { reactFully } from '../../lib/engine/react.ts';
import { createWant } from '../../lib/engine/wantCommands.ts';
import type { EventLog } from '../../lib/log/eventLog.ts';
import { type Bench, type Figure, type GrowthPoint, type Measured, type Result, repetitionsOf } from '../figure.ts';
import { pairsOf, quantile, spreadOf } from '../measure.ts';
import { type BenchEngine, graphOf, openEngine, succeed } from '../world/engine.ts';
import { HandWritten } from '../world/handWritten.ts';
import { firstKey, type Source, slaSeconds, ttlSeconds } from '../world/openWants.ts';
import { type PreparedWants, preparedWants } from '../world/prepare.ts';

/** All in milliseconds, one for each repetition. */
interface Series {
  readonly evaluation: readonly number[];
  readonly evaluationLimit: readonly number[];
  readonly dispatch: readonly number[];
  readonly dispatchLimit: readonly number[];
  readonly dispatchP99: readonly number[];
  readonly dispatchP99Limit: readonly number[];
  readonly creation: readonly number[];
}

/** Source patterns, and how many patterns that is together with what is made from them. */
const graphs = [
  { sources: 1, assets: 10 },
  { sources: 90, assets: 1_000 },
] as const;

export const evaluation: Figure = {
  name: 'evaluation',
  cost: `Each of the ten waiters is a build of its own: its want, its stream and its input are read, its registration is
    checked and its claim is appended at the revision that was read, as a promise each, over ports that another adapter
    implements too. The loop does the same reads with prepared statements and knows that nobody else writes.`,
  async run(bench) {
    const sizes = bench.quick ? [500, 2_000, 8_000] : [10_000, 100_000, 1_000_000];
    const growth: GrowthPoint[] = [];
    const bySize: Series[] = [];
    for (const { sources, assets } of graphs) {
      for (const wants of sizes) {
        const series = await measureAt(bench, wants, sources);
        if (sources === 1) bySize.push(series);
        growth.push(...pointsOf(series, assets, wants));
      }
    }
    return { results: resultsOf(bySize[0]!, bySize.at(-1)!, sizes), growth } satisfies Measured;
  },
};

function pointsOf(series: Series, assets: number, wants: number): readonly GrowthPoint[] {
  const point = (path: string, values: readonly number[]): GrowthPoint => ({
    path,
    assets,
    wants,
    microseconds: spreadOf(values).median * 1000,
  });
  return [
    point('an available input claims its 10 runs', series.evaluation),
    point('available until RunStarted is durable', series.dispatch),
    point('a want is created and registered', series.creation),
  ];
}

function resultsOf(small: Series, large: Series, sizes: readonly number[]): readonly Result[] {
  const [first, last] = [sizes[0]!.toLocaleString('en'), sizes.at(-1)!.toLocaleString('en')];
  const evaluated = pairsOf(large.evaluation, large.evaluationLimit);
  const dispatched = pairsOf(large.dispatch, large.dispatchLimit);
  const p99 = spreadOf(large.dispatchP99);
  const p99Limit = spreadOf(large.dispatchP99Limit);
  return [
    {
      title: `evaluation of one available event, 10 waiters, ${last} open wants`,
      unit: 'ms',
      ...evaluated,
      goal: { of: 'ratio', sense: '≤', value: 2 },
      limitIs: 'hand-written SQL loop with the same 11 commits, in two durable transactions',
      notes: ['From the report until its ten claims are durable; p50 of each repetition.'],
    },
    {
      title: `the same, p50 at ${last} ÷ p50 at ${first} open wants`,
      unit: 'ms',
      ...pairsOf(large.evaluation, small.evaluation),
      goal: { of: 'ratio', sense: '≤', value: 2.5 },
      limitIs: `the same at ${first} open wants`,
      notes: [],
    },
    {
      title: `available → RunStarted durable, ${last} open wants`,
      unit: 'ms',
      ...dispatched,
      goal: { of: 'ratio', sense: '≤', value: 5 },
      limitIs: 'the two bare commits, one durable transaction each',
      notes: [
        'Through the dispatcher, with its lists; p50 of each repetition.',
        `p99 of each repetition: ${p99.median.toFixed(3)} ms, of the bare commits ${p99Limit.median.toFixed(3)} ms.`,
      ],
    },
  ];
}

async function measureAt(bench: Bench, wants: number, sources: number): Promise<Series> {
  const prepared = await preparedWants(bench, wants, sources);
  const watch = new AppendWatch();
  const world = await openEngine(prepared.folder, {
    graph: graphOf(sources),
    runsSucceed: false,
    ports: (store) => ({ log: watch.watched(store.log), index: store.index }),
  });
  const hand = new HandWritten(prepared.handPath);
  try {
    const evaluated = await evaluationSeries(bench, prepared, world, hand);
    const creation = await creationSeries(bench, world);
    const dispatched = await dispatchSeries(bench, prepared, world, hand, watch);
    return { ...evaluated, ...dispatched, creation };
  } finally {
    hand.close();
    await world.close();
  }
}

/**
 * Keys spread over the whole of a source, so that no page of the file is warm because its neighbour was just read.
 *
 * @param from how many were used before.
 */
function* spreadKeys({ keys }: Source, from: number): Generator<number> {
  const step = Math.max(1, Math.floor(keys * 0.618));
  const coprime = [...Array(100).keys()].map((i) => step + i).find((one) => gcd(one, keys) === 1) ?? 1;
  for (let i = from; i < keys; i++) yield firstKey + ((i * coprime) % keys);
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** A profile comes after a measurement on the same logs. */
function usedBefore(bench: Bench, eventsPerTurn: number): number {
  return bench.profileFolder === null ? 0 : (repetitionsOf(bench.quick, false) + 1) * eventsPerTurn;
}

async function evaluationSeries(bench: Bench, { sources }: PreparedWants, world: BenchEngine, hand: HandWritten) {
  const wide = sources.filter((source) => source.made.length > 1);
  const events = bench.size(60, 5);
  const keys = wide.map((source) => spreadKeys(source, usedBefore(bench, events)));
  const series = { evaluation: [] as number[], evaluationLimit: [] as number[] };
  for (let turn = 0; turn <= bench.repetitions; turn++) {
    const times: [number[], number[]] = [[], []];
    const refs = Array.from({ length: events }, (_, i) => {
      const at = (turn * events + i) % wide.length;
      return { source: wide[at]!, key: keys[at]!.next().value as number };
    });
    for (const { source, key } of refs) {
      times[0].push(await evaluateOne(world, `${source.input}/${key}`));
      times[1].push(evaluateByHand(hand, `${source.input}/${key}`));
    }
    await settle(world, refs);
    if (turn === 0) continue;
    series.evaluation.push(quantile(times[0], 0.5));
    series.evaluationLimit.push(quantile(times[1], 0.5));
  }
  return series;
}

async function evaluateOne({ engine, store }: BenchEngine, partitionRef: string): Promise<number> {
  const start = performance.now();
  await reportAvailable(engine, [{ partitionRef }]);
  await reactFully(engine, (await store.log.head(`external/bench/${partitionRef}`))!);
  return performance.now() - start;
}

function evaluateByHand(hand: HandWritten, partitionRef: string): number {
  const start = performance.now();
  hand.inTransaction(() => hand.report(partitionRef));
  const claimed = hand.inTransaction(() => hand.claimWaiting(partitionRef));
  const ms = performance.now() - start;
  if (claimed !== 10) throw new Error(`${claimed} builds were claimed for ${partitionRef}, not 10`);
  return ms;
}

/** Not timed: ends the runs, and with them the wants, so that nothing is under way in the next turn. */
async function settle(world: BenchEngine, refs: readonly { source: Source; key: number }[]): Promise<void> {
  const made = refs.flatMap(({ source, key }) => source.made.map((one) => ({ ...one, key })));
  await Promise.all(made.map(({ job, output, key }) => endRun(world, `${job}/${key}`, `${output}/${key}`)));
  await world.drain();
}

async function endRun({ engine, store }: BenchEngine, buildId: string, output: string): Promise<void> {
  const started = (await store.log.head(`build/${buildId}`))?.events[0];
  if (started?.type !== 'RunStarted') throw new Error(`${buildId} was not claimed`);
  await succeed(engine, { buildId, runId: started.runId as string, attempt: 1, execution: 1 }, output);
}

/** Creation up to the registrations, for partitions beyond those that are wanted already. */
async function creationSeries(bench: Bench, { engine, store, drain }: BenchEngine): Promise<readonly number[]> {
  const medians: number[] = [];
  const events = bench.size(100, 5);
  let key = 2 * firstKey + usedBefore(bench, events);
  for (let turn = 0; turn <= bench.repetitions; turn++) {
    const times: number[] = [];
    for (let i = 0; i < events; i++) {
      const wantId = `want_${engine.ids.ulid()}`;
      const partitionRefs = [`out00.0/${key++}`];
      const start = performance.now();
      await createWant(engine, { wantId, partitionRefs, ttlSeconds, slaSeconds, source: 'api' });
      await reactFully(engine, (await store.log.head(`want/${wantId}`))!);
      times.push(performance.now() - start);
    }
    await drain();
    if (turn > 0) medians.push(quantile(times, 0.5));
  }
  return medians;
}

/** Says when an append to a stream was answered. */
class AppendWatch {
  readonly #waiting = new Map<string, (at: number) => void>();

  watched(log: EventLog): EventLog {
    return {
      ...log,
      append: async (stream, expected, commit) => {
        const appended = await log.append(stream, expected, commit);
        this.#waiting.get(stream)?.(performance.now());
        return appended;
      },
    };
  }

  next(stream: string): Promise<number> {
    return new Promise((resolve) => {
      this.#waiting.set(stream, (at) => {
        this.#waiting.delete(stream);
        resolve(at);
      });
    });
  }
}

async function dispatchSeries(
  bench: Bench,
  { sources }: PreparedWants,
  world: BenchEngine,
  hand: HandWritten,
  watch: AppendWatch,
) {
  const single = sources.find(({ made }) => made.length === 1)!;
  const events = bench.size(100, 10);
  const keys = spreadKeys(single, usedBefore(bench, events));
  const series = {
    dispatch: [] as number[],
    dispatchLimit: [] as number[],
    dispatchP99: [] as number[],
    dispatchP99Limit: [] as number[],
  };
  await world.dispatcher.catchUp();
  world.dispatcher.start();
  for (let turn = 0; turn <= bench.repetitions; turn++) {
    const times: [number[], number[]] = [[], []];
    for (let i = 0; i < events; i++) {
      times[0].push(await dispatchOne(world, watch, keys.next().value as number));
      times[1].push(twoBareCommits(hand, `${usedBefore(bench, events)}.${turn}.${i}`));
    }
    if (turn === 0) continue;
    series.dispatch.push(quantile(times[0], 0.5));
    series.dispatchLimit.push(quantile(times[1], 0.5));
    series.dispatchP99.push(quantile(times[0], 0.99));
    series.dispatchP99Limit.push(quantile(times[1], 0.99));
  }
  await world.dispatcher.stop();
  return series;
}

async function dispatchOne(world: BenchEngine, watch: AppendWatch, key: number): Promise<number> {
  const { engine, dispatcher } = world;
  const started = watch.next(`build/solo/${key}`);
  const start = performance.now();
  await reportAvailable(engine, [{ partitionRef: `single/${key}` }]);
  const ms = (await started) - start;
  await dispatcher.idle();
  await endRun(world, `solo/${key}`, `solo/${key}`);
  await dispatcher.idle();
  return ms;
}

function twoBareCommits(hand: HandWritten, name: string): number {
  const start = performance.now();
  const instanceId = `ext_${name}`;
  const live = { type: 'PartitionLive', v: 1, graph: 'bench', partitionRef: `single/${name}`, instanceId };
  hand.inTransaction(() => hand.append(`external/bare/${name}`, live));
  const claim = { runId: `run_${name}`, attempt: 1, job: 'solo', outputs: [`solo/${name}`], wantIds: [`want_${name}`] };
  const started = { type: 'RunStarted', v: 1, ...claim, execution: 1, timeoutAt: Date.now() };
  hand.inTransaction(() => hand.append(`build/bare/${name}`, started));
  return performance.now() - start;
}
