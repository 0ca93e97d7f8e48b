import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { usageError } from './problem.ts';

/** The options that every command takes. */
export interface Globals {
  readonly graph?: string;
  readonly data?: string;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
  readonly color: boolean;
}

/** The folders of a graph and of its data; either may be all that is known. */
export interface Folders {
  readonly graphFolder: string | null;
  readonly dataFolder: string;
}

const configs = ['landfall.config.ts', 'landfall.config.mjs', 'landfall.config.js'];

/** The graph folder that is meant: the one named, else the nearest upwards that has a config. */
export function findFolders(globals: Globals, from = process.cwd()): Folders {
  const graphFolder = globals.graph === undefined ? nearest(from) : named(resolve(from, globals.graph));
  if (globals.data) return { graphFolder, dataFolder: resolve(from, globals.data) };
  if (graphFolder !== null) return { graphFolder, dataFolder: join(graphFolder, '.landfall') };
  throw usageError(
    `There is no landfall.config.ts in ${from} or above it: go to the folder of a graph, or name it with --graph DIR.`,
  );
}

/** The same where a config is needed, to load it. */
export function needFolders(globals: Globals): Folders & { readonly graphFolder: string } {
  const { data: _data, ...rest } = globals;
  const { graphFolder } = findFolders(globals);
  return graphFolder === null ? needFolders(rest) : { ...findFolders(globals), graphFolder };
}

function nearest(from: string): string | null {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (hasConfig(folder)) return folder;
    if (folder === dirname(folder)) return null;
  }
}

function named(folder: string): string {
  if (hasConfig(folder)) return folder;
  throw usageError(`${folder} has no landfall.config.ts: --graph names the folder of a graph.`);
}

function hasConfig(folder: string): boolean {
  return configs.some((name) => existsSync(join(folder, name)));
}

/** A service elsewhere: `--url`, with the token of `--token-file` or LANDFALL_TOKEN. */
export function remoteAddress(url: string, tokenFile: string | undefined): { url: string; token: string | null } {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) {
    throw usageError(`--url ${url} is not the address of a service: write it like http://127.0.0.1:4141.`);
  }
  const token = tokenFile === undefined ? (process.env.LANDFALL_TOKEN ?? null) : readToken(tokenFile);
  if (token !== null && parsed.protocol === 'http:' && !isLoopback(parsed.hostname)) {
    throw usageError(`--url ${url} would carry the token in the clear: use https.`);
  }
  return { url: `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, ''), token: token?.trim() || null };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError(`The token file ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
