import type * as z from 'zod';
import type { Application } from './application.ts';
import type { ApiRequest, ApiResponse } from './message.ts';

export type Method = 'GET' | 'POST' | 'DELETE';

/** One checked request, as a handler gets it. */
export interface Call<Query = unknown, Body = unknown> {
  readonly application: Application;
  /** Of the path, decoded: ids are such as landfall gives out, refs are well-formed. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly request: ApiRequest;
  /** Caller and `Idempotency-Key`; `null` where none was sent. */
  readonly idempotency: { readonly caller: string; readonly key: string } | null;
}

/** What a good answer looks like, for the OpenAPI document. */
export interface Success {
  readonly status: 200 | 201;
  readonly description: string;
  readonly contentType?: string;
  readonly schema?: z.ZodType;
  /** Name and meaning of headers beside the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

interface RouteFacts {
  readonly method: Method;
  /** Below the base path, with `{name}` for a segment and `{name+}` for all that is left. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly success: Success;
  /**
   * Of a POST: `remembered` answers are kept and given again for the same `Idempotency-Key`; `ownId` does the same thing
   * again by an id that is made from the key.
   */
  readonly idempotency?: 'remembered' | 'ownId';
  /** The fields of the body that hold partition refs, which are looked up also where another field is refused. */
  readonly refFields?: readonly string[];
  /** Counts as one that waits for events rather than as one in work, or is always let in. */
  readonly admission?: 'feed' | 'always';
}

/** One call of the API. */
export interface Route extends RouteFacts {
  readonly query: z.ZodObject | null;
  readonly body: z.ZodType | null;
  handle(call: Call): Promise<ApiResponse>;
}

interface RouteSpec<Q extends z.ZodObject, B extends z.ZodType> extends RouteFacts {
  readonly query?: Q;
  readonly body?: B;
  handle(call: Call<z.output<Q>, z.output<B>>): Promise<ApiResponse>;
}

/** A route whose handler gets what its schemas make of the request. */
export function route<Q extends z.ZodObject, B extends z.ZodType>(spec: RouteSpec<Q, B>): Route {
  return { ...spec, query: spec.query ?? null, body: spec.body ?? null };
}
