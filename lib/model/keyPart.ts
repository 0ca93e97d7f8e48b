import type { Keys } from './graph.ts';
import { isKeyValue } from './key.ts';
import { type Pattern, type PatternKey, renderPattern } from './pattern.ts';

/**
 * A *key part* is the key values joined by `/` in a pattern's order, such as `2012-01` or `us/2012-01`; without keys it
 * is empty. With the pattern it says the same as the ref, in fewer bytes.
 */
export function keyPart(keys: Keys, pattern: { readonly keys: readonly PatternKey[] }): string {
  let part = '';
  for (const { name } of pattern.keys) part = part === '' ? keys[name]! : `${part}/${keys[name]}`;
  return part;
}

/** The inverse of {@link keyPart}; `null` where the part does not fit the keys. */
export function keysOfPart(part: string, pattern: { readonly keys: readonly PatternKey[] }): Keys | null {
  const values = part === '' ? [] : part.split('/');
  if (values.length !== pattern.keys.length) return null;
  const keys: Record<string, string> = {};
  for (const [index, key] of pattern.keys.entries()) {
    const value = values[index]!;
    if (!isKeyValue(key.type, value)) return null;
    keys[key.name] = value;
  }
  return keys;
}

/** The ref that a pattern has at a key part; `null` where the part does not fit. */
export function refOfKeyPart(part: string, pattern: Pattern): string | null {
  const keys = keysOfPart(part, pattern);
  return keys === null ? null : renderPattern(pattern, keys);
}
