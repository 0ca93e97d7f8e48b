import type * as z from 'zod';
import { faultsOf } from './faults.ts';
import { takesSeveral } from './fields.ts';
import { Problem, type ProblemFault } from './problems.ts';
import { invalidQuery } from './refusals.ts';

/**
 * Reads a query by its schema.
 *
 * @throws Problem 400 naming every parameter that is unknown, given twice, or has a bad value.
 */
export function readQuery(schema: z.ZodObject, raw: string): unknown {
  const given = pairs(raw);
  const values: Record<string, unknown> = {};
  const faults: ProblemFault[] = [];
  for (const [name, texts] of given) {
    const field = Object.hasOwn(schema.shape, name) ? (schema.shape[name] as z.ZodType) : undefined;
    if (field === undefined) faults.push(unknownParameter(schema, name));
    else if (takesSeveral(field)) values[name] = texts.flatMap((text) => text.split(','));
    else if (texts.length > 1) faults.push({ parameter: name, detail: `${name} is given more than once` });
    else values[name] = texts[0];
  }
  const checked = schema.safeParse(values);
  if (!checked.success) faults.push(...faultsOf(checked.error.issues, values).map(ofParameter));
  if (faults.length > 0) throw invalidQuery(faults);
  return checked.data;
}

function unknownParameter(schema: z.ZodObject, name: string): ProblemFault {
  const known = Object.keys(schema.shape);
  const taken = known.length === 0 ? 'none is taken' : `${known.join(', ')} are taken`;
  const shown = name.slice(0, 100);
  return { parameter: shown, detail: `${JSON.stringify(shown)} is not a parameter here: ${taken}` };
}

function ofParameter({ pointer, detail }: { readonly pointer: string; readonly detail: string }): ProblemFault {
  return { parameter: pointer.split('/')[1] ?? '', detail };
}

function pairs(raw: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const pair of raw.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decoded(at < 0 ? pair : pair.slice(0, at));
    const value = at < 0 ? '' : decoded(pair.slice(at + 1));
    const values = found.get(name);
    if (values === undefined) found.set(name, [value]);
    else values.push(value);
  }
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new Problem('unreadable', 'the query has a percent sign that encodes no UTF-8 character');
  }
}
