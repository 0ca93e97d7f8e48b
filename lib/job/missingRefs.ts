import { MISSING_REFS_MAX, REF_BYTES_MAX } from './limits.ts';

/**
 * The refs that a run names as missing, each once. Whether they make sense for this graph is the engine's to judge.
 *
 * @throws TypeError where it is no list of 1 to 1,000 strings of at most 512 bytes.
 */
export function checkedMissingRefs(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) throw new TypeError('missing needs a list of at least one ref');
  const refs = [...new Set<unknown>(value)];
  if (refs.length > MISSING_REFS_MAX) {
    throw new TypeError(`${refs.length} refs were named as missing; at most ${MISSING_REFS_MAX} can be`);
  }
  if (!refs.every(isRefSized)) throw new TypeError(`missing takes refs: strings of 1 to ${REF_BYTES_MAX} bytes`);
  return refs;
}

function isRefSized(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= REF_BYTES_MAX;
}
