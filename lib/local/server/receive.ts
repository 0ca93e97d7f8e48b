import type { IncomingMessage } from 'node:http';
import { bodyTooLarge } from '../../api/body.ts';
import { apiLimits } from '../../api/limits.ts';
import { Problem } from '../../api/problems.ts';

/** Receives bodies, of which only so many bytes are held at once. */
export class Receiver {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /**
   * The body; `null` where there is none.
   *
   * @throws Problem 413 as soon as it is too large, 429 while too many others are being received, 400 where it ends early.
   */
  receive(request: IncomingMessage): Promise<Uint8Array | null> {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    if (encoding === undefined && (length === undefined || length === '0')) return Promise.resolve(null);
    if (Number(length ?? 0) > apiLimits.bodyBytes) return Promise.reject(bodyTooLarge());
    return this.#collect(request);
  }

  #collect(request: IncomingMessage): Promise<Uint8Array> {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const settle = (done: () => void): void => {
      this.#bytes -= bytes;
      bytes = 0;
      request.off('data', onData);
      done();
    };
    const onData = (piece: Buffer): void => {
      pieces.push(piece);
      bytes += piece.length;
      this.#bytes += piece.length;
      if (bytes > apiLimits.bodyBytes) settle(() => reject(bodyTooLarge()));
      else if (this.#bytes > this.#bytesMax) settle(() => reject(tooMany(this.#bytesMax)));
    };
    request.on('data', onData);
    request.once('end', () => settle(() => resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces))));
    request.once('error', () => settle(() => reject(new Problem('unreadable', 'the body ended early'))));
    return promise;
  }
}

function tooMany(limit: number): Problem {
  const detail = `${limit} bytes of requests are being received, which is the most: try again in 1 s`;
  return new Problem('too-busy', detail, { limit }, { 'retry-after': '1' });
}
