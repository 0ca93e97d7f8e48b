import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob } from '../../lib/model/glob.ts';
import { matchPattern, type Pattern, PatternError, parsePattern, renderPattern } from '../../lib/model/pattern.ts';
import { refFault } from '../../lib/model/ref.ts';
import { anyText, fixed } from './values.ts';

const many = { ...fixed, numRuns: 5_000 } as const;

const piece = fc.oneof(
  fc.constantFrom('a', '/', '{', '}', ':', '|', '(', ')', '.', '..', '*', '=', '\0', '\ud800', ' ', 'enum(', '0'),
  fc.constantFrom('{k:day}', '{k:enum(a|b)}', '{n:integer}', '{s:string}', '{__proto__:day}', '{constructor:string}'),
  anyText,
);
const patternText = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

function parsed(text: string): Pattern | null {
  try {
    return parsePattern(text);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    expect(error.message).toMatch(/^The pattern .*\.$/s);
    expect(error.hint).toMatch(/\.$/);
    return null;
  }
}

describe('a pattern of any text', () => {
  it('is read, or refused with a sentence and a hint', () => {
    let read = 0;
    fc.assert(
      fc.property(patternText, (text) => {
        if (parsed(text) !== null) read += 1;
      }),
      many,
    );
    expect(read).toBeGreaterThan(100);
  });

  it('takes of any text only good refs, which it renders again', () => {
    const values = fc.array(fc.oneof(fc.constantFrom('a', 'b', '/', '0', '7', '-', '2012-02-29', '.'), anyText), {
      maxLength: 8,
    });
    const good = fc.constantFrom(
      '{k:day}/a',
      'a{s:string}b',
      '{n:integer}/{s:string}',
      '{k:enum(a|b)}',
      'a/b',
      '-{n:integer}',
    );
    fc.assert(
      fc.property(good, values, (text, pieces) => {
        const pattern = parsePattern(text);
        const ref = pieces.join('');
        const keys = matchPattern(pattern, ref);
        if (keys === null) return;
        expect(refFault(ref)).toBeNull();
        expect(renderPattern(pattern, keys)).toBe(ref);
      }),
      many,
    );
  });
});

describe('matching', () => {
  /** Time of the processor, in milliseconds. */
  function computed(act: () => void): number {
    const before = process.cpuUsage();
    act();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  }

  it('of a glob takes steps by its length and the ref together, not by what could stand where', () => {
    const globs = fc.stringMatching(/^[a*/]{400,512}$/);
    fc.assert(
      fc.property(globs, fc.constantFrom('a', 'a/', 'aa/a'), (glob, repeated) => {
        const ref = `${repeated.repeat(512).slice(0, 511)}b`;
        expect(computed(() => compileGlob(glob)(ref))).toBeLessThan(200);
      }),
      { ...fixed, numRuns: 200 },
    );
  });

  it('of a pattern reads a ref once, however long it is', () => {
    const pattern = parsePattern('{a:string}/a{b:string}a/{n:integer}');
    const long = fc.constantFrom('a', '/', 'a/', '0').map((text) => text.repeat(1_000_000));
    fc.assert(
      fc.property(long, (ref) => {
        const ms = computed(() => expect(matchPattern(pattern, ref)).toBeNull());
        expect(ms).toBeLessThan(200);
      }),
      { ...fixed, numRuns: 20 },
    );
  });

  it('of a glob is that of the expression that it stands for', () => {
    const glob = fc.stringMatching(/^[ab*/]{1,10}$/);
    const ref = fc.stringMatching(/^[ab]{1,3}(\/[ab]{1,3}){0,3}$/);
    fc.assert(
      fc.property(glob, ref, (text, candidate) => {
        expect(compileGlob(text)(candidate)).toBe(expressionOf(text).test(candidate));
      }),
      many,
    );
  });

  function expressionOf(glob: string): RegExp {
    const parts = glob.split(/(?<=^|\/)(\*\*\/)|(\*\*)|(\*)/).filter((part) => part);
    const forms: Record<string, string> = { '**/': '(?:[^/]*/)*', '**': '.*', '*': '[^/]*' };
    return new RegExp(`^${parts.map((part) => forms[part] ?? part).join('')}$`);
  }
});
