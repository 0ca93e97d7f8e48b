import type { Keys } from './graph.ts';
import { isKeyValue, KEY_TYPE_NAMES, type KeyType, parseKeyType } from './key.ts';
import { isRefCharacter, PARTITION_REF_BYTES_MAX, segmentFault } from './ref.ts';

export interface PatternKey {
  readonly name: string;
  readonly type: KeyType;
}

/** A literal, or one key between a literal prefix and suffix, such as `dt={date:day}`. */
export type PatternSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'key'; readonly prefix: string; readonly key: PatternKey; readonly suffix: string };

/** `weather/daily/{date:day}`, taken apart. A key stands within one segment, and a segment has at most one key. */
export interface Pattern {
  readonly text: string;
  readonly segments: readonly PatternSegment[];
  /** In the order of the pattern; names are unique. */
  readonly keys: readonly PatternKey[];
}

/** What is wrong with a pattern, and what to write instead. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

const KEY_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** Throws {@link PatternError}. */
export function parsePattern(text: string): Pattern {
  if (text.length > PARTITION_REF_BYTES_MAX) {
    throw new PatternError(`The pattern is longer than ${PARTITION_REF_BYTES_MAX} bytes.`, 'Shorten it.');
  }
  const segments = text.split('/').map((segment) => parseSegment(text, segment));
  const keys = segments.flatMap((segment) => (segment.kind === 'key' ? [segment.key] : []));
  for (const [index, key] of keys.entries()) {
    if (keys.findIndex((other) => other.name === key.name) < index) {
      throw new PatternError(`The pattern ${text} has two keys named "${key.name}".`, 'Give each key its own name.');
    }
  }
  return { text, segments, keys };
}

function parseSegment(text: string, segment: string): PatternSegment {
  const open = segment.indexOf('{');
  if (open < 0) return literalSegment(text, segment);
  const close = segment.indexOf('}', open);
  const prefix = segment.slice(0, open);
  const suffix = segment.slice(close + 1);
  if (close < 0 || !isLiteral(prefix) || !isLiteral(suffix)) {
    throw new PatternError(
      `The pattern ${text} has the segment "${segment}", which is not one key between plain characters.`,
      'Write at most one {name:type} per segment, with letters, digits and . _ = - around it.',
    );
  }
  return { kind: 'key', prefix, key: parseKey(text, segment.slice(open + 1, close)), suffix };
}

function literalSegment(text: string, segment: string): PatternSegment {
  const fault = segmentFault(segment);
  if (fault === null) return { kind: 'literal', text: segment };
  throw new PatternError(
    `The pattern ${text} ${fault}.`,
    'Write segments of letters, digits and . _ = - joined by single slashes, with keys as {name:type}.',
  );
}

function isLiteral(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (!isRefCharacter(text.charCodeAt(at))) return false;
  return true;
}

function parseKey(text: string, key: string): PatternKey {
  const colon = key.indexOf(':');
  const name = colon < 0 ? key : key.slice(0, colon);
  const type = colon < 0 ? null : parseKeyType(key.slice(colon + 1));
  if (!KEY_NAME.test(name)) {
    throw new PatternError(
      `The pattern ${text} has a key named "${name}".`,
      'Begin a key name with a letter and go on with at most 63 letters, digits or underscores.',
    );
  }
  if (type !== null) return { name, type };
  throw new PatternError(
    colon < 0
      ? `The pattern ${text} gives the key "${name}" no type.`
      : `The pattern ${text} gives the key "${name}" the type "${key.slice(colon + 1)}", which does not exist.`,
    `Write {${name}:day} or another type: ${KEY_TYPE_NAMES}.`,
  );
}

/** The value of a segment's key in a ref's segment; `null` where it does not match. Linear in the text. */
export function segmentValue(segment: PatternSegment & { kind: 'key' }, text: string): string | null {
  const { prefix, suffix } = segment;
  if (!text.startsWith(prefix) || !text.endsWith(suffix)) return null;
  // Where prefix and suffix share characters, nothing is left in between, which is no value.
  const value = text.slice(prefix.length, text.length - suffix.length);
  return isKeyValue(segment.key.type, value) ? value : null;
}

/** The keys of a ref that the pattern takes, in the pattern's order; `null` for any other text. Linear in the text. */
export function matchPattern(pattern: Pattern, partitionRef: string): Keys | null {
  if (partitionRef.length > PARTITION_REF_BYTES_MAX) return null;
  const texts = partitionRef.split('/');
  if (texts.length !== pattern.segments.length) return null;
  const keys: Record<string, string> = {};
  for (const [index, segment] of pattern.segments.entries()) {
    const text = texts[index]!;
    if (segment.kind === 'literal') {
      if (segment.text !== text) return null;
      continue;
    }
    const value = segmentValue(segment, text);
    if (value === null) return null;
    keys[segment.key.name] = value;
  }
  return keys;
}

/** The ref at these keys, others than the pattern's ignored; `null` where a key is absent or no value of its type. */
export function renderPattern(pattern: Pattern, keys: Keys): string | null {
  let partitionRef = '';
  for (const segment of pattern.segments) {
    if (partitionRef !== '') partitionRef += '/';
    if (segment.kind === 'literal') {
      partitionRef += segment.text;
      continue;
    }
    const value = keys[segment.key.name];
    if (value === undefined || !isKeyValue(segment.key.type, value)) return null;
    partitionRef += segment.prefix + value + segment.suffix;
  }
  return partitionRef.length > PARTITION_REF_BYTES_MAX ? null : partitionRef;
}
