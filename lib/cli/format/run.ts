import type { RunView } from '../../query/views.ts';
import type { Look } from '../terminal.ts';
import { colourOf, paintState } from './states.ts';
import { type Column, firstLines, formatFields, formatTable } from './table.ts';
import { firstOf, oneLine, wrap } from './text.ts';
import { formatAge, formatMomentNear, formatTook } from './time.ts';

export function formatRuns(runs: readonly RunView[], look: Look): readonly string[] {
  const columns: readonly Column<RunView>[] = [
    { title: 'RUN', cell: (run) => run.runId },
    { title: 'STATE', cell: (run) => run.state, colour: (run) => colourOf(run.state) },
    { title: 'JOB', cell: (run) => run.job, keep: 'start' },
    { title: 'AGE', cell: (run) => formatAge(run.createdAt, look.now) },
    { title: 'TOOK', cell: (run) => formatTook(run.startedAt, run.endedAt, look.now) },
    { title: 'OUTPUTS', cell: (run) => firstOf(run.outputs), keep: 'end' },
  ];
  return formatTable(columns, runs, look);
}

const refsShown = 10;

export function formatRun(run: RunView, look: Look): readonly string[] {
  const near = (at: string | null) => (at === null ? null : formatMomentNear(at, look.now));
  return formatFields([
    ['run', run.runId],
    ['state', stateOf(run, look)],
    ['job', oneLine(run.job)],
    ['attempt', String(run.attempt)],
    ['outputs', firstLines(run.outputs, refsShown)],
    [
      'inputs',
      firstLines(
        run.inputs.map((one) => one.partitionRef),
        refsShown,
      ),
    ],
    ['wants', firstLines(run.wantIds, refsShown)],
    ['created', near(run.createdAt)],
    ['started', near(run.startedAt)],
    ['ended', near(run.endedAt)],
    ['took', formatTook(run.startedAt, run.endedAt, look.now)],
    ['retry at', near(run.retryAt)],
    ['missing', firstLines(run.missing ?? [], refsShown)],
    ['error', run.error === null ? null : wrap(oneLine(run.error), look.width - 10)],
    ['metadata', run.metadata === null ? null : JSON.stringify(run.metadata)],
  ]);
}

function stateOf({ state, progress }: RunView, look: Look): string {
  const done = progress === null ? '' : `, ${Math.floor(progress * 100)} %`;
  return `${paintState(look.paint, state)}${done}`;
}
