import { refFault } from '../model/ref.ts';
import type { Application } from './application.ts';
import { readBody } from './body.ts';
import { faultsOf } from './faults.ts';
import { idempotencyOf } from './idempotency.ts';
import { apiLimits } from './limits.ts';
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
    body: route.body === null ? undefined : checkedBody(application, route, request),
    idempotency: route.method === 'POST' ? idempotencyOf(request) : null,
  };
}

function queryOf({ query }: Route, request: ApiRequest): unknown {
  if (query !== null) return readQuery(query, request.query);
  if (request.query === '') return {};
  throw invalidQuery([{ parameter: request.query.slice(0, 100), detail: 'no parameters are taken here' }]);
}

function checkedBody(application: Application, { body, refFields = [] }: Route, request: ApiRequest): unknown {
  const value = readBody(request);
  const checked = body!.safeParse(value);
  if (checked.success) return checked.data;
  if (value === undefined) throw new Problem('unreadable', 'there is no body: a JSON object is expected');
  const unknown = refsIn(value, refFields).flatMap(({ ref, pointer }) => application.refFault(ref, pointer));
  throw invalidRequest([...faultsOf(checked.error.issues, value), ...unknown]);
}

interface PlacedRef {
  readonly ref: string;
  readonly pointer: string;
}

/** The well-formed refs of a body that is refused for something else. */
function refsIn(value: unknown, fields: readonly string[]): readonly PlacedRef[] {
  const body = (value ?? {}) as Readonly<Record<string, unknown>>;
  return fields.flatMap((field) => {
    const found = body[field];
    const refs = Array.isArray(found)
      ? found.slice(0, apiLimits.faults).map((ref: unknown, at) => ({ ref, pointer: `/${field}/${at}` }))
      : [{ ref: found, pointer: `/${field}` }];
    return refs.filter((one): one is PlacedRef => typeof one.ref === 'string' && refFault(one.ref) === null);
  });
}
