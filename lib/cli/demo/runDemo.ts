import { styleText } from 'node:util';
import { exitCodes } from '../exitCodes.ts';
import { closing } from './closing.ts';
import { daysArrive } from './daysArrive.ts';
import { StoryFailed } from './expect.ts';
import { readFeedFile } from './feed.ts';
import { prepareFolder, releaseFolder } from './folder.ts';
import { lastDay } from './lastDay.ts';
import { Ledger } from './ledger.ts';
import { oneDayMissing } from './oneDayMissing.ts';
import { withNote } from './progress.ts';
import { DemoService } from './service.ts';
import type { Stage } from './stage.ts';
import { wantsFirst } from './wantsFirst.ts';

export interface DemoOptions {
  /** Where the demo's graph and data go: empty, or made by an earlier demo. Default: `.landfall/demo` of the clone. */
  readonly folder?: string;
  /** Gets the story line by line; default: standard output. */
  readonly print?: (line: string) => void;
}

/**
 * Plays the weather example with the real service and tells what happens. Every claim that is printed was computed from
 * the API's answers and compared with what should be.
 *
 * @returns the exit code: 1 where the story turned out otherwise, which is told on standard error.
 */
export async function runDemo({ folder: given, print = console.log }: DemoOptions = {}): Promise<number> {
  const feed = readFeedFile();
  print(heading(feed));
  const folder = await prepareFolder(given);
  const startedAt = performance.now();
  const service = new DemoService(folder);
  const end = new AbortController();
  const interrupted = whenInterrupted();
  const ledger = new Ledger();
  const stage: Stage = { folder, service, client: service.client, ledger, feed, print };
  try {
    const played = play(stage, end.signal, startedAt).then(() => exitCodes.done);
    return await Promise.race([played, interrupted]);
  } catch (error) {
    if (!(error instanceof StoryFailed)) throw error;
    const mark = styleText('red', '✗', { stream: process.stderr });
    console.error(`${mark} ${error.message}\n  The service's log: ${folder.dataFolder}/service.log`);
    return exitCodes.bad;
  } finally {
    end.abort();
    await service.stop();
    releaseFolder(folder);
  }
}

function heading({ days }: Stage['feed']): string {
  const years = `${days[0]?.date.slice(0, 4)} to ${days.at(-1)?.date.slice(0, 4)}`;
  const measured = `${days.length.toLocaleString('en-US')} days as NOAA measured them`;
  return `${styleText('bold', 'landfall demo')}: Seattle's weather ${years}, ${measured}`;
}

async function play(stage: Stage, signal: AbortSignal, startedAt: number): Promise<void> {
  await withNote('starting the service', () => stage.service.start());
  void stage.ledger.follow(stage.client, signal);
  const asked = await wantsFirst(stage);
  await daysArrive(stage, asked);
  const late = await oneDayMissing(stage);
  await lastDay(stage, asked, late);
  await closing(stage, (performance.now() - startedAt) / 1000);
}

/** A second signal ends the program as ever. */
function whenInterrupted(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve(exitCodes.interrupted));
  });
}
