import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { findService } from '../../local/autostart.ts';
import { exitCodes } from '../exitCodes.ts';
import { CliError, usageError } from '../problem.ts';
import { clone, example } from './feed.ts';
import { endProcess, isAlive } from './processes.ts';
import { withNote } from './progress.ts';

/** Says that a demo made the folder, so that the next one may take it; holds the process id. */
const mark = '.demo';
/** Files of the graph; its feed is what the demo plays. */
const copied = ['landfall.config.ts', 'jobs'];

/** The graph folder that a demo works in. */
export interface DemoFolder {
  readonly graphFolder: string;
  readonly dataFolder: string;
  /** Where the days' files arrive. */
  readonly incoming: string;
}

/**
 * A fresh copy of the example with nothing built. A folder that an earlier demo made is emptied; a service that still
 * runs on it is ended.
 *
 * @throws CliError where the folder holds something else, or another demo is at work in it.
 */
export async function prepareFolder(given: string | undefined): Promise<DemoFolder> {
  const graphFolder = resolve(given ?? join(clone, '.landfall', 'demo'));
  claim(graphFolder);
  await clear(graphFolder);
  mkdirSync(join(graphFolder, 'incoming'));
  for (const name of copied) cpSync(join(example, name), join(graphFolder, name), { recursive: true });
  const folder = realpathSync(graphFolder);
  return { graphFolder: folder, dataFolder: join(folder, '.landfall'), incoming: join(folder, 'incoming') };
}

function claim(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const markFile = join(folder, mark);
  if (!existsSync(markFile) && readdirSync(folder).length > 0) throw holdsOther(folder);
  const pid = existsSync(markFile) ? Number(readFileSync(markFile, 'utf8')) : 0;
  if (pid > 0 && isAlive(pid)) throw inUse(folder, pid);
  writeFileSync(markFile, String(process.pid));
}

function holdsOther(folder: string): CliError {
  return usageError(`${folder} holds something else: name an empty folder for the demo.`);
}

async function clear(folder: string): Promise<void> {
  const others = readdirSync(folder).filter((name) => name !== mark);
  if (others.length === 0) return;
  await withNote("clearing the last demo's data", async () => {
    const service = await findService(join(folder, '.landfall'));
    if (service !== null) await endProcess(service.pid);
    for (const name of others) rmSync(join(folder, name), { recursive: true, force: true });
  });
}

function inUse(folder: string, pid: number): CliError {
  const detail = `A demo is at work in ${folder} (process ${pid}).`;
  return new CliError(exitCodes.refused, { type: 'urn:landfall:problem:demo-runs', title: 'A demo runs', detail });
}

/** The demo has ended: the next one may take the folder. */
export function releaseFolder({ graphFolder }: DemoFolder): void {
  writeFileSync(join(graphFolder, mark), '0');
}

/** How to type the command line and the folder from where the user is. */
export function typedPaths({ graphFolder }: DemoFolder): { readonly program: string; readonly folder: string } {
  const program = typed(join(realpathSync(clone), 'landfall'));
  return { program: program.includes(sep) ? program : `./${program}`, folder: typed(graphFolder) };
}

/** Relative to where the user is, where that is below. */
function typed(path: string): string {
  const below = relative(realpathSync(process.cwd()), path);
  return below === '' ? '.' : below.startsWith('..') ? path : below;
}
