import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstOf, periodOf, TIME_UNITS, type TimeUnit, timeOrdinal, timeText } from '../../../lib/model/calendar.ts';

const LENGTHS = { year: 4, month: 7, day: 10, hour: 13 };

/** The platform's own calendar, as the other opinion. */
function platformText(unit: TimeUnit, hourOrdinal: number): string {
  const date = new Date(0);
  date.setUTCFullYear(1, 0, 1);
  date.setUTCHours(hourOrdinal);
  return date.toISOString().slice(-24).slice(0, LENGTHS[unit]);
}

const lastHour = timeOrdinal('hour', '9999-12-31T23')!;
const hours = fc.oneof(
  fc.integer({ min: 0, max: lastHour }),
  // Around the turns of years and the ends of February, where calendars go wrong.
  fc
    .tuple(
      fc.integer({ min: 1, max: 9998 }),
      fc.constantFrom('02-28T23', '02-29T00', '03-01T00', '12-31T23', '01-01T00'),
    )
    .map(([year, rest]) => timeOrdinal('hour', `${String(year).padStart(4, '0')}-${rest}`) ?? 0),
);

describe('calendar', () => {
  it.each([
    ['day', '2013-02-29'],
    ['day', '1900-02-29'],
    ['day', '2012-04-31'],
    ['day', '2012-1-31'],
    ['day', '2012-01-00'],
    ['day', '2012/01/31'],
    ['day', '٢٠١٢-٠١-٠١'],
    ['month', '2012-13'],
    ['month', '2012-00'],
    ['month', '2012-1 '],
    ['year', '0000'],
    ['year', '12'],
    ['year', '+012'],
    ['hour', '2012-01-31T24'],
    ['hour', '2012-01-31 05'],
    ['hour', '2012-01-31'],
  ] as const)('has no %s %s', (unit, text) => {
    expect(timeOrdinal(unit, text)).toBeNull();
  });

  it('ends with the year 9999 and begins with the year 0001', () => {
    for (const unit of TIME_UNITS) {
      expect(timeText(unit, -1)).toBeNull();
      expect(timeText(unit, 0)).toBe('0001-01-01T00'.slice(0, LENGTHS[unit]));
      const last = '9999-12-31T23'.slice(0, LENGTHS[unit]);
      expect(timeText(unit, timeOrdinal(unit, last)! + 1)).toBeNull();
    }
  });

  it('agrees with the platform on every unit of any hour', () => {
    const agree = fc.property(hours, (hour) => {
      for (const unit of TIME_UNITS) {
        const text = platformText(unit, hour);
        const ordinal = periodOf('hour', hour, unit);
        expect(timeText(unit, ordinal)).toBe(text);
        expect(timeOrdinal(unit, text)).toBe(ordinal);
      }
    });
    fc.assert(agree, { seed: 11, numRuns: 10_000 });
  });

  it('puts each unit into exactly the period whose first and next first enclose it', () => {
    const encloses = fc.property(hours, fc.constantFrom(...TIME_UNITS), (hour, period) => {
      const ordinal = periodOf('hour', hour, period);
      expect(firstOf(period, ordinal, 'hour')).toBeLessThanOrEqual(hour);
      expect(firstOf(period, ordinal + 1, 'hour')).toBeGreaterThan(hour);
    });
    fc.assert(encloses, { seed: 12, numRuns: 10_000 });
  });
});
