import { readFileSync } from 'node:fs';

/** How many tests of one suite ended how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const noCounts: Counts = { passed: 0, failed: 0, skipped: 0 };

export const addCounts = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

export const formatCounts = (counts: Counts): string =>
  `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;

/** What is used of the report that vitest's `json` reporter writes. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/**
 * The counts of a vitest run, from its own report. A file that failed without a failed test (it did not load, or a
 * hook threw) counts as one failed test. Undefined when there is no readable report.
 */
export function readVitestReport(path: string): Counts | undefined {
  let report: VitestReport;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** How a suite's program ended. */
export interface Ending {
  readonly exitCode: number | null;
  readonly timedOut: boolean;
}

/** A suite's result, and in words what is wrong beyond its failed tests. */
export interface Judgement {
  readonly counts: Counts;
  readonly fault?: string;
}

const alsoFailed = (counts: Counts, fault: string): Judgement => ({
  counts: { ...counts, failed: counts.failed + 1 },
  fault,
});

/**
 * Joins a suite's report with its ending, so that no suite passes by accident: one that timed out, crashed, left no
 * report or had no tests is itself a failed test.
 */
export function judge(counts: Counts | undefined, ending: Ending): Judgement {
  if (ending.timedOut) return alsoFailed(counts ?? noCounts, 'it was ended at its time limit');
  if (!counts) return alsoFailed(noCounts, 'it left no report');
  if (counts.passed + counts.failed + counts.skipped === 0) return alsoFailed(counts, 'it has no tests');
  if (ending.exitCode !== 0 && counts.failed === 0) {
    return alsoFailed(counts, `it ended with ${ending.exitCode ?? 'a signal'} though no test failed`);
  }
  return { counts };
}
