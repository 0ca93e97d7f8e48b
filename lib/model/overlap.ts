import { isLeapYear, type TimeUnit, timeOrdinal } from './calendar.ts';
import { INTEGER_DIGITS_MAX, type KeyType } from './key.ts';
import { type Pattern, type PatternSegment, segmentValue } from './pattern.ts';

const CHARACTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._=-';

/** Whether some text is taken by both patterns. Exact: keys of one pattern are independent, so segment by segment. */
export function patternsOverlap(one: Pattern, other: Pattern): boolean {
  return (
    one.segments.length === other.segments.length &&
    one.segments.every((segment, index) => segmentsOverlap(segment, other.segments[index]!))
  );
}

function segmentsOverlap(one: PatternSegment, other: PatternSegment): boolean {
  if (one.kind === 'literal') {
    return other.kind === 'literal' ? one.text === other.text : segmentValue(other, one.text) !== null;
  }
  return other.kind === 'literal' ? segmentValue(one, other.text) !== null : keyedOverlap(one, other);
}

type Keyed = PatternSegment & { kind: 'key' };

/**
 * Walks both segments at once, as two automata, from character to character; each pair of states is looked at once.
 * The states of a value are few: of the year only whether it is a leap year is remembered.
 */
function keyedOverlap(one: Keyed, other: Keyed): boolean {
  const seen = new Set<string>();
  const open: [State, State][] = [];
  const push = (states: readonly State[], others: readonly State[]): void => {
    for (const state of states) {
      for (const partner of others) {
        const pair = `${state.phase}${state.at}|${partner.phase}${partner.at}`;
        if (!seen.has(pair)) open.push([state, partner]);
        seen.add(pair);
      }
    }
  };
  push(settle(one, { phase: 'prefix', at: '' }), settle(other, { phase: 'prefix', at: '' }));
  while (open.length > 0) {
    const [state, partner] = open.pop()!;
    if (isEnd(one, state) && isEnd(other, partner)) return true;
    for (const character of CHARACTERS) push(step(one, state, character), step(other, partner, character));
  }
  return false;
}

/** Where in a segment a text may be: the part of the prefix or suffix that was read, or the state of the value. */
interface State {
  readonly phase: 'prefix' | 'value' | 'suffix';
  readonly at: string;
}

function step(segment: Keyed, state: State, character: string): readonly State[] {
  const at = state.at + character;
  switch (state.phase) {
    case 'prefix':
      return segment.prefix.startsWith(at) ? settle(segment, { phase: 'prefix', at }) : [];
    case 'suffix':
      return segment.suffix.startsWith(at) ? [{ phase: 'suffix', at }] : [];
    case 'value': {
      const value = valueState(segment.key.type, at);
      return value === null ? [] : settle(segment, { phase: 'value', at: value });
    }
  }
}

/** The state, with those that are reached without a further character. */
function settle({ prefix, key }: Keyed, state: State): readonly State[] {
  if (state.phase === 'prefix') return state.at === prefix ? [{ phase: 'value', at: '' }] : [state];
  return isWholeValue(key.type, state.at) ? [state, { phase: 'suffix', at: '' }] : [state];
}

function isEnd(segment: Keyed, state: State): boolean {
  return state.phase === 'suffix' && state.at === segment.suffix;
}

/** A short text that stands for all with the same continuations; `null` where no value begins so. */
function valueState(type: KeyType, text: string): string | null {
  switch (type.kind) {
    case 'time':
      return timeState(type.unit, text);
    case 'integer':
      return integerState(text);
    case 'enum':
      return type.values.some((value) => value.startsWith(text)) ? text : null;
    case 'string':
      return text.length > 2 || (text !== '.' && text !== '..') ? nonDots(text) : text;
  }
}

function nonDots(text: string): string {
  return text === '' ? '' : 'xxx';
}

function isWholeValue(type: KeyType, state: string): boolean {
  switch (type.kind) {
    case 'time':
      return timeOrdinal(type.unit, state) !== null;
    case 'integer':
      return state !== '' && state !== '-';
    case 'enum':
      return type.values.includes(state);
    case 'string':
      return state === 'xxx';
  }
}

const EARLIEST = '0001-01-01T00';
const SHAPE = 'dddd-dd-ddTdd';

function timeState(unit: TimeUnit, text: string): string | null {
  const length = { year: 4, month: 7, day: 10, hour: 13 }[unit];
  const last = text.length - 1;
  const isDigit = text[last]! >= '0' && text[last]! <= '9';
  if (last >= length || (SHAPE[last] === 'd' ? !isDigit : text[last] !== SHAPE[last])) return null;
  if (text.length < 4) return text;
  if (text.length === 4) return text === '0000' ? null : isLeapYear(Number(text)) ? '2000' : '2001';
  // Behind the year a whole number must be one of the calendar's; half of one may go on to be it.
  const whole = [7, 10, 13].findLast((end) => end <= text.length) ?? 4;
  return timeOrdinal('hour', text.slice(0, whole) + EARLIEST.slice(whole)) === null ? null : text;
}

/** Besides the sign and a zero, only how many digits there were matters. */
function integerState(text: string): string | null {
  const last = text[text.length - 1]!;
  if (text === '-' || text === '0') return text;
  if (last < '0' || last > '9' || text.startsWith('0') || text.startsWith('-0')) return null;
  const digits = text.startsWith('-') ? text.length - 1 : text.length;
  return digits > INTEGER_DIGITS_MAX ? null : '1'.repeat(digits);
}
