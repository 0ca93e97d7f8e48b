import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../../lib/local/runner/lines.ts';

const bound = 6;

/** Feeds chunks, taking `{a…` lines as answers. */
function split(chunks: readonly Buffer[]): { answers: string[]; overlong: number; output: string } {
  const seen = { answers: [] as string[], overlong: 0, output: '' };
  const splitter = new LineSplitter(bound, {
    answer(line) {
      const isAnswer = line.startsWith('{a');
      if (isAnswer) seen.answers.push(line.trimEnd());
      return isAnswer;
    },
    overlong: () => {
      seen.overlong += 1;
    },
    output: (bytes) => {
      seen.output += Buffer.from(bytes).toString();
    },
  });
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return seen;
}

const line = fc.stringMatching(/^(\{a|\{|a)?[a{]{0,20}$/);

describe('lines of a command', () => {
  it('are the same however they are cut', () => {
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(12)), (lines, cuts) => {
        const text = Buffer.from(lines.join('\n'));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(text.subarray(at, at + cut));
          at += cut;
        }
        expect(split([...chunks, text.subarray(at)])).toEqual(expectedOf(lines));
      }),
    );
  });

  function expectedOf(lines: readonly string[]): ReturnType<typeof split> {
    const whole = lines.map((text, index) => (index < lines.length - 1 ? `${text}\n` : text));
    const candidates = whole.filter((text) => text.startsWith('{'));
    const isAnswer = (text: string) => text.startsWith('{a') && text.length <= bound;
    return {
      answers: whole.filter(isAnswer).map((text) => text.trimEnd()),
      overlong: candidates.filter((text) => text.length > bound).length,
      output: whole.filter((text) => !isAnswer(text)).join(''),
    };
  }
});
