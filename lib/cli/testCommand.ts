import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { SuiteProgress, suiteLine } from './testProgress.ts';
import { addCounts, type Counts, formatCounts, noCounts } from './testReport.ts';
import { runSuite, type SuiteResult } from './testRunner.ts';
import { type Suite, suites } from './testSuites.ts';

/**
 * `landfall test [suite…]`: runs the named suites of this clone, all of them by default, one after another. The last
 * line on standard output is `N passed, N failed, N skipped`.
 *
 * @returns 0 when all is well; 1 when a test failed, or was skipped while `CI` is set; 2 for an unknown suite.
 */
export async function testCommand(names: readonly string[]): Promise<number> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  if (!existsSync(new URL('../../test', import.meta.url))) {
    console.error('landfall: test runs the tests of landfall itself, and they are only in a clone of it.');
    return 2;
  }
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    const known = suites.map((suite) => suite.name).join(', ');
    console.error(`landfall: no suite is called ${unknown.join(', ')}; there are ${known}.`);
    return 2;
  }
  const chosen = suites.filter((suite) => names.length === 0 || names.includes(suite.name));
  return verdict(await runAll(chosen, root));
}

async function runAll(chosen: readonly Suite[], root: string): Promise<Counts> {
  const interrupt = new AbortController();
  let total = noCounts;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupt.abort());
  for (const suite of chosen) {
    if (interrupt.signal.aborted) break;
    const result = await runShown(suite, root, interrupt.signal);
    total = addCounts(total, result.counts);
  }
  if (!interrupt.signal.aborted) return total;
  console.error('landfall: interrupted; the suites after this were not run.');
  // The interrupted suite has failed already, unless it was between two.
  return total.failed > 0 ? total : addCounts(total, { ...noCounts, failed: 1 });
}

async function runShown(suite: Suite, root: string, signal: AbortSignal): Promise<SuiteResult> {
  const progress = new SuiteProgress(suite.name);
  const result = await runSuite(suite, { root, signal, onOutput: (text) => progress.add(text) });
  progress.end();
  if (result.counts.failed > 0) console.log(`\n${forReader(result.output.trim())}\n`);
  console.log(suiteLine(result));
  return result;
}

/** Some runners colour their output even for a pipe. */
const forReader = (output: string): string => (process.stdout.isTTY ? output : stripVTControlCharacters(output));

function verdict(total: Counts): number {
  const inCi = !['', '0', 'false', undefined].includes(process.env.CI);
  if (inCi && total.skipped > 0) console.error('landfall: with CI set, a skipped test is a failure.');
  console.log(formatCounts(total));
  return total.failed > 0 || (inCi && total.skipped > 0) ? 1 : 0;
}
