import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runSuite, type SuiteResult } from '../../lib/cli/testRunner.ts';
import type { Suite } from '../../lib/cli/testSuites.ts';
import { isAlive } from './alive.ts';

let root: string;
let interrupt: AbortController;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'landfall-runner-'));
  mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
  interrupt = new AbortController();
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const report = { numPassedTests: 2, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, testResults: [] };
const writesReport = `
  const file = process.argv.find((arg) => arg.startsWith('--outputFile.json=')).slice(18);
  require('node:fs').writeFileSync(file, '${JSON.stringify(report)}');`;

/** Runs a suite whose program is this piece of CommonJS. */
function run(kind: Suite['kind'], program: string, limitSeconds = 60): Promise<SuiteResult> {
  const name = kind === 'check' ? 'lint' : 'vitest';
  writeFileSync(join(root, 'node_modules/.bin', name), program);
  const suite: Suite =
    kind === 'check'
      ? { name: 'lint', kind, command: ['lint', '--all'], limitSeconds }
      : { name: 'unit', kind, testSecondsMax: 1, limitSeconds };
  return runSuite(suite, { root, signal: interrupt.signal, onOutput: () => {} });
}

const startsChild = `
  const child = require('node:child_process').spawn('sleep', ['600'], { stdio: 'inherit' });
  console.log('child ' + child.pid);`;

const childOf = (output: string): number => Number(/child (\d+)/.exec(output)?.[1]);

async function expectEnded(pid: number): Promise<void> {
  expect(pid).toBeGreaterThan(1);
  await vi.waitUntil(() => !isAlive(pid), { timeout: 10_000 });
}

describe('test runner', () => {
  it('counts a check that ends with another code than 0 as one failed test, with its output', async () => {
    const result = await run('check', 'console.log("out"); console.error(process.argv[2]); process.exitCode = 3;');
    expect(result.counts).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(result.output).toBe('out\n--all\n');
  });

  it('counts a crash before the report as a failed test', async () => {
    const result = await run('vitest', 'process.kill(process.pid, "SIGKILL")');
    expect(result.counts).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('ends a suite at its time limit, with all that it started', async () => {
    const result = await run('vitest', `${writesReport}${startsChild} setInterval(() => {}, 1000);`, 1);
    expect(result.counts).toEqual({ passed: 2, failed: 1, skipped: 1 });
    await expectEnded(childOf(result.output));
  });

  it('does not wait for what a suite left running, and ends it', async () => {
    const result = await run('check', `${startsChild} child.unref(); process.exit(0);`);
    expect(result.counts).toEqual({ passed: 1, failed: 0, skipped: 0 });
    await expectEnded(childOf(result.output));
  });

  it('ends the running suite when it is interrupted', async () => {
    const running = run('check', 'setInterval(() => {}, 1000)');
    interrupt.abort();
    expect((await running).counts).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it("takes the counts from the runner's own report", async () => {
    const result = await run('vitest', writesReport);
    expect(result).toMatchObject({ name: 'unit', counts: { passed: 2, failed: 0, skipped: 1 } });
  });
});
