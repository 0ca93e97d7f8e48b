import { join } from 'node:path';
import { monotonicFactory } from 'ulid';
import { openSqlite } from '../../lib/log/sqlite.ts';
import { type Figure, freshFolder } from '../figure.ts';
import { inTurns, timed } from '../measure.ts';
import { HandWritten } from '../world/handWritten.ts';

const concurrent = 100;

export const append: Figure = {
  name: 'append',
  cost: 'A promise, a check of the stream and of the size, and the conditional insert for each append.',
  async run(bench) {
    const folder = freshFolder(bench, 'append');
    const store = openSqlite(join(folder, 'log.db'), { alone: true });
    const hand = new HandWritten(join(folder, 'hand.db'));
    const groups = bench.size(200, 10);
    const ulid = monotonicFactory();
    const perSecond = async (group: (ids: readonly string[]) => unknown) => {
      const seconds = await timed(async () => {
        for (let i = 0; i < groups; i++) await group(Array.from({ length: concurrent }, () => ulid()));
      });
      return (groups * concurrent) / seconds;
    };
    const pairs = await inTurns(
      bench.repetitions,
      () =>
        perSecond((ids) =>
          Promise.all(
            ids.map((id) => {
              const commit = { commitId: id, at: Date.now(), events: [eventOf(id)], state: null };
              return store.log.append(`want/${id}`, 0, commit);
            }),
          ),
        ),
      () =>
        perSecond((ids) =>
          hand.inTransaction(() => {
            for (const id of ids) hand.append(`want/${id}`, eventOf(id));
          }),
        ),
    );
    hand.close();
    await store.close();
    return {
      results: [
        {
          title: 'durable append, 100 concurrent, 2 indexes',
          unit: 'commits/s',
          ...pairs,
          goal: { of: 'ratio', sense: '≥', value: 0.5 },
          limitIs:
            'raw SQLite, FULL, 100 inserts a transaction into the same table (by position, by stream and revision)',
          notes: [
            `Events of ${JSON.stringify([eventOf('00000000000000000000000000')]).length} bytes, stringified in the time.`,
          ],
        },
      ],
    };
  },
};

function eventOf(id: string) {
  const partitionRefs = [`weather/daily/${id}`, `weather/rolling/${id}`];
  const asked = { ttlSeconds: 604_800, slaSeconds: 518_400, dataTimestamp: 1_353_369_600_000, source: 'api' };
  const comment =
    'for the report of the climate team on the rain of the last thirty days, as agreed; asked for each morning';
  return { type: 'WantCreated', v: 1, wantId: `want_${id}`, partitionRefs, ...asked, comment };
}
