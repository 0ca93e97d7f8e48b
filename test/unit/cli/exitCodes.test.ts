import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../../lib/cli/exitCodes.ts';

describe('exit code of an answer', () => {
  it.each([
    [400, 2],
    [405, 2],
    [404, 3],
    [401, 4],
    [403, 4],
    [409, 4],
    [410, 4],
    [413, 4],
    [415, 4],
    [421, 4],
    [422, 4],
    [429, 5],
    [500, 5],
    [503, 5],
  ])('%i is %i', (status, code) => {
    expect(exitCodeOf(status)).toBe(code);
  });
});
