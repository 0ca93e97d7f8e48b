import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { type ChildMessage, TO_SERVICE } from './wire.ts';

/** Keeps a line well within what the service takes, whatever its characters become in JSON. */
const LOG_PIECE_LENGTH = 8 * 1024;
const BETWEEN_PROGRESS_MS = 100;

export interface ChildChannel {
  send(message: ChildMessage): void;
  log(text: string): void;
  progress(value: number): void;
}

/** Never between the halves of a character. */
function pieceEnd(text: string, from: number): number {
  const end = Math.min(text.length, from + LOG_PIECE_LENGTH);
  const last = text.charCodeAt(end - 1);
  return end < text.length && last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}

/**
 * Writes are synchronous: what a run said is said before it ends, also by `process.exit`, and one that floods waits for
 * the service instead of filling its own memory.
 */
export function childChannel(): ChildChannel {
  let progressAt = Number.NEGATIVE_INFINITY;
  const send = (message: ChildMessage): void => {
    const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
    for (let at = 0; at < bytes.length; ) at += writeSync(TO_SERVICE, bytes, at);
  };
  return {
    send,
    log(text) {
      for (let at = 0; at < text.length; ) {
        const end = pieceEnd(text, at);
        send({ type: 'log', text: text.slice(at, end) });
        at = end;
      }
    },
    progress(value) {
      const now = performance.now();
      if (value < 1 && now - progressAt < BETWEEN_PROGRESS_MS) return;
      progressAt = now;
      send({ type: 'progress', value });
    },
  };
}

/** What JavaScript prints goes the same way as the run's log, in order. Descriptors 1 and 2 stay for other programs. */
export function redirectOutput(channel: ChildChannel): void {
  for (const [name, fd] of [
    ['stdout', 1],
    ['stderr', 2],
  ] as const) {
    const stream = new Writable({
      decodeStrings: false,
      write(chunk: string | Buffer, _encoding, done) {
        channel.log(chunk.toString());
        done();
      },
    });
    Object.defineProperty(process, name, { value: Object.assign(stream, { fd }), configurable: true });
  }
}
