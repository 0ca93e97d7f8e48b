import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerReader } from '../../lib/local/runner/answers.ts';
import { ANSWER_BYTES_MAX } from '../../lib/local/runner/limits.ts';
import { LineSplitter } from '../../lib/local/runner/lines.ts';
import { anyJson, anyText, fixed, mostly } from './values.ts';

const locations = new Map([
  ['out/1', '/data/out/1'],
  ['out/2', '/data/out/2'],
]);
const type = fc.constantFrom(
  'progress',
  'wrote',
  'missing',
  'metadata',
  'error',
  '__proto__',
  'constructor',
  'toString',
);
const answer = fc
  .record(
    {
      type: fc.oneof({ weight: 9, arbitrary: type }, { weight: 1, arbitrary: anyJson }),
      value: mostly(fc.double()),
      partitionRef: mostly(fc.constantFrom('out/1', 'out/2', 'other')),
      location: mostly(fc.constantFrom('/data/out/1', '/etc/passwd')),
      rows: mostly(fc.nat()),
      bytes: mostly(fc.integer()),
      partitionRefs: mostly(fc.array(fc.oneof(fc.constant('raw/1'), anyText), { maxLength: 3 })),
      metadata: mostly(fc.dictionary(anyText, anyJson, { maxKeys: 3 })),
      message: mostly(anyText),
      retryable: mostly(fc.boolean()),
    },
    { requiredKeys: ['type'] },
  )
  .map((fields) => Buffer.from(JSON.stringify(fields)));
const bytes = fc.uint8Array({ maxLength: 50 }).map((any) => Buffer.from(any));
const open = fc
  .constantFrom('{', '{"type":"wrote"', '{"type":"missing","partitionRefs":["', '{"a":[[[[', '\u2028{')
  .map(Buffer.from);
const line = fc.oneof({ weight: 3, arbitrary: answer }, bytes, open);
const printed = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\n', '\n', '\r\n', '', '\0\n')), { maxLength: 8 })
  .map((lines) => Buffer.concat(lines.flatMap(([text, end]) => [text, Buffer.from(end)])));

/** What a command printed, read as the runner reads it. */
function read(chunks: readonly Buffer[]) {
  const answers = answerReader(locations, () => undefined);
  const output: Buffer[] = [];
  const lines = new LineSplitter(ANSWER_BYTES_MAX, {
    ...answers,
    answer: answers.take,
    output: (one) => output.push(Buffer.from(one)),
  });
  for (const chunk of chunks) lines.push(chunk);
  lines.end();
  const { wrote, missing, metadata, error, fault } = answers;
  return { answers: { wrote: [...wrote], missing, metadata, error, fault }, output: Buffer.concat(output) };
}

function cut(whole: Buffer, at: readonly number[]): readonly Buffer[] {
  const borders = [0, ...at.map((one) => one % (whole.length + 1)).toSorted((a, b) => a - b), whole.length];
  return borders.slice(1).map((border, index) => whole.subarray(borders[index], border));
}

describe('what a command prints', () => {
  it('comes to answers that can be stored, the same however it is cut', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(printed, fc.array(fc.nat(2_000), { maxLength: 6 }), (whole, at) => {
        const { answers, output } = read(cut(whole, at));
        expect({ answers, output }).toEqual(read([whole]));
        for (const [ref, { rows, bytes: count }] of answers.wrote) {
          expect(locations.has(ref)).toBe(true);
          for (const number of [rows, count]) expect(number === null || Number.isSafeInteger(number)).toBe(true);
        }
        if (answers.fault !== null) expect(answers.fault).toMatch(/^The command answered with a \w+ line .*\.$/s);
        if (answers.missing !== null) expect(answers.missing.length).toBeGreaterThan(0);
        for (const [kind, value] of Object.entries(answers)) if (value !== null) kinds.add(kind);
        expect(JSON.parse(JSON.stringify(answers))).toEqual(answers);
        expect(output.length).toBeLessThanOrEqual(whole.length);
      }),
      { ...fixed, numRuns: 2_000 },
    );
    expect([...kinds].toSorted()).toEqual(['error', 'fault', 'metadata', 'missing', 'wrote']);
  });

  it('goes to its log where it is no answer, byte for byte', () => {
    const foreign = fc.constantFrom(
      '{"type":"constructor"}',
      '{"type":"__proto__"}',
      '{"type":7}',
      '{"type":"wrote"',
      '{}',
    );
    const others = bytes.filter((text) => !text.includes('"type"'));
    const noAnswer = fc.oneof(others, foreign.map(Buffer.from));
    fc.assert(
      fc.property(fc.array(noAnswer, { maxLength: 8 }), fc.array(fc.nat(400), { maxLength: 6 }), (texts, at) => {
        const whole = Buffer.concat(texts.flatMap((text) => [text, Buffer.from('\n')]));
        const { output, answers } = read(cut(whole, at));
        expect(output.equals(whole)).toBe(true);
        expect(answers).toEqual({ wrote: [], missing: null, metadata: {}, error: null, fault: null });
      }),
      { ...fixed, numRuns: 1_000 },
    );
  });

  it('is held up to one line of bounded length, however long it is', () => {
    let passed = 0;
    let longest = 0;
    const taker = {
      answer: (text: string) => {
        longest = Math.max(longest, text.length);
        return false;
      },
      overlong: () => undefined,
      output: (one: Uint8Array) => {
        passed += one.length;
      },
    };
    const chunk = Buffer.alloc(64 * 1024, 'x');
    fc.assert(
      fc.property(fc.constantFrom('{', '{"type":"metadata","metadata":"', '{{{{'), fc.nat(99), (start, count) => {
        passed = 0;
        const lines = new LineSplitter(ANSWER_BYTES_MAX, taker);
        lines.push(Buffer.from(start));
        for (let at = 0; at < count; at++) {
          lines.push(chunk);
          const held = start.length + (at + 1) * chunk.length - passed;
          expect(held).toBeLessThanOrEqual(ANSWER_BYTES_MAX);
        }
        lines.end();
        expect(passed).toBe(start.length + count * chunk.length);
      }),
      { ...fixed, numRuns: 30 },
    );
    expect(longest).toBeLessThanOrEqual(ANSWER_BYTES_MAX);
  });
});
