import { isReached, type Result } from '../figure.ts';
import type { FigureReport } from '../measureFigure.ts';
import type { Machine } from './machine.ts';
import { show, showGoal, showMiss, showSpread } from './numbers.ts';

/** The whole of RESULTS.md. */
export function markdown(reports: readonly FigureReport[], machine: Machine): string {
  const results = reports.flatMap((report) => report.results);
  const missed = reports.filter((report) => !report.results.every(isReached));
  return [
    '# Measures',
    '',
    'Each figure beside the limit of this machine for the same work, taken in turns in the same job (A, B, A, B, …),',
    '7 times unless it says otherwise; minimum / median / maximum. A ratio is that of two turns next to each other, and',
    'medians are judged. `npm run bench` makes this file; [README.md](README.md) says what is measured how.',
    '',
    ...machineLines(machine),
    '',
    `${results.filter(isReached).length} of ${results.length} figures reach their goal.`,
    '',
    '| figure | unit | landfall | limit | ratio | goal | |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...results.map(row),
    '',
    '![Growth of the hot paths](growth.svg)',
    '',
    '## What each limit does',
    '',
    ...results.flatMap(explained),
    '',
    '## What is missed, and why',
    '',
    ...(missed.length === 0 ? ['Nothing.'] : missed.flatMap(missedSection)),
    '',
  ]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n');
}

function machineLines({
  cpu,
  cores,
  memoryGb,
  node,
  commit,
  date,
  loadAtStart,
  loadAtEnd,
}: Machine): readonly string[] {
  return [
    `* Machine: ${cpu}, ${cores} cores, ${memoryGb} GB`,
    `* Node ${node}`,
    `* Commit ${commit}, ${date}`,
    `* Load average (1, 5, 15 minutes): ${loadAtStart} at the start, ${loadAtEnd} at the end`,
  ];
}

function row(result: Result): string {
  const { title, unit, measured, limit, ratio, goal } = result;
  const cells = [
    title,
    unit,
    showSpread(measured),
    limit === null ? '–' : showSpread(limit),
    ratio === null ? '–' : showSpread(ratio),
    showGoal(goal, unit),
    isReached(result) ? 'reached' : '**missed**',
  ];
  return `| ${cells.join(' | ')} |`;
}

function explained({ title, limitIs, notes }: Result): readonly string[] {
  return [`* **${title}**: ${limitIs}.${notes.map((note) => ` ${note}`).join('')}`];
}

function missedSection({ figure, results, profile }: FigureReport): readonly string[] {
  return [
    `### ${figure.name}`,
    '',
    ...results.filter((result) => !isReached(result)).map((result) => `* ${result.title}: ${showMiss(result)}.`),
    '',
    figure.cost.replace(/\s+/g, ' '),
    '',
    'Where the time goes (self time of what is not idle, from `node --cpu-prof`):',
    '',
    '| share | function |',
    '| --- | --- |',
    ...profile.map(({ what, share }) => `| ${show(share * 100)}% | \`${what}\` |`),
    '',
  ];
}
