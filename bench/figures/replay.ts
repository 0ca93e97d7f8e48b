import { DatabaseSync } from 'node:sqlite';
import { type Aggregate, builds, externals, foldEvents, pools, wants } from '../../lib/engine/streams.ts';
import { openSqlite } from '../../lib/log/sqlite.ts';
import type { Figure } from '../figure.ts';
import { inTurns, timed } from '../measure.ts';
import { logPathIn } from '../world/engine.ts';
import { preparedHistory } from '../world/settledWants.ts';

const aggregates: Readonly<Record<string, Aggregate<unknown>>> = {
  want: wants,
  build: builds,
  external: externals,
  pool: pools,
};

export const replay: Figure = {
  name: 'replay',
  cost: 'The feed parses the folded state that a commit carries beside its events, and folding makes a new state for each.',
  async run(bench) {
    const events = bench.size(200_000, 6_000);
    const folder = await preparedHistory(bench, events);
    const store = openSqlite(logPathIn(folder), { alone: true });
    const raw = new DatabaseSync(logPathIn(folder), { readOnly: true });
    const scan = raw.prepare('SELECT position, stream, revision, events FROM commits ORDER BY position');
    scan.setReturnArrays(true);
    const pairs = await inTurns(
      bench.repetitions,
      async () => {
        let count = 0;
        const seconds = await timed(async () => {
          count = await foldFeed(store.log);
        });
        return count / seconds;
      },
      async () => {
        let count = 0;
        const seconds = await timed(() => {
          for (const row of scan.iterate()) {
            count += (JSON.parse((row as unknown as readonly string[])[3]!) as readonly unknown[]).length;
          }
        });
        return count / seconds;
      },
    );
    raw.close();
    await store.close();
    return {
      results: [
        {
          title: 'replay into state',
          unit: 'events/s',
          ...pairs,
          goal: { of: 'ratio', sense: '≥', value: 0.5 },
          limitIs: 'raw scan of the same rows + JSON.parse of their events',
          notes: ['The feed by pages of 1,000, every event folded into the state of its stream, all states kept.'],
        },
      ],
    };
  },
};

/** @returns how many events. */
async function foldFeed(log: ReturnType<typeof openSqlite>['log']): Promise<number> {
  const states = new Map<string, unknown>();
  let count = 0;
  let cursor: string | undefined;
  for (let more = true; more; ) {
    const page = await log.list({}, cursor, 1_000);
    for (const { commit } of page.items) {
      const { stream, events, at, revision } = commit;
      const aggregate = aggregates[stream.slice(0, stream.indexOf('/'))]!;
      states.set(stream, foldEvents(aggregate, states.get(stream) ?? null, events, at, revision));
      count += events.length;
    }
    cursor = page.nextCursor;
    more = page.more;
  }
  return count;
}
