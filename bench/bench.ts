/** Measures landfall beside its machine: prints each figure, and writes RESULTS.md and growth.svg. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Figure } from './figure.ts';
import { figures } from './figures/index.ts';
import { type FigureReport, measureFigure } from './measureFigure.ts';
import { growthChart } from './report/chart.ts';
import { load, machine } from './report/machine.ts';
import { markdown } from './report/markdown.ts';
import { tableLines } from './report/table.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const usage = `npm run bench -- [--quick] [--only NAME]…

  --quick      small sizes and few repetitions: shows that everything works, and writes nothing
  --only NAME  this figure alone, printed and not written: ${figures.map(({ name }) => name).join(', ')}`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const chosen = choose(args);
  if (chosen === null) {
    console.error(usage);
    return 2;
  }
  const loadAtStart = load();
  // In the clone, not in the temporary folder: that may be memory, where nothing is durable.
  const folder = join(here, '..', '.landfall', `bench-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  try {
    const reports = await measureAll(chosen.figures, folder, chosen.quick, stop.signal);
    if (chosen.isWhole) write(reports, loadAtStart);
    return 0;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.error('Stopped; nothing was written.');
    return 130;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `null`: not understood. */
function choose(args: readonly string[]) {
  try {
    const options = { quick: { type: 'boolean' }, only: { type: 'string', multiple: true } } as const;
    const { quick = false, only = [] } = parseArgs({ args: [...args], options }).values;
    if (only.some((name) => !figures.some((figure) => figure.name === name))) return null;
    const some = only.length === 0 ? figures : figures.filter(({ name }) => only.includes(name));
    return { quick, figures: some, isWhole: !quick && only.length === 0 };
  } catch {
    return null;
  }
}

async function measureAll(
  some: readonly Figure[],
  folder: string,
  quick: boolean,
  stopped: AbortSignal,
): Promise<readonly FigureReport[]> {
  const reports: FigureReport[] = [];
  for (const figure of some) {
    const report = await measureFigure(figure, folder, quick, stopped);
    reports.push(report);
    for (const result of report.results) for (const line of tableLines(result)) console.log(line);
    console.log(`         ${figure.name} took ${report.seconds.toFixed(0)} s`);
  }
  return reports;
}

function write(reports: readonly FigureReport[], loadAtStart: string): void {
  writeFileSync(join(here, 'RESULTS.md'), markdown(reports, machine(loadAtStart)));
  writeFileSync(join(here, 'growth.svg'), growthChart(reports.flatMap(({ growth }) => growth ?? [])));
  console.log(`Written: ${join('bench', 'RESULTS.md')}, ${join('bench', 'growth.svg')}`);
}
