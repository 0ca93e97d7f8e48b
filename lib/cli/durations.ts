/** The longest duration that the API takes: 366 days. */
export const durationSecondsMax = 31_622_400;

const secondsIn = [86_400, 3_600, 60, 1] as const;
const duration = /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/;

/**
 * Reads `2d`, `2h`, `90m`, `45s` or `1h30m`: whole numbers, the largest unit first, each at most once.
 *
 * @returns whole seconds, `least` to 31,622,400.
 * @throws RangeError that says what is wrong.
 */
export function parseDuration(text: string, least = 0): number {
  const parts = text === '' ? null : duration.exec(text);
  if (parts === null) throw new RangeError('Write it like 45s, 90m, 2h, 1h30m or 2d.');
  const seconds = secondsIn.reduce((sum, unit, i) => sum + unit * Number(parts[i + 1] ?? 0), 0);
  if (seconds > durationSecondsMax) throw new RangeError('It can be at most 366d.');
  if (seconds < least) throw new RangeError(`It has to be at least ${least}s.`);
  return seconds;
}

const moment = /^(\d{4}-\d{2}-\d{2})(?:[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2}))?$/;

/**
 * Reads a moment as RFC 3339 has it, or a date, which is the beginning of that day in UTC.
 *
 * @returns ISO 8601 in UTC with milliseconds.
 * @throws RangeError that says what is wrong.
 */
export function parseMoment(text: string): string {
  const day = moment.exec(text)?.[1];
  if (day === undefined) {
    throw new RangeError('Write it like 2014-05-17, 2014-05-17T06:00:00Z or 2014-05-17T06:00:00+02:00.');
  }
  const at = Date.parse(text.toUpperCase());
  if (Number.isNaN(at) || !isDay(day)) throw new RangeError('There is no such moment in the calendar.');
  return new Date(at).toISOString();
}

/** `Date.parse` takes 30 February for 2 March. */
function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
