import type { Application } from './application.ts';
import { readBody } from './body.ts';
import { faultsOf } from './faults.ts';
import { idempotencyOf } from './idempotency.ts';
import type { ApiRequest } from './message.ts';
import { Problem } from './problems.ts';
import { readQuery } from './query.ts';
import { invalidQuery, invalidRequest } from './refusals.ts';
import type { Call, Route } from './route.ts';

/** Checks a request by its route's schemas, the whole of it before anything is done. @throws Problem naming all faults. */
export function readCall(application: Application, route: Route, params: Call['params'], request: ApiRequest): Call {
  return {
    application,
    params,
    request,
    query: queryOf(route, request),
    body: route.body === null ? undefined : checkedBody(route, request),
    idempotency: route.method === 'POST' ? idempotencyOf(request) : null,
  };
}

function queryOf({ query }: Route, request: ApiRequest): unknown {
  if (query !== null) return readQuery(query, request.query);
  if (request.query === '') return {};
  throw invalidQuery([{ parameter: request.query.slice(0, 100), detail: 'no parameters are taken here' }]);
}

function checkedBody({ body }: Route, request: ApiRequest): unknown {
  const value = readBody(request);
  const checked = body!.safeParse(value);
  if (checked.success) return checked.data;
  if (value === undefined) throw new Problem('unreadable', 'there is no body: a JSON object is expected');
  throw invalidRequest(faultsOf(checked.error.issues, value));
}
