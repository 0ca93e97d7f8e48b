import type { Readable } from 'node:stream';
import type { Keys } from '../model/graph.ts';
import type { JsonObject } from '../model/json.ts';

/** A partition that the run makes. */
export interface RunOutput {
  readonly partitionRef: string;
  readonly keys: Keys;
  /**
   * Where it goes: an absolute file path on one machine. `run.write` puts it there; code that needs a path of its own
   * (a database, a columnar writer) may instead create exactly this file before it returns.
   */
  readonly location: string;
}

/** A partition that the run reads, pinned to one instance of it. */
export interface RunInput extends RunOutput {
  readonly instanceId: string;
}

/** One line of JSON in a file of rows. */
export type Row = object;

/**
 * What `run.write` takes. A string or bytes are written as they are, and so are the strings and bytes that a stream or
 * iterable gives; objects are rows, each written as one line of JSON. One write is either of the two.
 */
export type WriteData =
  | string
  | Uint8Array
  | Iterable<string | Uint8Array | Row>
  | AsyncIterable<string | Uint8Array | Row>;

/** The content of one input. Each call reads it anew. All reject, naming the input, where it cannot be read. */
export interface InputContent {
  bytes(): Promise<Buffer>;
  /** As UTF-8. */
  text(): Promise<string>;
  /** Each line of JSON, parsed; empty lines are passed over. Rejects naming the line that is not JSON. */
  rows<T = JsonObject>(): AsyncIterable<T>;
  stream(): Readable;
}

/** What a job is given: one execution of one attempt of a run. */
export interface Run {
  readonly runId: string;
  readonly job: string;
  /** 1, 2, …: grows with each retry. */
  readonly attempt: number;
  readonly keys: Keys;
  /** When the run is timed out, whatever it does. */
  readonly deadline: Date;
  /** Aborted when the run is cancelled or timed out; two seconds later its process is killed. */
  readonly signal: AbortSignal;
  /** In the order of the job's declaration. */
  readonly outputs: readonly [RunOutput, ...RunOutput[]];
  /** In the order of the job's declaration, then of time. */
  readonly inputs: readonly RunInput[];
  /** @throws Error where the ref is not an input of this run. */
  read(input: string | RunInput): InputContent;
  /**
   * Writes an output, streaming: memory stays flat whatever its size. Resolves when it is durable at its location.
   * Each output is written exactly once; writing one twice, or a ref that is no output of this run, fails the run,
   * also where the rejection is caught.
   */
  write(output: string | RunOutput, data: WriteData): Promise<void>;
  /** How far the run is, from 0 to 1 (clamped). A sign of life for the heartbeat timeout. */
  progress(value: number): void;
  /** A line of the run's log, formatted like `console.log` (which goes to the same log). A sign of life. */
  log(...values: readonly unknown[]): void;
  /**
   * Ends the run as "missing inputs": no failure; the partitions are remembered as inputs of this build, and it is
   * started again when they are there. Never returns, and holds also where what it throws is caught.
   *
   * @throws TypeError where the list is empty, longer than 1,000, or holds something that is no ref.
   */
  missing(partitionRefs: readonly string[]): never;
}

/** Metadata of the run: a JSON object of at most 4,096 bytes, shown in its timeline and handed to hooks. */
export type RunMetadata = object | null | undefined;

/** What a job's module exports by default. */
// biome-ignore lint/suspicious/noConfusingVoidType: a job without metadata has no return statement.
export type Job = (run: Run) => Promise<RunMetadata | void>;
