import { hash } from 'node:crypto';
import type { JsonObject } from '../model/json.ts';
import type { Application } from './application.ts';
import { apiLimits } from './limits.ts';
import { type ApiRequest, type ApiResponse, faultOf, json } from './message.ts';
import { Problem } from './problems.ts';
import { invalidRequest } from './refusals.ts';
import type { Call } from './route.ts';

/** The caller and key of a request; `null` where it has no key. @throws Problem 400 for a key that cannot be kept. */
export function idempotencyOf({ headers, caller }: ApiRequest): Call['idempotency'] {
  const key = headers['idempotency-key'];
  if (key === undefined) return null;
  if (/^[\x20-\x7e]+$/.test(key) && key.length <= apiLimits.idempotencyKeyChars) return { caller, key };
  const limit = apiLimits.idempotencyKeyChars;
  throw new Problem('unreadable', `an Idempotency-Key has 1 to ${limit} printable ASCII characters`, { limit });
}

interface Running {
  readonly requestHash: string;
  /** `null` where the answer was not one to remember. */
  readonly answer: Promise<ApiResponse | null>;
}

/**
 * Gives the remembered answer to a request that was answered with success before. Of several at once with one key one is
 * executed, and the others wait for its answer; had it no success, the next of them is executed.
 */
export class Answers {
  readonly #application: Application;
  readonly #running = new Map<string, Running>();

  constructor(application: Application) {
    this.#application = application;
  }

  /** @throws Problem 422 where the key was used for another request. */
  async once(call: Call, execute: () => Promise<ApiResponse>): Promise<ApiResponse> {
    const { idempotency, request, body } = call;
    if (idempotency === null) return execute();
    const name = JSON.stringify([idempotency.caller, idempotency.key]);
    const requestHash = hash('sha256', `${request.method} ${request.path} ${JSON.stringify(body)}`, 'base64url');
    for (let running = this.#running.get(name); running !== undefined; running = this.#running.get(name)) {
      checkSame(running.requestHash, requestHash);
      const answer = await running.answer;
      if (answer !== null) return answer;
    }
    const response = this.#rememberedOrNew(call, idempotency, requestHash, execute);
    const answer = response.then(isSuccess, () => null);
    this.#running.set(name, { requestHash, answer });
    try {
      return await response;
    } finally {
      this.#running.delete(name);
    }
  }

  async #rememberedOrNew(
    call: Call,
    { caller, key }: NonNullable<Call['idempotency']>,
    requestHash: string,
    execute: () => Promise<ApiResponse>,
  ): Promise<ApiResponse> {
    const remembered = await this.#application.rememberedAnswer(caller, key);
    if (remembered !== null) {
      checkSame(remembered.requestHash, requestHash);
      return json(remembered.status, remembered.body);
    }
    const response = await execute();
    if (isSuccess(response) === null) return response;
    const answer = { requestHash, status: response.status, body: JSON.parse(response.body as string) as JsonObject };
    try {
      await this.#application.rememberAnswer(caller, key, answer);
      return response;
    } catch (error) {
      // What was done is answered truly also where the answer cannot be kept.
      return { ...response, fault: faultOf(call.request, error) };
    }
  }
}

function isSuccess(response: ApiResponse): ApiResponse | null {
  return response.status >= 200 && response.status < 300 ? response : null;
}

function checkSame(known: string, requestHash: string): void {
  if (known === requestHash) return;
  const detail = 'the Idempotency-Key was used for another request: use a new one';
  throw invalidRequest([{ pointer: '', detail }]);
}
