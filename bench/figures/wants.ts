import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { reportAvailable } from '../../lib/engine/externalCommands.ts';
import { createWant } from '../../lib/engine/wantCommands.ts';
import type { EventLog } from '../../lib/log/eventLog.ts';
import { type Figure, freshFolder } from '../figure.ts';
import { inTurns, timed } from '../measure.ts';
import { type BenchEngine, graphOf, openEngine } from '../world/engine.ts';
import { HandWritten } from '../world/handWritten.ts';
import { firstKey, slaSeconds, ttlSeconds } from '../world/openWants.ts';

const batch = 100;

export const wants: Figure = {
  name: 'wants',
  cost: `A want costs four commits and about twenty rows put or removed: its registration and its due row, the run's due
    row, and the lists of wants, runs and partitions, which the hand-written loop does without or keeps as columns that
    it updates. Each is a promise of its own through the ports, and each decision reads its stream anew.`,
  async run(bench) {
    const folder = freshFolder(bench, 'wants');
    const watch = new SatisfiedCount();
    const world = await openEngine(folder, {
      graph: graphOf(1),
      runsSucceed: true,
      ports: (store) => ({ log: watch.watched(store.log), index: store.index }),
    });
    const hand = new HandWritten(join(folder, 'hand.db'));
    const batches = bench.size(30, 3);
    await world.dispatcher.catchUp();
    world.dispatcher.start();
    const [keys, handKeys] = [counter(), counter()];
    const pairs = await inTurns(
      bench.repetitions,
      () => byEngine(world, watch, batches, keys),
      () => byHand(hand, batches, handKeys),
    );
    await world.dispatcher.stop();
    hand.close();
    await world.close();
    return {
      results: [
        {
          title: 'wants created → satisfied per second, batches of 100, no-op in-process run',
          unit: 'wants/s',
          ...pairs,
          goal: { of: 'ratio', sense: '≥', value: 0.5 },
          limitIs:
            'hand-written SQL loop: the same four commits, and its own tables, in four durable transactions a batch',
          notes: ['One input each, there already; own run; through the dispatcher, with its lists.'],
        },
      ],
    };
  },
};

type Keys = (count: number) => readonly number[];

function counter(): Keys {
  let next = firstKey;
  return (count) => Array.from({ length: count }, () => next++);
}

async function byEngine(world: BenchEngine, watch: SatisfiedCount, batches: number, next: Keys): Promise<number> {
  const { engine, dispatcher } = world;
  const keys = Array.from({ length: batches }, () => next(batch));
  for (const some of keys)
    await reportAvailable(
      engine,
      some.map((key) => ({ partitionRef: `single/${key}` })),
    );
  await dispatcher.idle();
  const end = watch.count + batches * batch;
  const seconds = await timed(async () => {
    for (const some of keys) {
      await Promise.all(
        some.map((key) => {
          const wantId = `want_${engine.ids.ulid()}`;
          return createWant(engine, { wantId, partitionRefs: [`solo/${key}`], ttlSeconds, slaSeconds, source: 'api' });
        }),
      );
    }
    while (watch.count < end) await nextTurn();
  });
  await dispatcher.idle();
  return (batches * batch) / seconds;
}

async function byHand(hand: HandWritten, batches: number, next: Keys): Promise<number> {
  const keys = Array.from({ length: batches }, () => next(batch));
  for (const some of keys)
    hand.inTransaction(() => {
      for (const key of some) hand.report(`single/${key}`);
    });
  const seconds = await timed(() => {
    for (const some of keys) {
      const wanted = some.map((key) => ({ wantId: `want_${key}`, input: 'single', output: 'solo', job: 'solo', key }));
      hand.inTransaction(() => {
        for (const want of wanted) hand.create(want);
      });
      const claimed = hand.inTransaction(() => wanted.map((want) => hand.claim(want)));
      hand.inTransaction(() => {
        for (const one of claimed) hand.succeed(one);
      });
      hand.inTransaction(() => {
        for (const one of claimed) hand.satisfy(one);
      });
    }
  });
  return (batches * batch) / seconds;
}

/** Counts what is durable. */
class SatisfiedCount {
  count = 0;

  watched(log: EventLog): EventLog {
    return {
      ...log,
      append: async (stream, expected, commit) => {
        const appended = await log.append(stream, expected, commit);
        if (commit.events.some(({ type }) => type === 'WantSatisfied')) this.count += 1;
        return appended;
      },
    };
  }
}
