import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes } from '../exitCodes.ts';
import { CliError } from '../problem.ts';
import { refs } from './cast.ts';
import type { FeedDay } from './feed.ts';
import type { Stage } from './stage.ts';

/** So many calls under way together share a write of the log. */
const atOnce = 32;

/** Writes a day's file as the feed would, and reports the day; the same instance however often. */
export async function arrive(stage: Stage, day: FeedDay): Promise<void> {
  writeDay(stage, day, day.row);
  await report(stage, day);
}

/** Reports a day whose file has half its row so far. Returns what writes the whole. */
export async function arriveCutShort(stage: Stage, day: FeedDay): Promise<() => void> {
  writeDay(stage, day, day.row.slice(0, day.row.length / 2));
  await report(stage, day);
  return () => writeDay(stage, day, day.row);
}

function writeDay({ folder, feed }: Stage, { date }: FeedDay, row: string): void {
  writeFileSync(join(folder.incoming, `${date}.csv`), `${feed.header}\n${row}\n`);
}

async function report(stage: Stage, { date }: FeedDay): Promise<void> {
  const location = `incoming/${date}.csv`;
  await stage.client.post('/available', {
    partitions: [{ partitionRef: refs.raw(date), instance: `noaa-${date}`, location }],
  });
}

/** Days on their way: one call for each, a few at a time. */
export class Arrivals {
  /** Days whose report was answered. */
  readonly reported = new Set<string>();
  readonly #stage: Stage;
  readonly #queue: FeedDay[];

  constructor(stage: Stage, days: readonly FeedDay[]) {
    this.#stage = stage;
    this.#queue = [...days];
  }

  /** Until all have arrived. */
  async play(): Promise<void> {
    await this.#inParallel(() => true);
  }

  /** Kills the service once so many have arrived, with others under way; those come again in the next play. */
  async playUntilKilled(killAt: number): Promise<void> {
    let killed: Promise<void> | null = null;
    await this.#inParallel(() => {
      if (this.reported.size >= killAt) killed ??= this.#stage.service.kill();
      return killed === null;
    });
    await killed;
  }

  async #inParallel(goOn: () => boolean): Promise<void> {
    const one = async () => {
      while (goOn()) {
        const day = this.#queue.shift();
        if (day === undefined || !(await this.#try(day))) return;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, one));
  }

  async #try(day: FeedDay): Promise<boolean> {
    try {
      await arrive(this.#stage, day);
      this.reported.add(day.date);
      return true;
    } catch (error) {
      if (!(error instanceof CliError) || error.exitCode !== exitCodes.unreachable) throw error;
      this.#queue.push(day);
      return false;
    }
  }
}
