import { addRoute, createRouter, findRoute } from 'rou3';
import { PARTITION_REF_BYTES_MAX, refFault } from '../model/ref.ts';
import { apiBase } from './base.ts';
import { Problem } from './problems.ts';
import { tooLarge } from './refusals.ts';
import type { Route } from './route.ts';

type ByMethod = Map<string, Route>;

export interface Matched {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the route of a request. @throws Problem 404 or 405; 422 for a partition ref that is too long. */
export function createMatcher(routes: readonly Route[]): (method: string, path: string) => Matched {
  const router = createRouter<ByMethod>();
  const paths = new Map<string, ByMethod>();
  for (const route of routes) {
    const known = paths.get(route.path);
    if (known !== undefined) {
      known.set(route.method, route);
      continue;
    }
    const byMethod: ByMethod = new Map([[route.method, route]]);
    paths.set(route.path, byMethod);
    addRoute(router, '', `${apiBase}${pathOf(route)}`, byMethod);
  }
  return (method, path) => {
    const found = path.endsWith('/') ? undefined : findRoute(router, '', path);
    if (found === undefined) throw new Problem('not-found', 'the API has no such path');
    const route = found.data.get(method === 'HEAD' ? 'GET' : method);
    if (route === undefined) throw wrongMethod(found.data);
    return { route, params: checkedParams(found.params ?? {}) };
  };
}

function pathOf({ path }: Route): string {
  return path.replace(/\{(\w+)\+\}/, '**:$1').replace(/\{(\w+)\}/, ':$1');
}

function wrongMethod(byMethod: ByMethod): Problem {
  const methods = [...byMethod.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const allow = methods.join(', ');
  return new Problem('method-not-allowed', `this path takes ${allow}`, {}, { allow });
}

function checkedParams(params: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(params).map(([name, raw]) => {
      const value = decoded(raw);
      if (name === 'partitionRef') checkRef(value);
      else checkId(value);
      return [name, value];
    }),
  );
}

function decoded(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    throw new Problem('unreadable', 'the path has a percent sign that encodes no UTF-8 character');
  }
}

function checkRef(ref: string): void {
  const fault = refFault(ref);
  if (fault === null) return;
  if (ref.length > PARTITION_REF_BYTES_MAX) throw tooLarge('', `the partition ref ${fault}`, PARTITION_REF_BYTES_MAX);
  throw new Problem('not-found', `there is no such partition: the ref ${fault}`);
}

/** Ids are made of these; a derived want's has its partition's ref in it, with `~` for the slash. */
const idShape = /^[A-Za-z0-9._=~-]{1,640}$/;

function checkId(id: string): void {
  if (!idShape.test(id) || id === '.' || id === '..') throw new Problem('not-found', 'no id looks like this one');
}
