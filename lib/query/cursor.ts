import { CursorGone, CursorInvalid } from '../log/errors.ts';
import type { Query } from './context.ts';

/** Where a walk over a list goes on: which part of the list, and after which key. */
export interface ListCursor {
  readonly part: number;
  readonly afterKey: string | null;
}

const start: ListCursor = { part: 0, afterKey: null };

/** @throws CursorInvalid for what is no cursor of this list, CursorGone for one of another data folder. */
export function readCursor(query: Pick<Query, 'generation'>, list: string, cursor: string | undefined): ListCursor {
  if (cursor === undefined) return start;
  const parsed = parse(cursor);
  if (parsed === null || parsed[1] !== list) throw new CursorInvalid();
  if (parsed[0] !== query.generation) throw new CursorGone(writeCursor(query, list, start));
  return { part: parsed[2], afterKey: parsed[3] };
}

export function writeCursor(query: Pick<Query, 'generation'>, list: string, cursor: ListCursor): string {
  const fields = [query.generation, list, cursor.part, cursor.afterKey];
  return Buffer.from(JSON.stringify(fields)).toString('base64url');
}

function parse(cursor: string): readonly [string, string, number, string | null] | null {
  try {
    const fields: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!Array.isArray(fields) || fields.length !== 4) return null;
    const [generation, list, part, afterKey] = fields;
    const right =
      typeof generation === 'string' &&
      typeof list === 'string' &&
      Number.isSafeInteger(part) &&
      part >= 0 &&
      (afterKey === null || typeof afterKey === 'string');
    return right ? [generation, list, part, afterKey] : null;
  } catch {
    return null;
  }
}
