import type { JsonObject } from '../model/json.ts';
import type { ApiResponse } from './message.ts';

/** Every kind of problem that an answer can be about. The name is the end of its stable `type`. */
export const problemKinds = {
  unreadable: { status: 400, title: 'The request cannot be read' },
  'invalid-query': { status: 400, title: 'The query has a parameter or value that is not taken here' },
  'invalid-cursor': { status: 400, title: 'The cursor is not one that was given out here' },
  unauthorized: { status: 401, title: 'Nobody is named by the request' },
  forbidden: { status: 403, title: 'Not allowed' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'The method is not taken here' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time' },
  conflict: { status: 409, title: 'The present state does not allow it' },
  'cursor-gone': { status: 410, title: 'The cursor is of an earlier generation' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is not of a kind that is taken' },
  'foreign-host': { status: 421, title: 'The request is for another host' },
  'invalid-request': { status: 422, title: 'The request is understood and refused' },
  'too-busy': { status: 429, title: 'Too much is in work at the moment' },
  'headers-too-large': { status: 431, title: 'The header is too large' },
  internal: { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: 'The log cannot be reached at the moment' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemKind = keyof typeof problemKinds;

/** What is wrong with one part of a request: a place in its body by JSON pointer, or a parameter of its query. */
export type ProblemFault = {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
  /** The limit that was passed. */
  readonly limit?: number;
};

/** Thrown anywhere below a route: becomes the answer. */
export class Problem extends Error {
  readonly kind: ProblemKind;
  /** Members beside the standard ones. */
  readonly members: JsonObject;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    kind: ProblemKind,
    detail: string,
    members: JsonObject = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.kind = kind;
    this.members = members;
    this.headers = headers;
  }
}

/** The `type` of a problem; never changes once released. */
export function problemType(kind: ProblemKind): string {
  return `urn:landfall:problem:${kind}`;
}

/** Problem details after RFC 9457. */
export function problemResponse({ kind, message, members, headers }: Problem): ApiResponse {
  const { status, title } = problemKinds[kind];
  const document = { type: problemType(kind), title, status, detail: message, ...members };
  return {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(document),
  };
}
