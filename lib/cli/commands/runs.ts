import { setTimeout as sleep } from 'node:timers/promises';
import type { RunView } from '../../query/views.ts';
import { type Cli, show } from '../cli.ts';
import type { Client } from '../client.ts';
import { exitCodes } from '../exitCodes.ts';
import { outlast } from '../feed.ts';
import { formatRun, formatRuns } from '../format/run.ts';
import { manyLines } from '../format/text.ts';
import { onInterrupt } from '../interrupt.ts';
import { type ListOptions, showList } from '../lists.ts';
import { idPath } from '../refs.ts';
import { type LogPart, readLog, readLogPart } from '../runLog.ts';

export interface RunListOptions extends ListOptions {
  readonly state?: readonly string[];
  readonly job?: string;
}

export function listRuns(cli: Cli, options: RunListOptions): Promise<number> {
  const { state, job } = options;
  return showList<RunView>(cli, '/runs', { state, job }, options, formatRuns, 'There is no such run.');
}

export async function showRun(cli: Cli, runId: string): Promise<number> {
  show(cli, await (await cli.client()).get<RunView>(`/runs/${idPath(runId)}`), formatRun);
  return 0;
}

export async function cancelRun(cli: Cli, runId: string, { reason }: { readonly reason?: string }): Promise<number> {
  const run = await (await cli.client()).post<RunView>(`/runs/${idPath(runId)}/cancel`, { reason });
  show(cli, run, () => `${run.runId} ${run.state}`);
  return 0;
}

const followPauseMs = 500;

/** A run's log; with `--follow` also what it prints until it ends. */
export async function runLog(cli: Cli, runId: string, { follow }: { readonly follow?: boolean }): Promise<number> {
  const client = await cli.client();
  if (!follow) {
    printLog(cli, await readLog(client, runId));
    return 0;
  }
  const signal = onInterrupt();
  try {
    await followLog(cli, client, runId, signal);
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    cli.terminal.note(`Following has ended; the run ${runId} goes on.`);
    return exitCodes.interrupted;
  }
}

async function followLog(cli: Cli, client: Client, runId: string, signal: AbortSignal): Promise<void> {
  for (let from = 0; ; ) {
    const part = await outlast(() => readLogPart(client, runId, from, signal), signal);
    if (part.text !== '' || part.ended) printLog(cli, part);
    // One answer gives a part of it, and an ended run may have more of them.
    if (part.ended && part.text === '') return;
    from = part.end;
    if (part.text === '') await sleep(followPauseMs, undefined, { signal });
  }
}

/** On a terminal a log cannot move the cursor; elsewhere it is given as it is. */
function printLog(cli: Cli, part: LogPart): void {
  if (cli.globals.json) cli.terminal.printJson(part);
  else if (part.text !== '') process.stdout.write(cli.terminal.isTerminal ? manyLines(part.text) : part.text);
}
