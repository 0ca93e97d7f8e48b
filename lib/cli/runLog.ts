import type { Client } from './client.ts';
import { idPath } from './refs.ts';

/** A piece of a run's log. */
export interface LogPart {
  readonly text: string;
  /** The byte to go on from. */
  readonly end: number;
  /** Nothing will be added. */
  readonly ended: boolean;
}

/** What the log holds from a byte on, as much as one answer gives; an empty text: no more for now. */
export async function readLogPart(client: Client, runId: string, from: number, signal?: AbortSignal): Promise<LogPart> {
  const options = signal === undefined ? {} : { signal };
  const { text, headers } = await client.getText(`/runs/${idPath(runId)}/log`, { fromByte: from }, options);
  const end = Number(headers.get('landfall-log-end') ?? from);
  return { text: droppedLine(from, text, end) + text, end, ended: headers.get('landfall-log-ended') === 'true' };
}

/** A log is kept bounded: where its middle was dropped, the text is shorter than the way to its end. */
function droppedLine(from: number, text: string, end: number): string {
  const dropped = end - from - Buffer.byteLength(text);
  return dropped > 0 ? `\n[landfall: ${dropped} bytes of output were dropped here]\n` : '';
}

/** The whole log as it is now; the service keeps it bounded. */
export async function readLog(client: Client, runId: string): Promise<LogPart> {
  const texts: string[] = [];
  for (let from = 0; ; ) {
    const part = await readLogPart(client, runId, from);
    texts.push(part.text);
    if (part.text === '') return { ...part, text: texts.join('') };
    from = part.end;
  }
}
