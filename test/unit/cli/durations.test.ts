import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationSecondsMax, parseDuration, parseMoment } from '../../../lib/cli/durations.ts';

describe('duration', () => {
  it.each(['', '2', '2x', '1.5h', '-2h', '2 h', ' 2h', '2h ', '30m1h', '1h1h', 'h', '2H', '1h30', '٢h', '1e3s', '2w'])(
    'refuses %j and says how to write it',
    (text) => {
      expect(() => parseDuration(text)).toThrow('Write it like 45s, 90m, 2h, 1h30m or 2d.');
    },
  );

  it.each(['367d', '366d1s', '31622401s', '999999999d'])('refuses %s as too long', (text) => {
    expect(() => parseDuration(text)).toThrow('at most 366d');
  });

  it('refuses less than the least', () => {
    expect(() => parseDuration('0s', 1)).toThrow('at least 1s');
  });

  it.each([
    ['45s', 45],
    ['90m', 5_400],
    ['2h', 7_200],
    ['1h30m', 5_400],
    ['2d', 172_800],
    ['1d2h3m4s', 93_784],
    ['366d', durationSecondsMax],
    ['0s', 0],
  ])('reads %s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it('reads every whole number of seconds within the limits', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: durationSecondsMax }),
        (seconds) => parseDuration(`${seconds}s`) === seconds,
      ),
    );
  });
});

describe('moment', () => {
  it.each([
    '',
    'yesterday',
    '2014',
    '2014-5-17',
    '17.05.2014',
    '2014-05-17T06:00',
    '2014-05-17 06:00:00Z',
    '1400306400',
  ])('refuses %j and says how to write it', (text) => {
    expect(() => parseMoment(text)).toThrow('Write it like 2014-05-17');
  });

  it.each(['2014-02-30', '2014-13-01', '2013-02-29T00:00:00Z', '2014-05-17T25:00:00Z', '2014-05-17T06:61:00Z'])(
    'refuses %s, which is in no calendar',
    (text) => {
      expect(() => parseMoment(text)).toThrow('no such moment');
    },
  );

  it.each([
    ['2014-05-17', '2014-05-17T00:00:00.000Z'],
    ['2012-02-29', '2012-02-29T00:00:00.000Z'],
    ['2014-05-17T06:00:00Z', '2014-05-17T06:00:00.000Z'],
    ['2014-05-17t06:00:00.25z', '2014-05-17T06:00:00.250Z'],
    ['2014-05-17T06:00:00+02:00', '2014-05-17T04:00:00.000Z'],
    ['2014-05-17T23:30:00-05:00', '2014-05-18T04:30:00.000Z'],
  ])('reads %s in UTC', (text, iso) => {
    expect(parseMoment(text)).toBe(iso);
  });
});
