import { format } from 'node:util';
import type { OutputWritten, RunInput, RunOutcome, RunPlace } from '../engine/ports.ts';
import type { Keys } from '../model/graph.ts';
import { MissingInputs } from './errors.ts';
import { inputContent } from './inputContent.ts';
import { checkedMissingRefs } from './missingRefs.ts';
import { openOutputs } from './outputs.ts';
import type { Places } from './places.ts';
import type { Run } from './types.ts';

/** What of a run is known before it starts; plain data. */
export interface RunTicket {
  readonly runId: string;
  readonly job: string;
  readonly attempt: number;
  readonly keys: Keys;
  /** Milliseconds since 1970 UTC. */
  readonly deadline: number;
  readonly outputs: readonly RunPlace[];
  readonly inputs: readonly RunInput[];
}

/** What a run needs of the process that it is in. */
export interface RunSurroundings {
  readonly places: Places;
  readonly channel: { progress(value: number): void; log(text: string): void };
  readonly signal: AbortSignal;
  /** Where in the user's own files an error was thrown, such as `jobs/clean.ts:12:5`; `null`: nowhere there. */
  placeOf(error: Error): string | null;
}

/** A run from the side of whoever judges it. */
export interface OpenRun {
  readonly run: Run;
  /** Waits for writes that the job did not wait for; later ones are refused. */
  close(): Promise<void>;
  /** What is decided whatever the job returned or threw: misuse of an output, missing inputs. First wins. */
  verdict(): Extract<RunOutcome, { kind: 'failed' | 'missing' }> | null;
  /** @throws Error naming an output that was not written, and why. */
  settledOutputs(): Promise<readonly OutputWritten[]>;
}

export function openRun(ticket: RunTicket, surroundings: RunSurroundings): OpenRun {
  const { places, channel, signal } = surroundings;
  let verdict: ReturnType<OpenRun['verdict']> = null;
  const outputs = openOutputs(ticket, places, signal, (message) => {
    verdict ??= { kind: 'failed', message, retryable: false };
  });
  const run: Run = {
    runId: ticket.runId,
    job: ticket.job,
    attempt: ticket.attempt,
    keys: ticket.keys,
    deadline: new Date(ticket.deadline),
    signal,
    outputs: ticket.outputs as unknown as Run['outputs'],
    inputs: ticket.inputs,
    read: (input) => inputContent(findInput(ticket.inputs, refOf(input)), places),
    write: (output, data) => outputs.write(refOf(output), data),
    progress: (value) => channel.progress(clamped(value)),
    log: (...values) => channel.log(`${format(...values)}\n`),
    missing: (partitionRefs) => {
      const refs = checkedMissingRefs(partitionRefs);
      verdict ??= { kind: 'missing', partitionRefs: refs };
      throw new MissingInputs(`missing inputs: ${refs.join(', ')}`);
    },
  };
  return { run, close: outputs.close, verdict: () => verdict, settledOutputs: outputs.settled };
}

function refOf(place: string | { readonly partitionRef: string }): string {
  return typeof place === 'string' ? place : place.partitionRef;
}

function findInput(inputs: readonly RunInput[], partitionRef: string): RunInput {
  const input = inputs.find((candidate) => candidate.partitionRef === partitionRef);
  if (input) return input;
  throw new Error(`${partitionRef} is not an input of this run; declare it in the graph, or name it as missing`);
}

function clamped(value: number): number {
  return value >= 0 ? Math.min(value, 1) : 0;
}
