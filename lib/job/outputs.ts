import type { OutputWritten, RunPlace } from '../engine/ports.ts';
import { encode } from './encode.ts';
import type { Places, Sink } from './places.ts';
import type { RunTicket } from './run.ts';
import type { WriteData } from './types.ts';

/** The outputs of one run while its job writes them. */
export interface Outputs {
  write(partitionRef: string, data: WriteData): Promise<void>;
  close(): Promise<void>;
  settled(): Promise<readonly OutputWritten[]>;
}

/** @param onMisuse told in a sentence when a ref is written that is no output, or one is written twice. */
export function openOutputs(
  ticket: RunTicket,
  places: Places,
  signal: AbortSignal,
  onMisuse: (message: string) => void,
): Outputs {
  const writes = new Map<string, Promise<OutputWritten>>();
  let closed = false;

  const claim = (partitionRef: string): RunPlace => {
    if (closed) throw new Error(`run ${ticket.runId} is over: ${partitionRef} can no longer be written`);
    const place = ticket.outputs.find((output) => output.partitionRef === partitionRef);
    const misuse = misuseOf(partitionRef, place, writes.has(partitionRef));
    if (misuse !== null) onMisuse(misuse);
    if (misuse !== null || !place) throw new Error(misuse ?? partitionRef);
    return place;
  };

  const begin = async (partitionRef: string, data: WriteData): Promise<void> => {
    const writing = writeOutput(claim(partitionRef), data, places, signal);
    writes.set(partitionRef, writing);
    await writing;
  };

  return {
    write(partitionRef, data) {
      const writing = begin(partitionRef, data);
      // A job that does not wait for its write is told at its end, not by an unhandled rejection.
      writing.catch(() => {});
      return writing;
    },
    async close() {
      closed = true;
      await Promise.allSettled(writes.values());
    },
    settled: () => Promise.all(ticket.outputs.map((place) => settledOutput(place, writes, places))),
  };
}

function misuseOf(partitionRef: string, place: RunPlace | undefined, isWritten: boolean): string | null {
  if (!place) return `The run wrote ${partitionRef}, which is not one of its outputs.`;
  return isWritten ? `The run wrote ${partitionRef} twice.` : null;
}

async function writeOutput(
  place: RunPlace,
  data: WriteData,
  places: Places,
  signal: AbortSignal,
): Promise<OutputWritten> {
  const sink = await places.create(place.location);
  try {
    const counted = await fill(sink, data, signal);
    await sink.commit();
    return { partitionRef: place.partitionRef, location: place.location, ...counted };
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

async function fill(sink: Sink, data: WriteData, signal: AbortSignal): Promise<{ rows: number | null; bytes: number }> {
  let rows: number | null = null;
  let bytes = 0;
  for await (const batch of encode(data)) {
    signal.throwIfAborted();
    if (batch.rows !== null) rows = (rows ?? 0) + batch.rows;
    bytes += batch.bytes.length;
    await sink.write(batch.bytes);
  }
  return { rows, bytes };
}

/** What was written through the run, else the file that the job put at the location by other means. */
async function settledOutput(
  place: RunPlace,
  writes: ReadonlyMap<string, Promise<OutputWritten>>,
  places: Places,
): Promise<OutputWritten> {
  const written = await writes.get(place.partitionRef)?.catch((error: Error) => error);
  if (written instanceof Error) throw new Error(`${place.partitionRef} was not written: ${written.message}`);
  if (written) return written;
  const bytes = await places.settle(place.location);
  if (bytes === null) throw new Error(`output ${place.partitionRef} was not written`);
  return { partitionRef: place.partitionRef, location: place.location, rows: null, bytes };
}
