import type { PartitionView, PlanView, RunView, WantView } from '../../query/views.ts';
import { BuildCount, BuildProgress } from '../buildProgress.ts';
import type { Cli } from '../cli.ts';
import type { Client } from '../client.ts';
import { exitCodes } from '../exitCodes.ts';
import { feedEnd } from '../feed.ts';
import { followWant } from '../followWant.ts';
import { formatReasons } from '../format/reasons.ts';
import { paintState } from '../format/states.ts';
import { count, manyLines } from '../format/text.ts';
import { formatDuration } from '../format/time.ts';
import { formatCreated } from '../format/want.ts';
import { onInterrupt } from '../interrupt.ts';
import { idPath } from '../refs.ts';
import { readLog } from '../runLog.ts';
import { postWant, type wantBody } from '../wantRequest.ts';

/**
 * Makes a want and follows it to its end. With `--json` the lines are: the want as made, the events that concern it,
 * the want as it ended.
 *
 * @returns 0 when it was satisfied, 1 for any other end, 130 when following was ended by Ctrl-C.
 */
export async function makeAndFollow(cli: Cli, body: ReturnType<typeof wantBody>, key?: string): Promise<number> {
  const client = await cli.client();
  const plan = await client.post<PlanView>('/plan', body);
  const since = await feedEnd(client);
  const want = await postWant(client, body, key);
  const signal = onInterrupt();
  if (cli.globals.json) cli.terminal.printJson(want);
  else cli.terminal.note([...formatCreated(want, cli.terminal.look()), ...announced(plan)]);
  if (want.endedAt !== null) return tellEnd(cli, client, want);
  try {
    return await tellEnd(cli, client, await follow(cli, client, want, plan, since, signal));
  } catch (error) {
    if (!signal.aborted) throw error;
    const { wantId } = want;
    cli.terminal.note([`Following has ended; ${wantId} stays open.`, `To end it too: landfall want cancel ${wantId}`]);
    return exitCodes.interrupted;
  }
}

function announced({ runs, estimateSeconds }: PlanView): readonly string[] {
  const estimate = estimateSeconds === 0 ? '' : `, about ${formatDuration(estimateSeconds)}`;
  return runs.length === 0 ? [] : [`${count(runs.length, 'run')}${estimate}.`];
}

async function follow(cli: Cli, client: Client, want: WantView, plan: PlanView, since: string, signal: AbortSignal) {
  const expected = new Set(plan.runs.flatMap((run) => run.outputs));
  const partitionRefs = new Set([...expected, ...want.partitionRefs]);
  const watched = { client, want, since, partitionRefs, signal };
  if (cli.globals.json) return followWant({ ...watched, onEvent: (event) => cli.terminal.printJson(event) });
  const progress = new BuildProgress(new BuildCount(expected));
  try {
    return await followWant({ ...watched, onEvent: (event) => progress.add(event) });
  } finally {
    progress.end();
  }
}

async function tellEnd(cli: Cli, client: Client, want: WantView): Promise<number> {
  const code = want.state === 'satisfied' ? exitCodes.done : exitCodes.bad;
  if (cli.globals.json) {
    cli.terminal.printJson(want);
    return code;
  }
  await printStates(cli, client, want);
  if (code !== exitCodes.done) await printReasons(cli, client, want);
  return code;
}

const refsShown = 100;

/** The end state of each wanted partition. */
async function printStates(cli: Cli, client: Client, want: WantView): Promise<void> {
  const { paint } = cli.terminal.look();
  const shown = want.partitionRefs.slice(0, refsShown);
  for (const ref of shown) {
    const { state, instance } = await client.get<PartitionView>(`/partitions/${ref}`);
    const place = instance?.location ?? instance?.instanceId ?? '';
    cli.terminal.print(`${paintState(paint, state)}${' '.repeat(8 - state.length)}  ${ref}  ${place}`.trimEnd());
  }
  const more = want.partitionRefs.length - shown.length;
  if (more > 0) cli.terminal.print(`… ${count(more, 'more partition')}`);
}

const logLinesShown = 10;

/** Why it ended badly, what the failed run said last, and where to see more. */
async function printReasons(cli: Cli, client: Client, want: WantView): Promise<void> {
  const look = cli.terminal.look();
  cli.terminal.print([`${want.wantId} ${paintState(look.paint, want.state)}:`, ...formatReasons(want.reasons, look)]);
  const failed = want.reasons.find((reason) => reason.runId !== null)?.runId;
  if (!failed) return cli.terminal.print(`See more: landfall want status ${want.wantId}`);
  const run = await client.get<RunView>(`/runs/${idPath(failed)}`);
  const { text } = await readLog(client, failed);
  const lines = manyLines(text).split('\n');
  const said = lines.filter((line) => line.trim() !== '').slice(-logLinesShown);
  cli.terminal.print([
    ...(said.length === 0 ? [] : [`The end of the log of ${run.job}, attempt ${run.attempt}:`]),
    ...said.map((line) => `  ${line}`),
    `See more: landfall run log ${failed}`,
  ]);
}
