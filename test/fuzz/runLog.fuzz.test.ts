import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLogText } from '../../lib/local/runner/logText.ts';
import { fixed } from './values.ts';

/** Bytes that are printed, in files that end at `borders`: a read never goes over one. */
function logOf(bytes: Buffer, borders: readonly number[]) {
  return async (from: number) => {
    const border = borders.find((at) => at > from) ?? bytes.length;
    const part = bytes.subarray(from, Math.min(border, bytes.length));
    return { bytes: part, start: from, next: from + part.length };
  };
}

const cuts = fc.uniqueArray(fc.nat(60), { maxLength: 20 }).map((at) => at.toSorted((a, b) => a - b));

describe('the text of a log', () => {
  it('is the same however its bytes are cut, and while it is printed', async () => {
    const printed = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => text.isWellFormed());
    await fc.assert(
      fc.asyncProperty(printed, cuts, cuts, async (text, borders, pauses) => {
        const bytes = Buffer.from(text);
        let read = '';
        let from = 0;
        for (const soFar of [...pauses.filter((at) => at < bytes.length), bytes.length]) {
          const ended = soFar === bytes.length;
          for (let part = ''; ; read += part) {
            ({ text: part, end: from } = await readLogText(logOf(bytes.subarray(0, soFar), borders), from, ended));
            if (part === '') break;
          }
        }
        expect([read, from]).toEqual([text, bytes.length]);
      }),
      { ...fixed, numRuns: 2_000 },
    );
  });

  it('of any bytes comes to its end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), cuts, async (any, borders) => {
        const bytes = Buffer.from(any);
        let read = '';
        let from = 0;
        for (let last = -1; last < from; ) {
          last = from;
          const part = await readLogText(logOf(bytes, borders), from, true);
          read += part.text;
          from = part.end;
        }
        expect(from).toBe(bytes.length);
        if (borders.length === 0) expect(read).toBe(bytes.toString());
      }),
      { ...fixed, numRuns: 2_000 },
    );
  });

  it('goes on behind what was dropped within a character', async () => {
    const [start, end] = [Buffer.from('a€').subarray(0, 2), Buffer.from('b')];
    const read = async (from: number) => {
      if (from < 2) return { bytes: start.subarray(from), start: from, next: 2 };
      return from < 10 ? { bytes: end, start: 9, next: 10 } : { bytes: Buffer.alloc(0), start: from, next: from };
    };
    expect(await readLogText(read, 0, false)).toEqual({ text: 'a\ufffd', end: 2 });
    expect(await readLogText(read, 2, false)).toEqual({ text: 'b', end: 10 });
  });
});
