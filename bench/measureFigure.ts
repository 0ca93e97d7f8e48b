import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Figure, isReached, type Measured } from './figure.ts';
import { type ProfileLine, topSelfTimes } from './report/profile.ts';

const program = fileURLToPath(new URL('./programs/figure.ts', import.meta.url));

export interface FigureReport extends Measured {
  readonly figure: Figure;
  readonly seconds: number;
  /** Where time goes, of a figure that misses a goal; else empty. */
  readonly profile: readonly ProfileLine[];
}

/** Measures the figure, and once more with a profiler where it misses a goal. */
export async function measureFigure(
  figure: Figure,
  folder: string,
  quick: boolean,
  stopped: AbortSignal,
): Promise<FigureReport> {
  const start = performance.now();
  const measured = await inOwnProcess(figure, folder, quick, null, stopped);
  const isMissed = !measured.results.every(isReached);
  const profile = isMissed ? await profileOf(figure, folder, quick, stopped) : [];
  return { ...measured, figure, profile, seconds: (performance.now() - start) / 1000 };
}

async function profileOf(
  figure: Figure,
  folder: string,
  quick: boolean,
  stopped: AbortSignal,
): Promise<readonly ProfileLine[]> {
  const profileFolder = join(folder, `profile-${figure.name}`);
  mkdirSync(profileFolder);
  await inOwnProcess(figure, folder, quick, profileFolder, stopped);
  return topSelfTimes(profileFolder);
}

/** With all that it starts in a group of their own: where the measuring is stopped, nothing of it is left running. */
async function inOwnProcess(
  { name }: Figure,
  folder: string,
  quick: boolean,
  profileFolder: string | null,
  stopped: AbortSignal,
): Promise<Measured> {
  const result = join(folder, `${name}.json`);
  rmSync(result, { force: true });
  const profiling = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const own = profileFolder === null ? [] : [profileFolder];
  const args = [...profiling, program, name, folder, quick ? 'quick' : 'full', result, ...own];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  const stop = () => process.kill(-child.pid!, 'SIGTERM');
  stopped.addEventListener('abort', stop);
  const [code] = (await once(child, 'exit')) as [number | null];
  stopped.removeEventListener('abort', stop);
  stopped.throwIfAborted();
  if (code !== 0) throw new Error(`the figure ${name} could not be measured`);
  return JSON.parse(readFileSync(result, 'utf8')) as Measured;
}
