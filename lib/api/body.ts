import { shapeFault } from './jsonShape.ts';
import { apiLimits } from './limits.ts';
import type { ApiRequest } from './message.ts';
import { Problem } from './problems.ts';
import { tooLarge } from './refusals.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });
const jsonType = /^application\/json[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?$/i;

/** The JSON value of a request's body; `undefined` where there is none. @throws Problem 400, 413, 415 or 422. */
export function readBody({ body, headers }: Pick<ApiRequest, 'body' | 'headers'>): unknown {
  if (body === null || body.length === 0) return undefined;
  if (body.length > apiLimits.bodyBytes) throw bodyTooLarge();
  checkType(headers);
  const text = decoded(body);
  const value = parsed(text);
  checkShape(text);
  return value;
}

export function bodyTooLarge(): Problem {
  const detail = `a body may have at most ${apiLimits.bodyBytes} bytes`;
  return new Problem('body-too-large', detail, { limit: apiLimits.bodyBytes });
}

function checkType(headers: ApiRequest['headers']): void {
  const type = headers['content-type'];
  const encoding = headers['content-encoding'] ?? 'identity';
  if (type !== undefined && jsonType.test(type) && encoding === 'identity') return;
  const detail =
    type === undefined
      ? 'the body has no Content-Type: application/json is taken'
      : `only application/json in UTF-8, not compressed, is taken; this is ${type}, ${encoding}`;
  throw new Problem('unsupported-media-type', detail, {}, { accept: 'application/json' });
}

function decoded(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new Problem('unreadable', 'the body is not UTF-8');
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem('unreadable', `the body is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
}

function checkShape(text: string): void {
  const fault = shapeFault(text, apiLimits.jsonDepth);
  if (fault === null) return;
  if (fault.kind === 'tooDeep') {
    throw tooLarge('', `the body is nested more than ${apiLimits.jsonDepth} levels deep`, apiLimits.jsonDepth);
  }
  throw new Problem('unreadable', `the field ${JSON.stringify(fault.field.slice(0, 100))} stands twice in one object`);
}
