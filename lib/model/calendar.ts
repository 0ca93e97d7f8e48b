/**
 * UTC calendar arithmetic on whole numbers: an *ordinal* counts units since the start of year 1, so that the period
 * before or after is one less or more. Proleptic Gregorian, years 0001 to 9999.
 */

/** From the longest to the shortest. */
export const TIME_UNITS = ['year', 'month', 'day', 'hour'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

const YEARS = 9999;
/** Days of a common year before each month, and of the whole year. */
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function isLonger(unit: TimeUnit, than: TimeUnit): boolean {
  return TIME_UNITS.indexOf(unit) < TIME_UNITS.indexOf(than);
}

/** The ordinal of `2012`, `2012-01`, `2012-01-31` or `2012-01-31T05`; `null` for anything else. */
export function timeOrdinal(unit: TimeUnit, text: string): number | null {
  if (text.length !== LENGTHS[unit]) return null;
  const year = digits(text, 0, 4);
  if (year === null || year < 1) return null;
  if (unit === 'year') return year - 1;
  const month = separated(text, 4, '-');
  if (month === null || month < 1 || month > 12) return null;
  const monthOrdinal = (year - 1) * 12 + month - 1;
  if (unit === 'month') return monthOrdinal;
  const day = separated(text, 7, '-');
  if (day === null || day < 1 || day > daysInMonth(monthOrdinal)) return null;
  const dayOrdinal = firstDayOfMonth(monthOrdinal) + day - 1;
  if (unit === 'day') return dayOrdinal;
  const hour = separated(text, 10, 'T');
  return hour === null || hour > 23 ? null : dayOrdinal * 24 + hour;
}

const LENGTHS: Readonly<Record<TimeUnit, number>> = { year: 4, month: 7, day: 10, hour: 13 };

function separated(text: string, at: number, separator: string): number | null {
  return text[at] === separator ? digits(text, at + 1, at + 3) : null;
}

function digits(text: string, from: number, to: number): number | null {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return null;
    value = value * 10 + digit;
  }
  return value;
}

/** The inverse of {@link timeOrdinal}; `null` outside the years 0001 to 9999. */
export function timeText(unit: TimeUnit, ordinal: number): string | null {
  if (ordinal < 0 || ordinal >= firstOf('year', YEARS, unit)) return null;
  switch (unit) {
    case 'year':
      return padded(ordinal + 1, 4);
    case 'month':
      return `${padded(Math.floor(ordinal / 12) + 1, 4)}-${padded((ordinal % 12) + 1, 2)}`;
    case 'day': {
      const month = monthOfDay(ordinal);
      return `${timeText('month', month)}-${padded(ordinal - firstDayOfMonth(month) + 1, 2)}`;
    }
    case 'hour':
      return `${timeText('day', Math.floor(ordinal / 24))}T${padded(ordinal % 24, 2)}`;
  }
}

function padded(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

/** The first `unit` of a `period`, which must not be the shorter one. */
export function firstOf(period: TimeUnit, ordinal: number, unit: TimeUnit): number {
  if (period === unit) return ordinal;
  switch (period) {
    case 'year':
      return firstOf('month', ordinal * 12, unit);
    case 'month':
      return firstOf('day', firstDayOfMonth(ordinal), unit);
    default:
      return ordinal * 24;
  }
}

/** The `period` that a `unit` lies in; the period must not be the shorter one. */
export function periodOf(unit: TimeUnit, ordinal: number, period: TimeUnit): number {
  if (unit === period) return ordinal;
  switch (unit) {
    case 'hour':
      return periodOf('day', Math.floor(ordinal / 24), period);
    case 'day':
      return periodOf('month', monthOfDay(ordinal), period);
    default:
      return Math.floor(ordinal / 12);
  }
}

function daysInMonth(month: number): number {
  return firstDayOfMonth(month + 1) - firstDayOfMonth(month);
}

function firstDayOfMonth(month: number): number {
  const year = Math.floor(month / 12) + 1;
  const ofYear = month - (year - 1) * 12;
  const leapDay = ofYear >= 2 && isLeapYear(year) ? 1 : 0;
  return firstDayOfYear(year) + DAYS_BEFORE_MONTH[ofYear]! + leapDay;
}

function firstDayOfYear(year: number): number {
  const past = year - 1;
  return past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
}

function monthOfDay(day: number): number {
  // 400 years have 146,097 days. The guess is at most one year off, either way.
  let year = Math.floor((day * 400) / 146_097) + 1;
  while (firstDayOfYear(year) > day) year--;
  while (firstDayOfYear(year + 1) <= day) year++;
  // No month is longer than 31 days, so this guess is never late, and at most one month early.
  const month = (year - 1) * 12 + Math.floor((day - firstDayOfYear(year)) / 31);
  return firstDayOfMonth(month + 1) <= day ? month + 1 : month;
}
