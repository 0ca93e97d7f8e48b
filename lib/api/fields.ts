import * as z from 'zod';
import { reportLimits } from '../engine/externalCommands.ts';
import { PARTITION_REF_BYTES_MAX, refFault } from '../model/ref.ts';
import { apiLimits } from './limits.ts';

const utf8Bytes = (text: string): number => Buffer.byteLength(text);

/** Text that can be stored and given back unchanged, measured in the bytes that it takes. */
export function storedText(bytesMax: number) {
  return z
    .string()
    .min(1)
    .refine((text) => text.isWellFormed(), { error: 'has half of a surrogate pair, which is no character' })
    .refine((text) => utf8Bytes(text) <= bytesMax, {
      error: `takes more than ${bytesMax} bytes`,
      params: { limit: bytesMax },
    })
    .meta({ maxLength: bytesMax });
}

/** {@link storedText} in one line: names, places. */
export function storedLine(bytesMax: number) {
  return storedText(bytesMax).refine((text) => !/\p{Cc}/u.test(text), { error: 'has a control character' });
}

export const partitionRef = z
  .string()
  .check(({ value, issues }) => {
    const fault = refFault(value);
    if (fault === null) return;
    const params = value.length > PARTITION_REF_BYTES_MAX ? { limit: PARTITION_REF_BYTES_MAX } : {};
    issues.push({ code: 'custom', message: fault, input: value, params });
  })
  .meta({
    description: 'Segments of `[A-Za-z0-9._=-]+` joined by `/`, none empty, `.` or `..`.',
    maxLength: PARTITION_REF_BYTES_MAX,
    examples: ['weather/daily/2012-01-31'],
  });

/** A ref, or a glob of them. */
export const refGlob = z
  .string()
  .regex(/^[A-Za-z0-9._=*/-]+$/, 'is not a ref or a glob: letters, digits and . _ = - / * are allowed')
  .max(PARTITION_REF_BYTES_MAX)
  .meta({ description: 'A ref, or a glob: `*` within a segment, `**` across segments.' });

/** zod looks at the length before the items: a million bad items are one fault. */
export function list<T extends z.ZodType>(item: T, itemsMax: number) {
  return z.array(item).min(1).max(itemsMax);
}

/** Unlike `z.int()`, a fraction does not keep the checks of the whole object from being made. */
export function whole(min: number, max: number) {
  return z
    .number()
    .refine(Number.isInteger, { error: 'must be a whole number' })
    .min(min)
    .max(max)
    .meta({ type: 'integer' });
}

/** Where each value stands that stood before. */
export function repeated(values: readonly string[]): readonly number[] {
  const seen = new Set<string>();
  return values.flatMap((value, at) => (seen.size === seen.add(value).size ? [at] : []));
}

const firstMoment = Date.parse('0001-01-01T00:00:00Z');
/** A deadline after it still has a year of four digits. */
const lastMoment = Date.parse('9990-01-01T00:00:00Z');

/** RFC 3339 with a zone, read as milliseconds. */
export const moment = z.iso
  .datetime({ offset: true, error: 'must be a moment with its zone, such as 2012-01-31T05:00:00Z' })
  .max(64)
  .transform((written) => Date.parse(written))
  .refine((ms) => ms >= firstMoment && ms <= lastMoment, { error: 'lies outside the years 1 to 9989' })
  .meta({ description: 'ISO 8601 with its zone; read as UTC.' });

export const graphName = storedLine(apiLimits.graphNameChars);
export const location = storedLine(reportLimits.locationBytes);

/** A whole number as the decimal digits of a query. */
export function count(min: number, max: number) {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value),
    z.int({ error: 'must be a whole number' }).min(min).max(max),
  );
}

const severalValues = new WeakSet<z.ZodType>();

/** A query parameter that may be given several times, or once with commas. */
export function several<T extends z.ZodType>(item: T) {
  const values = z.array(item).min(1).max(50);
  severalValues.add(values);
  return values.optional();
}

export function takesSeveral(schema: z.ZodType): boolean {
  return schema instanceof z.ZodOptional && severalValues.has(schema.unwrap() as z.ZodType);
}

/** The parameters of every list. */
export const paging = {
  limit: count(1, apiLimits.pageItems).default(apiLimits.pageItemsDefault).describe('Items of a page.'),
  cursor: z.string().min(1).max(apiLimits.cursorChars).optional().describe('`nextCursor` of the page before.'),
};
