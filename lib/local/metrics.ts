import type { Commit } from '../log/eventLog.ts';
import type { RowIndex } from '../log/rowIndex.ts';
import { lists } from '../query/lists.ts';
import { publicTypes } from '../query/publicEvents.ts';

/** Counts what the service handles, and shows it as OpenMetrics text. */
export interface Metrics {
  handled(commit: Commit): void;
  parked(): void;
  show(lag: number): Promise<string>;
}

/** Past this many rows a gauge shows this number. */
const countedMax = 100_000;

export function createMetrics(index: RowIndex): Metrics {
  const events = new Map<string, number>(publicTypes.map((type) => [type, 0]));
  let parkedCount = 0;
  return {
    handled(commit) {
      for (const { type } of commit.events) {
        const count = events.get(type);
        if (count !== undefined) events.set(type, count + 1);
      }
    },
    parked() {
      parkedCount += 1;
    },
    async show(lag) {
      const gauges = [
        family('landfall_open_wants', 'gauge', 'Wants that have not ended.', [
          ['', await countRows(index, lists.openWants)],
        ]),
        family('landfall_open_runs', 'gauge', 'Runs that have not ended.', [
          ['', await countRows(index, lists.openRuns)],
        ]),
        family('landfall_sla_late_wants', 'gauge', 'Open wants past their SLA.', [
          ['', await countRows(index, lists.late)],
        ]),
        family('landfall_feed_lag_commits', 'gauge', 'Commits read and not yet handled.', [['', lag]]),
        family('landfall_process_resident_memory_bytes', 'gauge', 'Resident memory.', [
          ['', process.memoryUsage.rss()],
        ]),
      ];
      const counts = [...events].map(([type, count]) => [`{type="${type}"}`, count] as const);
      const counters = [
        family('landfall_events', 'counter', 'Public events handled since the service started.', counts),
        family('landfall_parked_commits', 'counter', 'Commits that could not be handled and were set aside.', [
          ['', parkedCount],
        ]),
      ];
      return `${[...gauges, ...counters].join('')}# EOF\n`;
    },
  };
}

function family(
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  samples: readonly (readonly [string, number])[],
): string {
  const suffix = type === 'counter' ? '_total' : '';
  const lines = samples.map(([labels, value]) => `${name}${suffix}${labels} ${value}\n`);
  return `# TYPE ${name} ${type}\n# HELP ${name} ${help}\n${lines.join('')}`;
}

async function countRows(index: RowIndex, partition: string): Promise<number> {
  let count = 0;
  let afterKey: string | null = null;
  do {
    const page: { rows: readonly unknown[]; nextKey: string | null } = await index.query(partition, {
      limit: 1_000,
      ...(afterKey === null ? {} : { afterKey }),
    });
    count += page.rows.length;
    afterKey = page.nextKey;
  } while (afterKey !== null && count < countedMax);
  return count;
}
