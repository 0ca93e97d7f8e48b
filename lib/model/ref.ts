/** The longest partition ref, in bytes; refs are ASCII, so also in characters. */
export const PARTITION_REF_BYTES_MAX = 512;

/**
 * What is wrong with a partition ref, as the end of a sentence that begins with the ref; `null` for a good one: segments
 * of `[A-Za-z0-9._=-]+` joined by `/`, none empty, `.` or `..`, at most 512 bytes. Takes time linear in the text.
 */
export function refFault(text: string): string | null {
  if (text.length > PARTITION_REF_BYTES_MAX) return `is longer than ${PARTITION_REF_BYTES_MAX} bytes`;
  for (const segment of text.split('/')) {
    const fault = segmentFault(segment);
    if (fault !== null) return fault;
  }
  return null;
}

/** {@link refFault} for one segment. */
export function segmentFault(segment: string): string | null {
  if (segment === '') return 'has an empty segment';
  if (segment === '.' || segment === '..') return `has the segment "${segment}"`;
  for (let at = 0; at < segment.length; at++) {
    if (!isRefCharacter(segment.charCodeAt(at))) {
      return `has the character ${JSON.stringify(String.fromCodePoint(segment.codePointAt(at)!))}; letters, digits and . _ = - are allowed`;
    }
  }
  return null;
}

/** True for `[A-Za-z0-9._=-]`, the characters that refs are made of besides the slash. */
export function isRefCharacter(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    code === 45 ||
    code === 46 ||
    code === 61 ||
    code === 95
  );
}
