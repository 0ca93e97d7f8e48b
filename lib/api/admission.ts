import type { ApiRequest, ApiResponse } from './message.ts';
import { Problem } from './problems.ts';

const retryAfterSeconds = 1;

/** Lets at most so many in at once; the others are told to come again, before anything of theirs is done. */
export class Gate {
  readonly #max: number;
  #inside = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** @throws Problem 429 when it is full. */
  enter(): void {
    if (this.#inside < this.#max) {
      this.#inside += 1;
      return;
    }
    const detail = `${this.#max} requests are in work, which is the most: try again in ${retryAfterSeconds} s`;
    throw new Problem('too-busy', detail, { limit: this.#max }, { 'retry-after': `${retryAfterSeconds}` });
  }

  leave(): void {
    this.#inside -= 1;
  }
}

/** Does the work inside the gate; an answer that is a stream is inside until the stream has ended. */
export async function through(
  gate: Gate,
  request: Pick<ApiRequest, 'signal'>,
  work: () => Promise<ApiResponse>,
): Promise<ApiResponse> {
  gate.enter();
  let isStream = false;
  try {
    const response = await work();
    const { body } = response;
    if (body === null || typeof body === 'string') return response;
    isStream = true;
    return { ...response, body: leavingAfter(gate, request.signal, body) };
  } finally {
    if (!isStream) gate.leave();
  }
}

/** A stream that nobody ever reads leaves when its request is given up. */
function leavingAfter(gate: Gate, signal: AbortSignal, pieces: AsyncIterable<string>): AsyncIterable<string> {
  let isInside = true;
  const leave = () => {
    if (isInside) gate.leave();
    isInside = false;
  };
  signal.addEventListener('abort', leave, { once: true });
  return (async function* () {
    try {
      yield* pieces;
    } finally {
      signal.removeEventListener('abort', leave);
      leave();
    }
  })();
}
