import { randomUUID } from 'node:crypto';
import type { Json } from '../model/json.ts';

/** A request as any transport hands it in, after it has made sure who calls. */
export interface ApiRequest {
  readonly method: string;
  /** As it was sent, still percent-encoded, without the query; begins with a slash. */
  readonly path: string;
  /** As it was sent, without the question mark. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** `null` where none was sent. */
  readonly body: Uint8Array | null;
  /** Who calls, in a form that stays the same from request to request. */
  readonly caller: string;
  /** Aborts when nobody waits for the answer any more, or the service is about to end. Ends waiting, never work. */
  readonly signal: AbortSignal;
}

/** An error that nobody foresaw, for the service's log: the caller gets its id alone. */
export interface ApiFault {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly error: unknown;
}

export interface ApiResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** A stream of pieces is sent piece by piece, each as soon as it is there. */
  readonly body: string | AsyncIterable<string> | null;
  /** What the transport is to log; never sent. */
  readonly fault?: ApiFault;
}

/** An answer whose body is one JSON value. */
export function json(status: number, value: Json, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

export function text(contentType: string, body: string, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return { status: 200, headers: { 'content-type': contentType, ...headers }, body };
}

export function faultOf({ method, path }: Pick<ApiRequest, 'method' | 'path'>, error: unknown): ApiFault {
  return { id: randomUUID(), method, path, error };
}
