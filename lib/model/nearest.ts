import { isKeyValue } from './key.ts';
import type { Pattern, PatternSegment } from './pattern.ts';

/** What is compared of a ref, so that the cost is bounded: segments, and characters of each. */
const SEGMENTS_MAX = 8;
const CHARACTERS_MAX = 32;
/** What a segment that is too many, or absent, counts. */
const EDIT = 1;
/** A key's segment with a value of another type: nearer than a foreign word. */
const WRONG_VALUE = 0.4;

/**
 * The texts of the patterns most like a ref, best first: by edit distance over segments, where words are compared by
 * edit distance over characters. Ties keep the patterns' order.
 */
export function nearestPatterns(patterns: readonly Pattern[], partitionRef: string, count: number): readonly string[] {
  const texts = partitionRef
    .slice(0, SEGMENTS_MAX * CHARACTERS_MAX * 2)
    .split('/', SEGMENTS_MAX)
    .map((text) => text.slice(0, CHARACTERS_MAX));
  return patterns
    .map((pattern) => ({ text: pattern.text, distance: patternDistance(pattern, texts) }))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, count)
    .map((candidate) => candidate.text);
}

function patternDistance(pattern: Pattern, texts: readonly string[]): number {
  const segments = pattern.segments.slice(0, SEGMENTS_MAX);
  return editDistance(segments.length, texts.length, (at, of) => segmentDistance(segments[at]!, texts[of]!));
}

/** From 0 (the same) to 1 (nothing in common). */
function segmentDistance(segment: PatternSegment, text: string): number {
  if (segment.kind === 'key') {
    const value = text.slice(segment.prefix.length, text.length - segment.suffix.length);
    return isKeyValue(segment.key.type, value) ? 0 : WRONG_VALUE;
  }
  if (segment.text === text) return 0;
  const word = segment.text.slice(0, CHARACTERS_MAX).toLowerCase();
  const other = text.toLowerCase();
  const edits = editDistance(word.length, other.length, (at, of) => (word[at] === other[of] ? 0 : EDIT));
  return edits / Math.max(word.length, other.length);
}

/** The least sum of replacements (by `cost`), insertions and removals (1 each) that makes one sequence the other. */
function editDistance(length: number, otherLength: number, cost: (at: number, of: number) => number): number {
  let row = Array.from({ length: otherLength + 1 }, (_, index) => index * EDIT);
  for (let at = 0; at < length; at++) {
    const next = [(at + 1) * EDIT];
    for (let of = 0; of < otherLength; of++) {
      next.push(Math.min(row[of]! + cost(at, of), row[of + 1]! + EDIT, next[of]! + EDIT));
    }
    row = next;
  }
  return row[otherLength]!;
}
