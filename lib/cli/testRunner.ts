import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ending, type Judgement, judge, readVitestReport } from './testReport.ts';
import type { Suite, VitestSuite } from './testSuites.ts';

/** What a finished suite leaves behind. */
export interface SuiteResult extends Judgement {
  readonly name: string;
  readonly seconds: number;
  /** Everything that its program printed. */
  readonly output: string;
}

export interface RunOptions {
  /** The clone's folder. */
  readonly root: string;
  /** Ends the running suite with all of its processes. */
  readonly signal: AbortSignal;
  /** Called with each piece of output as it comes. */
  readonly onOutput: (text: string) => void;
}

/** Runs one suite to its end. It never throws for what the suite does: that is in the result. */
export async function runSuite(suite: Suite, options: RunOptions): Promise<SuiteResult> {
  const startedAt = performance.now();
  const scratch = mkdtempSync(join(tmpdir(), 'landfall-test-'));
  const report = join(scratch, 'report.json');
  try {
    const command = suite.kind === 'check' ? suite.command : vitestCommand(suite, report);
    const { output, ...ending } = await runProgram(command, suite.limitSeconds, options);
    const judgement = suite.kind === 'check' ? judgeCheck(ending) : judge(readVitestReport(report), ending);
    return { name: suite.name, seconds: (performance.now() - startedAt) / 1000, output, ...judgement };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function judgeCheck(ending: Ending): Judgement {
  const passed = ending.exitCode === 0 ? 1 : 0;
  if (ending.timedOut) return judge(undefined, ending);
  return { counts: { passed, failed: 1 - passed, skipped: 0 } };
}

function vitestCommand(suite: VitestSuite, report: string): [string, ...string[]] {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return ['vitest', 'run', '--project', suite.name, '--allowOnly=false', ...reporters];
}

type Ended = Ending & { readonly output: string };

/** Runs a program of `node_modules/.bin` in its own process group, which does not outlive it. */
function runProgram([program, ...args]: readonly [string, ...string[]], limitSeconds: number, options: RunOptions) {
  const path = join(options.root, 'node_modules', '.bin', program);
  const child = spawn(process.execPath, [path, ...args], {
    cwd: options.root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let timedOut = false;
  const collect = (text: string) => {
    output += text;
    options.onOutput(text);
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  const end = () => killGroup(child.pid);
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, limitSeconds * 1000);
  options.signal.addEventListener('abort', end);
  return new Promise<Ended>((resolve) => {
    child.on('error', (error) => collect(`${error.message}\n`));
    // What it left running would hold the pipes open: it goes with it.
    child.on('exit', end);
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', end);
      resolve({ exitCode, timedOut, output });
    });
  });
}

function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // The group has ended already.
  }
}
