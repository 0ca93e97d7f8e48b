import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { OutputWritten, RunOutcome, RunRequest } from '../../engine/ports.ts';
import { failed } from '../../job/failed.ts';
import type { RunTicket } from '../../job/run.ts';
import { type AnswerReader, type Answers, answerReader } from './answers.ts';
import { commandEnvironment, type InputLists } from './environment.ts';
import type { JobProcess, ProcessListener } from './execution.ts';
import { commandFailure } from './exitReasons.ts';
import { settleFile } from './filePlaces.ts';
import { ANSWER_BYTES_MAX } from './limits.ts';
import { LineSplitter } from './lines.ts';
import { closed } from './moduleChild.ts';
import type { ProcessGroup, ProcessGroups } from './processGroups.ts';

const LAST_ERROR_LENGTH = 300;

export interface CommandOptions {
  readonly graphFolder: string;
  /** Of this runner alone; exists. */
  readonly workFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly groups: ProcessGroups;
}

/** @throws Error where the files and folders that the command needs cannot be made. */
export async function launchCommand(
  request: RunRequest,
  ticket: RunTicket,
  listener: ProcessListener,
  options: CommandOptions,
): Promise<JobProcess> {
  const [program = '', ...args] = request.run.kind === 'command' ? request.run.command : [];
  for (const output of ticket.outputs) await mkdir(dirname(output.location), { recursive: true });
  const name = `${request.runId}.${request.attempt}.${request.execution}.inputs`;
  const lists = await listInputs(join(options.workFolder, name), ticket);
  const group = options.groups.spawn(program, args, {
    cwd: options.graphFolder,
    env: { ...options.environment, ...commandEnvironment(ticket, lists) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const locations = new Map(ticket.outputs.map((output) => [output.partitionRef, output.location]));
  const answers = answerReader(locations, listener.progress);
  const lastError = readOutput(group, answers, listener);
  feed(group, ticket);
  const ended = outcomeOf(group, program, ticket, answers, lastError);
  return { ended: ended.finally(() => removeLists(lists)), stop: group.terminate };
}

async function listInputs(path: string, { inputs }: RunTicket): Promise<InputLists> {
  if (inputs.length === 0) return { locations: '/dev/null', table: '/dev/null' };
  const lists: InputLists = { locations: path, table: `${path}.tsv` };
  const rows = inputs.map((input) => [input.partitionRef, input.instanceId, input.location]);
  await writeFile(lists.locations, rows.map(([, , location]) => `${location}\n`).join(''));
  await writeFile(lists.table, rows.map((row) => `${row.join('\t')}\n`).join(''));
  return lists;
}

async function removeLists({ locations, table }: InputLists): Promise<void> {
  if (locations === '/dev/null') return;
  await Promise.all([rm(locations, { force: true }), rm(table, { force: true })]).catch(() => undefined);
}

/** One JSON object on standard input; a command that does not read it is none the worse. */
function feed(group: ProcessGroup, ticket: RunTicket): void {
  const { runId, job, attempt, keys, outputs, inputs } = ticket;
  const deadline = new Date(ticket.deadline).toISOString();
  group.child.stdin?.on('error', () => undefined);
  group.child.stdin?.end(`${JSON.stringify({ runId, job, attempt, deadline, keys, outputs, inputs })}\n`);
}

/** @returns what gives the last line of standard error. */
function readOutput(group: ProcessGroup, answers: AnswerReader, listener: ProcessListener): () => string {
  const lines = new LineSplitter(ANSWER_BYTES_MAX, {
    answer: (line) => {
      listener.sign();
      return answers.take(line);
    },
    overlong: answers.overlong,
    output: listener.output,
  });
  let errorTail = '';
  group.child.stdout?.on('data', (chunk: Buffer) => lines.push(chunk));
  group.child.stdout?.on('end', () => lines.end());
  group.child.stderr?.on('data', (chunk: Buffer) => {
    errorTail = `${errorTail}${chunk.toString('utf8', Math.max(0, chunk.length - LAST_ERROR_LENGTH))}`;
    errorTail = errorTail.slice(-LAST_ERROR_LENGTH);
    listener.output(chunk);
  });
  return () => errorTail.trimEnd().split('\n').at(-1) ?? '';
}

async function outcomeOf(
  group: ProcessGroup,
  program: string,
  ticket: RunTicket,
  answers: Answers,
  lastError: () => string,
): Promise<RunOutcome> {
  const exit = await group.exited;
  if (exit.error === null) await closed(group);
  const failure = commandFailure(exit, program, lastError());
  if (answers.error) {
    const isRetryable = failure?.kind === 'failed' && failure.retryable;
    return failed(answers.error.message, answers.error.retryable ?? isRetryable);
  }
  if (failure) return failure;
  if (answers.fault !== null) return failed(answers.fault, false);
  if (answers.missing) return { kind: 'missing', partitionRefs: answers.missing };
  return await success(ticket, answers);
}

async function success(ticket: RunTicket, answers: Answers): Promise<RunOutcome> {
  try {
    const outputs: OutputWritten[] = [];
    for (const output of ticket.outputs) outputs.push(await settled(output, answers));
    return { kind: 'succeeded', outputs, metadata: answers.metadata };
  } catch (error) {
    return failed(`The command exited with code 0, but ${(error as Error).message}.`, false);
  }
}

async function settled(output: RunTicket['outputs'][number], answers: Answers): Promise<OutputWritten> {
  const { partitionRef, location } = output;
  const reported = answers.wrote.get(partitionRef);
  const bytes = await settleFile(location);
  if (bytes === null) {
    throw new Error(
      `its output ${partitionRef} was ${reported ? 'only reported, ' : ''}not written: nothing is at ${location}`,
    );
  }
  if (reported && reported.bytes !== null && reported.bytes !== bytes) {
    throw new Error(`it reported ${reported.bytes} bytes for ${partitionRef}, and wrote ${bytes}`);
  }
  return { partitionRef, location, rows: reported?.rows ?? null, bytes };
}
