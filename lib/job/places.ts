import type { Readable } from 'node:stream';

/** Where a run's data is: files on one machine, objects on AWS. */
export interface Places {
  /** Reading starts when the stream is read; what goes wrong is the stream's error. */
  open(location: string): Readable;
  /** @throws Error where it cannot be created. */
  create(location: string): Promise<Sink>;
  /**
   * Makes what stands at an output's location durable, and gives its size in bytes; `null` when nothing is there.
   *
   * @throws Error where something else than a file stands there.
   */
  settle(location: string): Promise<number | null>;
}

/** One output while it is written: nothing is at its location before `commit`. */
export interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  /** Puts it at its location, durably. */
  commit(): Promise<void>;
  discard(): Promise<void>;
}
