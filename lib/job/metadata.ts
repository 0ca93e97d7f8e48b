import type { JsonObject } from '../model/json.ts';
import { METADATA_BYTES_MAX } from './limits.ts';

/**
 * Metadata as it survives JSON.
 *
 * @throws TypeError saying what is wrong with it.
 */
export function checkedMetadata(value: unknown): JsonObject {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new TypeError(`metadata must be a JSON object, not ${Array.isArray(value) ? 'a list' : `a ${typeof value}`}`);
  }
  const json = toJson(value);
  const bytes = Buffer.byteLength(json);
  if (bytes > METADATA_BYTES_MAX) {
    throw new TypeError(`metadata takes ${bytes} bytes as JSON; at most ${METADATA_BYTES_MAX} are kept`);
  }
  return JSON.parse(json) as JsonObject;
}

function toJson(value: object): string {
  try {
    const json = JSON.stringify(value);
    if (json.startsWith('{')) return json;
  } catch (error) {
    throw new TypeError(`metadata cannot be written as JSON: ${(error as Error).message}`, { cause: error });
  }
  throw new TypeError('metadata must be a JSON object');
}
