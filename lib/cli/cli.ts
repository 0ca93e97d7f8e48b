import type { Client } from './client.ts';
import type { Globals } from './target.ts';
import type { Look, Terminal } from './terminal.ts';

/** What a command works with. */
export interface Cli {
  readonly globals: Globals;
  readonly terminal: Terminal;
  /** A client of the service that is meant; the service is looked for, or started, at the first call. */
  client(): Promise<Client>;
}

/** Prints the API's answer as it is, or for people. */
export function show<T>(cli: Cli, value: T, format: (value: T, look: Look) => string | readonly string[]): void {
  if (cli.globals.json) cli.terminal.printJson(value);
  else cli.terminal.print(format(value, cli.terminal.look()));
}
