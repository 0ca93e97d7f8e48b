import type { SlaView } from '../../query/views.ts';
import { type Cli, show } from '../cli.ts';
import { exitCodes } from '../exitCodes.ts';
import { type EventPage, followFeed, readFeed } from '../feed.ts';
import { formatEvent } from '../format/events.ts';
import { formatSla } from '../format/sla.ts';
import { onInterrupt } from '../interrupt.ts';
import { readList } from '../lists.ts';

export interface EventOptions {
  readonly since?: string;
  readonly type?: readonly string[];
  readonly pattern?: string;
  readonly follow?: boolean;
}

/** The feed from a cursor, or its beginning, on. With `--json` a last line holds the cursor to go on from. */
export async function events(cli: Cli, { since, type, pattern, follow }: EventOptions): Promise<number> {
  const client = await cli.client();
  const query = { type, pattern };
  let cursor = since;
  const print = (page: EventPage) => {
    cursor = page.nextCursor;
    printEvents(cli, page);
  };
  if (!follow) {
    for await (const page of readFeed(client, since, query)) print(page);
    tellCursor(cli, cursor);
    return 0;
  }
  const signal = onInterrupt();
  try {
    for await (const page of followFeed(client, since, query, signal)) print(page);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  tellCursor(cli, cursor);
  return exitCodes.interrupted;
}

function printEvents(cli: Cli, { items }: EventPage): void {
  if (cli.globals.json) {
    for (const event of items) cli.terminal.printJson(event);
    return;
  }
  const look = cli.terminal.look();
  cli.terminal.print(items.map((event) => formatEvent(event, look)));
}

function tellCursor(cli: Cli, nextCursor: string | undefined): void {
  if (nextCursor === undefined) return;
  if (cli.globals.json) cli.terminal.printJson({ nextCursor });
  else cli.terminal.note(`What comes later: landfall events --since ${nextCursor}`);
}

/** Deadlines that were missed by open wants, and those at risk. */
export async function sla(cli: Cli): Promise<number> {
  const client = await cli.client();
  const all = { limit: 0, all: true };
  const violations = await readList<SlaView>(client, '/sla/violations', {}, all);
  const atRisk = await readList<SlaView>(client, '/sla/at-risk', {}, all);
  show(cli, { violations, atRisk }, (_value, look) => formatSla(violations.items, atRisk.items, look));
  return 0;
}
