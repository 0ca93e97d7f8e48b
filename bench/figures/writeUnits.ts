import { strict as assert } from 'node:assert';
import type { Engine } from '../../lib/engine/context.ts';
import { reportAvailable } from '../../lib/engine/externalCommands.ts';
import { createWant } from '../../lib/engine/wantCommands.ts';
import { createMeter, type Meter, type WriteUnits } from '../../lib/log/meter.ts';
import { type Bench, type Figure, freshFolder, type Result } from '../figure.ts';
import { spreadOf } from '../measure.ts';
import { graphOf, openEngine } from '../world/engine.ts';
import { firstKey, slaSeconds, ttlSeconds } from '../world/openWants.ts';

/** Of the bare work: want created, run started, run succeeded, want satisfied. */
const floor = 4;
const mostWithoutPool = 8;
const mostInPool = 11;

const cost = `Beside the eight of a want alone a pool costs its queued commit, its row, the removal of that row, and its share
  of the grants. A grant that serves one run is one commit, and its release another; one that serves many is a larger
  commit, which counts by the KB.`;

export const writeUnits: Figure = {
  name: 'write-units',
  cost,
  run: async (bench) => ({ results: [await withoutPool(bench), await inPool(bench)] }),
};

/** The same whatever comes between: asserted. */
async function withoutPool(bench: Bench): Promise<Result> {
  const units = await unitsPerWant(bench, 'solo', 1);
  assert.ok(units.total <= mostWithoutPool, `a want costs ${units.total} write units; at most ${mostWithoutPool}`);
  return resultOf('', [units], mostWithoutPool, ['One want at a time; exact, and asserted.']);
}

/** Depends on how many runs a grant happens to serve: repeated, and judged like any other figure. */
async function inPool(bench: Bench): Promise<Result> {
  const repeated: WriteUnits[] = [];
  for (let i = 0; i < bench.repetitions; i++) repeated.push(await unitsPerWant(bench, 'pooled', 10));
  const alone = await unitsPerWant(bench, 'pooled', 1);
  const many = await unitsPerWant(bench, 'pooled', 100);
  return resultOf(', in a pool', repeated, mostInPool, [
    'Ten wants at a time; it varies with how many runs a grant happens to serve.',
    `One at a time ${alone.total.toFixed(2)}, more than the goal; a hundred at a time ${many.total.toFixed(2)}.`,
  ]);
}

function resultOf(where: string, repeated: readonly WriteUnits[], most: number, notes: readonly string[]): Result {
  const spread = (of: (units: WriteUnits) => number) => spreadOf(repeated.map(of));
  const { appends, rows, sequencer } = repeated[0]!;
  const parts = `${appends.toFixed(2)} for commits, ${rows.toFixed(2)} for rows, ${sequencer.toFixed(2)} for the sequencer`;
  return {
    title: `write units per want, one input, own run${where}`,
    unit: 'units',
    measured: spread(({ total }) => total),
    limit: spreadOf([floor]),
    ratio: spread(({ total }) => total / floor),
    goal: { of: 'measured', sense: '≤', value: most },
    limitIs: 'its four commits',
    notes: [...notes, `The first repetition: ${parts}.`],
  };
}

async function unitsPerWant(bench: Bench, output: string, atOnce: number): Promise<WriteUnits> {
  const folder = freshFolder(bench, output);
  const meters: Meter[] = [];
  const world = await openEngine(folder, {
    graph: graphOf(1),
    runsSucceed: true,
    ports(store) {
      meters.push(createMeter(store.log, store.index));
      return meters[0]!;
    },
  });
  const { engine, dispatcher } = world;
  const keys = Array.from({ length: 100 }, (_, i) => firstKey + i);
  await reportAvailable(
    engine,
    keys.map((key) => ({ partitionRef: `single/${key}` })),
  );
  await dispatcher.catchUp();
  dispatcher.start();
  await dispatcher.idle();
  const before = meters[0]!.units();
  for (let i = 0; i < keys.length; i += atOnce) {
    await Promise.all(keys.slice(i, i + atOnce).map((key) => want(engine, `${output}/${key}`)));
    await dispatcher.idle();
  }
  const units = perWant(before, meters[0]!.units(), keys.length);
  await dispatcher.stop();
  await world.close();
  return units;
}

function want(engine: Engine, partitionRef: string) {
  const wantId = `want_${engine.ids.ulid()}`;
  return createWant(engine, { wantId, partitionRefs: [partitionRef], ttlSeconds, slaSeconds, source: 'api' });
}

function perWant(before: WriteUnits, after: WriteUnits, wants: number): WriteUnits {
  const of = (name: keyof WriteUnits) => (after[name] - before[name]) / wants;
  return { appends: of('appends'), rows: of('rows'), sequencer: of('sequencer'), total: of('total') };
}
