import { setTimeout as sleep } from 'node:timers/promises';
import { type Problem, refusedBy, unreachable } from './problem.ts';

/** Where a service answers, and what lets one in. The token is never printed. */
export interface Address {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string | null;
}

export type QueryValue = string | number | undefined | readonly string[];

export interface CallOptions {
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  /** How long to wait for the answer. */
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

type Method = 'GET' | 'POST' | 'DELETE';

const timeoutSecondsDefault = 30;
/** The queue is full: how often, and how long at most, a call waits for its turn. */
const busyTriesMax = 5;
const busySecondsMax = 10;

/**
 * Calls the HTTP API. Connections are kept and used again. A call whose connection was refused, so that it was
 * certainly not carried out, looks for the service anew and is made once more.
 */
export class Client {
  readonly #locate: () => Promise<Address>;
  #address: Promise<Address> | null = null;

  /** @param locate finds the service, also again after it went away. */
  constructor(locate: () => Promise<Address>) {
    this.#locate = locate;
  }

  /** @throws CliError for what is no success, or when nobody answers. */
  get<T>(path: string, query: CallOptions['query'] = {}, options: CallOptions = {}): Promise<T> {
    return this.#json<T>('GET', path, { ...options, query });
  }

  post<T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    return this.#json<T>('POST', path, { ...options, body });
  }

  delete<T>(path: string, options: CallOptions = {}): Promise<T> {
    return this.#json<T>('DELETE', path, options);
  }

  /** For answers that are text: with what their headers say. */
  async getText(path: string, query: CallOptions['query'] = {}, options: CallOptions = {}) {
    const response = await this.#patiently('GET', path, { ...options, query });
    if (!response.ok) throw refusedBy(problemOf(response, await readJson(response, options)));
    return { text: await read(() => response.text(), options), headers: response.headers };
  }

  async #json<T>(method: Method, path: string, options: CallOptions): Promise<T> {
    const response = await this.#patiently(method, path, options);
    const body = await readJson(response, options);
    if (!response.ok) throw refusedBy(problemOf(response, body));
    if (body === undefined) throw unreachable(`${response.url} did not answer with JSON: is it a landfall service?`);
    return body as T;
  }

  async #patiently(method: Method, path: string, options: CallOptions): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const response = await this.#send(method, path, options);
      if (response.status !== 429 || tries === busyTriesMax) return response;
      const seconds = Math.min(busySecondsMax, Number(response.headers.get('retry-after')) || 1);
      await response.body?.cancel();
      await sleep(seconds * 1000, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  }

  async #send(method: Method, path: string, options: CallOptions): Promise<Response> {
    try {
      return await this.#once(method, path, options);
    } catch (error) {
      if (!wasNotSent(error)) throw asUnreachable(error, options);
    }
    try {
      return await this.#once(method, path, options);
    } catch (error) {
      throw asUnreachable(error, options);
    }
  }

  async #once(method: Method, path: string, options: CallOptions): Promise<Response> {
    try {
      return await request(await this.#located(), method, path, options);
    } catch (error) {
      this.#address = null;
      throw error;
    }
  }

  #located(): Promise<Address> {
    this.#address ??= this.#locate();
    return this.#address;
  }
}

function request(address: Address, method: Method, path: string, options: CallOptions): Promise<Response> {
  const { query = {}, body, idempotencyKey, timeoutSeconds = timeoutSecondsDefault, signal } = options;
  const limit = AbortSignal.timeout(timeoutSeconds * 1000);
  return fetch(`${address.url}/api/v1${path}${search(query)}`, {
    method,
    headers: {
      accept: 'application/json',
      ...(address.token === null ? {} : { authorization: `Bearer ${address.token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    redirect: 'error',
  });
}

function search(query: NonNullable<CallOptions['query']>): string {
  const values = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) values.append(name, String(one));
  }
  return values.size === 0 ? '' : `?${values}`;
}

/** `undefined` where the answer is no JSON. */
async function readJson(response: Response, options: CallOptions): Promise<unknown> {
  const text = await read(() => response.text(), options);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function read<T>(reading: () => Promise<T>, options: CallOptions): Promise<T> {
  try {
    return await reading();
  } catch (error) {
    throw asUnreachable(error, options);
  }
}

function problemOf(response: Response, body: unknown): Problem & { status: number } {
  const { status } = response;
  const said = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {};
  const title = said.title ?? `HTTP ${status}`;
  const hint = status === 401 ? ' Its token is in the file that service.json names; see --token-file.' : '';
  return { ...said, type: said.type ?? 'about:blank', title, status, detail: `${said.detail ?? title}${hint}` };
}

const notSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

function wasNotSent(error: unknown): boolean {
  return notSent.has(codeOf(error));
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
  return typeof cause?.code === 'string' ? cause.code : '';
}

/** What the caller ended itself stays what it is. */
function asUnreachable(error: unknown, options: CallOptions): unknown {
  if (options.signal?.aborted) return error;
  if (!(error instanceof Error) || !(error.name === 'TimeoutError' || error instanceof TypeError)) return error;
  const seconds = options.timeoutSeconds ?? timeoutSecondsDefault;
  if (error.name === 'TimeoutError') return unreachable(`The service did not answer within ${seconds} s.`, error);
  const why = codeOf(error) || (error.cause instanceof Error ? error.cause.message : error.message);
  const unsure = options.body !== undefined && !wasNotSent(error) ? ' It may have been carried out: look first.' : '';
  return unreachable(`The service cannot be reached (${why}).${unsure}`, error);
}
