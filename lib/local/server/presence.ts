import type { ServerResponse } from 'node:http';

/** Whether anybody still waits for an answer. The signal is made for those few that ask for it. */
export class Presence {
  readonly #response: ServerResponse;
  readonly #closing: AbortSignal;
  #signal: AbortSignal | null = null;

  /** @param closing aborts when the server is about to end. */
  constructor(response: ServerResponse, closing: AbortSignal) {
    this.#response = response;
    this.#closing = closing;
  }

  get signal(): AbortSignal {
    this.#signal ??= AbortSignal.any([this.#gone(), this.#closing]);
    return this.#signal;
  }

  #gone(): AbortSignal {
    const controller = new AbortController();
    if (this.#response.destroyed) controller.abort();
    else this.#response.once('close', () => controller.abort());
    return controller.signal;
  }
}
