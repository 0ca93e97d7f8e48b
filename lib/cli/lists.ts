import type { ListView } from '../query/views.ts';
import { type Cli, show } from './cli.ts';
import type { Client, QueryValue } from './client.ts';
import type { Look } from './terminal.ts';

export interface ListOptions {
  readonly limit: number;
  readonly all?: boolean;
}

type Query = Readonly<Record<string, QueryValue>>;

const pageMax = 500;

/** Reads as many pages as it takes for `limit` items, or for all of them. */
export async function readList<T>(client: Client, path: string, query: Query, options: ListOptions) {
  const items: T[] = [];
  const wanted = options.all ? Number.POSITIVE_INFINITY : options.limit;
  let cursor: string | undefined;
  for (;;) {
    const limit = Math.min(pageMax, wanted - items.length);
    const page: ListView<T> = await client.get(path, { ...query, limit, cursor });
    items.push(...page.items);
    if (page.nextCursor === null || items.length >= wanted) return { items, nextCursor: page.nextCursor };
    cursor = page.nextCursor;
  }
}

/** Reads a list and prints it, and says when there is more of it, or nothing. */
export async function showList<T>(
  cli: Cli,
  path: string,
  query: Query,
  options: ListOptions,
  format: (items: readonly T[], look: Look) => readonly string[],
  nothing: string,
): Promise<number> {
  const list = await readList<T>(await cli.client(), path, query, options);
  show(cli, list, ({ items }, look) => (items.length === 0 ? nothing : format(items, look)));
  if (list.nextCursor !== null && !cli.globals.json) {
    cli.terminal.note(`These are the first ${list.items.length}; --all shows all.`);
  }
  return 0;
}
