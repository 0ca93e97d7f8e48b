import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, matchGlob } from '../../../lib/model/glob.ts';

/** By definition, and exponential: fit for short texts only. */
function naiveMatch(glob: string, text: string, segmentStart = true): boolean {
  if (glob === '') return text === '';
  if (segmentStart && glob.startsWith('**/')) {
    if (naiveMatch(glob.slice(3), text)) return true;
    const slash = text.indexOf('/');
    return slash >= 0 && naiveMatch(glob, text.slice(slash + 1));
  }
  if (glob.startsWith('**')) {
    return naiveMatch(glob.slice(2), text, false) || (text !== '' && naiveMatch(glob, text.slice(1), false));
  }
  if (glob.startsWith('*')) {
    if (naiveMatch(glob.slice(1), text, false)) return true;
    return text !== '' && text[0] !== '/' && naiveMatch(glob, text.slice(1), false);
  }
  return text[0] === glob[0] && naiveMatch(glob.slice(1), text.slice(1), glob[0] === '/');
}

/** A text that counts how often its characters are read. */
function countingText(text: string): { text: string; reads: () => number } {
  let reads = 0;
  const proxy = new Proxy(Object(text) as object, {
    get: (target, property) => {
      if (property === 'charCodeAt') reads++;
      const value: unknown = Reflect.get(target, property, text);
      return typeof value === 'function' ? value.bind(text) : value;
    },
  });
  return { text: proxy as unknown as string, reads: () => reads };
}

describe('glob', () => {
  it.each([
    ['weather/*', 'weather/raw/2012-01-01'],
    ['weather/**', 'weather'],
    ['weather/**', 'weatherly/raw'],
    ['*/raw', 'a/b/raw'],
    ['weather/?aw', 'weather/raw'],
    ['weather/[r]aw', 'weather/raw'],
    ['weather/raw', 'weather/raw2'],
    ['a/**/b', 'a/xb'],
    ['', 'weather'],
  ])('%s does not take %s', (glob, text) => {
    expect(matchGlob(glob, text)).toBe(false);
  });

  it.each([
    ['weather/raw', 'weather/raw'],
    ['weather/*/2012-*', 'weather/raw/2012-01-01'],
    ['weather/**', 'weather/raw/2012-01-01'],
    ['**', 'weather/raw/2012-01-01'],
    ['**/2012-01-01', 'weather/raw/2012-01-01'],
    ['**/raw', 'raw'],
    ['a/**/b', 'a/b'],
    ['a/**/b', 'a/x/y/b'],
    ['a**b', 'a/x/b'],
  ])('%s takes %s', (glob, text) => {
    expect(matchGlob(glob, text)).toBe(true);
  });

  it('agrees with the definition on short texts', () => {
    const globs = fc
      .array(fc.constantFrom('a', 'b', '/', '*', '**', '**/'), { maxLength: 7 })
      .map((all) => all.join(''));
    const texts = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 8 }).map((all) => all.join(''));
    const agree = fc.property(globs, texts, (glob, text) => {
      // Three stars in a row are read from the left, as two and one.
      expect(matchGlob(glob, text)).toBe(naiveMatch(glob, text));
    });
    fc.assert(agree, { seed: 7, numRuns: 20_000 });
  });

  it.each(['*a*a*a*a*a*a*a*a*a*a*b', '**a**a**a**a**a**b', '**/a/**/a/**/a/**/b', '**/**/**/**/**/*a'])(
    'reads each character of a hostile text once for %s',
    (glob) => {
      for (const hostile of ['a'.repeat(20_000), 'a/'.repeat(10_000)]) {
        const counted = countingText(hostile);
        compileGlob(glob)(counted.text);
        expect(counted.reads()).toBeLessThanOrEqual(hostile.length);
      }
    },
  );
});
