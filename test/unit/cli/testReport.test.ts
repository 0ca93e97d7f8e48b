import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Counts, judge, readVitestReport } from '../../../lib/cli/testReport.ts';

const well = { exitCode: 0, timedOut: false };
const counts = (passed: number, failed = 0, skipped = 0): Counts => ({ passed, failed, skipped });

describe('judgement of a suite', () => {
  it.each([
    ['left no report', undefined, well, counts(0, 1)],
    ['has no tests', counts(0), well, counts(0, 1)],
    ['was ended at its time limit', counts(3), { exitCode: null, timedOut: true }, counts(3, 1)],
    ['was ended at its time limit', undefined, { exitCode: null, timedOut: true }, counts(0, 1)],
    ['ended with 1 though no test failed', counts(3), { exitCode: 1, timedOut: false }, counts(3, 1)],
    ['ended with a signal though no test failed', counts(3), { exitCode: null, timedOut: false }, counts(3, 1)],
  ])('counts a failure when it %s', (fault, reported, ending, expected) => {
    const judgement = judge(reported, ending);
    expect(judgement.counts).toEqual(expected);
    expect(judgement.fault).toContain(fault);
  });

  it('counts failed tests once', () => {
    expect(judge(counts(3, 2), { exitCode: 1, timedOut: false })).toEqual({ counts: counts(3, 2) });
  });

  it('takes the counts of a suite that went well as they are', () => {
    expect(judge(counts(3, 0, 1), well)).toEqual({ counts: counts(3, 0, 1) });
  });
});

describe("vitest's report", () => {
  const readReport = (text: string): Counts | undefined => {
    const folder = mkdtempSync(join(tmpdir(), 'landfall-report-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'report.json'), text);
    return readVitestReport(join(folder, 'report.json'));
  };

  it('is no report when it is absent or cut off', () => {
    expect(readVitestReport('/nowhere/report.json')).toBeUndefined();
    expect(readReport('{ "numPassedTests": 3')).toBeUndefined();
  });

  it('counts a file that did not load as a failed test, and tests to be written as skipped', () => {
    const file = (status: string, ...tests: string[]) => ({
      status,
      assertionResults: tests.map((testStatus) => ({ status: testStatus })),
    });
    const testResults = [file('passed', 'passed'), file('failed', 'passed', 'failed'), file('failed')];
    const numbers = { numPassedTests: 2, numFailedTests: 1, numPendingTests: 4, numTodoTests: 1 };
    expect(readReport(JSON.stringify({ ...numbers, testResults }))).toEqual(counts(2, 2, 5));
  });
});
