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

export const writeUnits: Figure = {
  name: 'write-units',
  cost: 'Every append and row that the engine writes counts one unit for each started KB.',
  async run(bench) {
    return { results: [await unitsOf(bench, 'solo', 1, 8), await unitsOf(bench, 'pooled', 10, 11)] };
  },
};

async function unitsOf(bench: Bench, output: string, atOnce: number, most: number): Promise<Result> {
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
  assert.ok(units.total <= most, `a want costs ${units.total} write units, and may cost ${most}`);
  const spread = spreadOf([units.total]);
  return {
    title: `write units per want, one input, own run${atOnce === 1 ? '' : ', in a pool'}`,
    unit: 'units',
    measured: spread,
    limit: spreadOf([floor]),
    ratio: spreadOf([units.total / floor]),
    goal: { of: 'measured', sense: '≤', value: most },
    limitIs: 'its four commits',
    notes: [
      `${atOnce === 1 ? 'One want at a time' : `${atOnce} wants at a time, so that a grant serves several`}.`,
      `Exact, asserted: ${units.appends} for commits, ${units.rows} for rows, ${units.sequencer.toFixed(2)} for the sequencer.`,
    ],
  };
}

function want(engine: Engine, partitionRef: string) {
  const wantId = `want_${engine.ids.ulid()}`;
  return createWant(engine, { wantId, partitionRefs: [partitionRef], ttlSeconds, slaSeconds, source: 'api' });
}

function perWant(before: WriteUnits, after: WriteUnits, wants: number): WriteUnits {
  const of = (name: keyof WriteUnits) => (after[name] - before[name]) / wants;
  return { appends: of('appends'), rows: of('rows'), sequencer: of('sequencer'), total: of('total') };
}
