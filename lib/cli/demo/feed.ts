import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { usageError } from '../problem.ts';

export const clone = fileURLToPath(new URL('../../../', import.meta.url));
export const example = join(clone, 'examples', 'weather');

/** What NOAA measured. */
export interface Feed {
  /** The file's first line: what its columns are. */
  readonly header: string;
  /** In order. */
  readonly days: readonly FeedDay[];
}

export interface FeedDay {
  readonly date: string;
  readonly row: string;
}

/** @throws CliError where there is no example. */
export function readFeedFile(): Feed {
  if (!existsSync(example)) throw usageError('The demo needs the example, which only a clone of landfall has.');
  const [header = '', ...rows] = readFileSync(join(example, 'data', 'seattle-weather.csv'), 'utf8')
    .trim()
    .split('\n');
  return { header, days: rows.map((row) => ({ date: row.slice(0, row.indexOf(',')), row })) };
}
