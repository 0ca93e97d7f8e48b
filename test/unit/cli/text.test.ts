import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../lib/cli/format/problem.ts';
import { count, firstOf, manyLines, oneLine, shorten, wrap } from '../../../lib/cli/format/text.ts';
import { formatAge, formatDuration, formatMomentNear } from '../../../lib/cli/format/time.ts';
import { at, look } from './views.ts';

describe('foreign text', () => {
  it('cannot move the cursor, colour the screen or set its title', () => {
    expect(oneLine('a\u001b[2Jb\u001b[31;1mc\u001b]0;title\u0007d\u001b]8;;http://x\u001b\\e\rf\u0000g')).toBe(
      'abcde fg',
    );
  });

  it('cannot turn the direction of writing', () => {
    expect(oneLine('a\u202eb\u2066c')).toBe('abc');
  });

  it('becomes one line', () => {
    expect(oneLine(' two\n lines\tand a tab ')).toBe('two lines and a tab');
  });

  it('keeps the lines of a log, without its escapes', () => {
    expect(manyLines('one\r\n\u001b[1mtwo\u001b[0m\tx\rthree\u0008')).toBe('one\ntwo\tx\nthree');
  });
});

describe('shortening', () => {
  it.each([
    ['start', 'weather/daily/2014-05-17', 12, 'weather/dai…'],
    ['end', 'weather/daily/2014-05-17', 12, '…/2014-05-17'],
    ['end', 'short', 12, 'short'],
    ['end', 'short', 1, '…'],
    ['end', 'short', 0, ''],
  ] as const)('keeps the %s of %s within %i columns', (keep, text, width, shortened) => {
    expect(shorten(text, width, keep)).toBe(shortened);
  });

  it('never cuts a character in two', () => {
    expect(shorten('🌧🌧🌧', 2)).toBe('🌧…');
  });

  it('wraps at spaces, and leaves a longer word whole', () => {
    expect(wrap('one two weather/daily/2014-05-17 three', 10)).toEqual([
      'one two',
      'weather/daily/2014-05-17',
      'three',
    ]);
  });

  it('counts what is left out', () => {
    expect(firstOf(['a', 'b', 'c'])).toBe('a +2');
    expect(firstOf([])).toBe('');
    expect([count(1, 'run'), count(1_461, 'run')]).toEqual(['1 run', '1,461 runs']);
  });
});

describe('time', () => {
  it.each([
    [-5, '0s'],
    [0.4, '0s'],
    [45, '45s'],
    [60, '1m'],
    [90, '1m 30s'],
    [5_400, '1h 30m'],
    [7_205, '2h'],
    [183_600, '2d 3h'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('is an age in a column, and absolute and relative elsewhere', () => {
    expect(formatAge(at('09:01:00'), look.now)).toBe('2h');
    expect(formatMomentNear(at('09:00:00'), look.now)).toBe('2026-11-20 09:00:00 UTC (3h ago)');
    expect(formatMomentNear(at('12:20:00'), look.now)).toBe('2026-11-20 12:20:00 UTC (in 20m)');
  });
});

describe('problem', () => {
  it('says the sentence, then every fault with its place', () => {
    const errors = [
      { pointer: '/partitionRefs/0', detail: 'weather/dayly/1 is unknown; the nearest is weather/daily/{date:day}' },
      { parameter: 'limit', detail: 'limit must be at most 500' },
    ];
    const lines = formatProblem({ type: '', title: '', detail: 'it is refused (and 1 more)', errors }, 60);
    expect(lines).toEqual([
      'landfall: it is refused (and 1 more)',
      '  - /partitionRefs/0: weather/dayly/1 is unknown; the',
      '    nearest is weather/daily/{date:day}',
      '  - limit must be at most 500',
    ]);
  });

  it('does not say its only fault twice', () => {
    const errors = [{ pointer: '/a', detail: 'a is missing' }];
    expect(formatProblem({ type: '', title: '', detail: 'a is missing', errors }, 80)).toEqual([
      'landfall: a is missing',
    ]);
  });

  it("keeps another program's lines below its own", () => {
    expect(formatProblem({ type: '', title: '', detail: 'It ended:\nline 1\nline 2' }, 80)).toEqual([
      'landfall: It ended:',
      '  line 1',
      '  line 2',
    ]);
  });
});
