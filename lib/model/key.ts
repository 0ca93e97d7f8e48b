import { type TimeUnit, timeOrdinal, timeText } from './calendar.ts';
import { segmentFault } from './ref.ts';

/** What the values of a key look like. Each value has one form only, so equal values are equal strings. */
export type KeyType =
  | { readonly kind: 'time'; readonly unit: TimeUnit }
  /** `0`, `17`, `-3`: at most 15 digits, no leading zero. */
  | { readonly kind: 'integer' }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  /** Any text that may be a segment of a ref. */
  | { readonly kind: 'string' };

export const KEY_TYPE_NAMES = 'day, hour, month, year, integer, string and enum(a|b)';

/** Exact in a double, and a small automaton for the overlap decision. */
export const INTEGER_DIGITS_MAX = 15;

const SIMPLE: ReadonlyMap<string, KeyType> = new Map<string, KeyType>([
  ['hour', { kind: 'time', unit: 'hour' }],
  ['day', { kind: 'time', unit: 'day' }],
  ['month', { kind: 'time', unit: 'month' }],
  ['year', { kind: 'time', unit: 'year' }],
  ['integer', { kind: 'integer' }],
  ['string', { kind: 'string' }],
]);

/** Reads `day`, `enum(a|b)` and so on; `null` where it is none. */
export function parseKeyType(text: string): KeyType | null {
  if (!text.startsWith('enum(') || !text.endsWith(')')) return SIMPLE.get(text) ?? null;
  const values = text.slice(5, -1).split('|');
  const good = values.every((value) => segmentFault(value) === null) && new Set(values).size === values.length;
  return good ? { kind: 'enum', values } : null;
}

/** As it stands in a pattern. */
export function keyTypeText(type: KeyType): string {
  switch (type.kind) {
    case 'time':
      return type.unit;
    case 'enum':
      return `enum(${type.values.join('|')})`;
    default:
      return type.kind;
  }
}

export function isKeyValue(type: KeyType, text: string): boolean {
  switch (type.kind) {
    case 'time':
      return timeOrdinal(type.unit, text) !== null;
    case 'integer':
      return integerOf(text) !== null;
    case 'enum':
      return type.values.includes(text);
    case 'string':
      return segmentFault(text) === null;
  }
}

/** Where a value stands in the order of its type: time and integers have one; `null` for others and for no value. */
export function keyOrdinal(type: KeyType, text: string): number | null {
  if (type.kind === 'time') return timeOrdinal(type.unit, text);
  return type.kind === 'integer' ? integerOf(text) : null;
}

/** The inverse of {@link keyOrdinal}; `null` outside the type's range. */
export function keyAt(type: KeyType, ordinal: number): string | null {
  if (type.kind === 'time') return timeText(type.unit, ordinal);
  const text = String(ordinal);
  return type.kind === 'integer' && integerOf(text) !== null ? text : null;
}

/** The value `by` places later (earlier where negative); `null` where the type has no order or ends before. */
export function shiftKey(type: KeyType, text: string, by: number): string | null {
  const ordinal = keyOrdinal(type, text);
  return ordinal === null ? null : keyAt(type, ordinal + by);
}

/** All values from `first` to `last`, both included, in order; empty where they are no values in order. */
export function* keyRange(type: KeyType, first: string, last: string): Generator<string> {
  const from = keyOrdinal(type, first);
  const to = keyOrdinal(type, last);
  if (from === null || to === null) return;
  for (let ordinal = from; ordinal <= to; ordinal++) yield keyAt(type, ordinal)!;
}

/** Whether every value of `inner` is one of `outer`, as far as a mapping may use it: equal, or an enum's part. */
export function isWithinType(inner: KeyType, outer: KeyType): boolean {
  if (inner.kind === 'enum' && outer.kind === 'enum')
    return inner.values.every((value) => outer.values.includes(value));
  return keyTypeText(inner) === keyTypeText(outer);
}

function integerOf(text: string): number | null {
  const negative = text.charCodeAt(0) === 45;
  const digits = text.length - (negative ? 1 : 0);
  if (digits < 1 || digits > INTEGER_DIGITS_MAX) return null;
  for (let at = negative ? 1 : 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) return null;
  }
  const value = Number(text);
  return String(value) === text && !Object.is(value, -0) ? value : null;
}
