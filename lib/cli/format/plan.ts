import type { PlanView } from '../../query/views.ts';
import type { Look } from '../terminal.ts';
import { formatReasons } from './reasons.ts';
import { formatTable } from './table.ts';
import { count, oneLine } from './text.ts';
import { formatDuration } from './time.ts';

type Run = PlanView['runs'][number];

/** Runs of one job that follow each other, from this many on, stand in one line. */
const groupFrom = 4;
const reasonsShown = 10;

export function formatPlan({ runs, reasons, estimateSeconds }: PlanView, look: Look): readonly string[] {
  const waits = reasons.length === 0 ? [] : ['', `${count(reasons.length, 'partition')} would be waited for first:`];
  return [
    title(runs, reasons.length, estimateSeconds),
    ...steps(runs, look),
    ...waits,
    ...formatReasons(reasons.slice(0, reasonsShown), look),
    ...(reasons.length > reasonsShown ? [`… ${count(reasons.length - reasonsShown, 'more', 'more')}`] : []),
  ];
}

function title(runs: readonly Run[], waits: number, estimateSeconds: number): string {
  const estimate = estimateSeconds === 0 ? '' : `, about ${formatDuration(estimateSeconds)}`;
  if (runs.length > 0) return `${count(runs.length, 'run')}${estimate}, in this order:`;
  return waits === 0 ? 'Nothing would run: it is there already.' : 'Nothing would run yet.';
}

interface Step {
  readonly from: number;
  readonly runs: readonly Run[];
}

function steps(runs: readonly Run[], look: Look): readonly string[] {
  if (runs.length === 0) return [];
  const columns = [
    {
      title: '',
      cell: ({ from, runs: of }: Step) => (of.length === 1 ? `${from}` : `${from}-${from + of.length - 1}`),
    },
    { title: 'JOB', cell: ({ runs: of }: Step) => oneLine(of[0]!.job), keep: 'start' as const },
    { title: 'OUTPUTS', cell: outputsOf, keep: 'start' as const },
  ];
  return formatTable(columns, grouped(runs), look);
}

function outputsOf({ runs }: Step): string {
  const first = runs[0]!.outputs.join(', ');
  return runs.length === 1 ? first : `${runs[0]!.outputs[0]} … ${runs.at(-1)!.outputs[0]}`;
}

function grouped(runs: readonly Run[]): readonly Step[] {
  const found: Step[] = [];
  for (let at = 0; at < runs.length; ) {
    let end = at + 1;
    while (end < runs.length && runs[end]!.job === runs[at]!.job) end++;
    const same = runs.slice(at, end);
    if (same.length >= groupFrom) found.push({ from: at + 1, runs: same });
    else found.push(...same.map((run, i) => ({ from: at + 1 + i, runs: [run] })));
    at = end;
  }
  return found;
}
