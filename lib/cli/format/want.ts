import type { WantDetailView, WantView } from '../../query/views.ts';
import type { Look } from '../terminal.ts';
import { formatReasons } from './reasons.ts';
import { colourOf, paintState } from './states.ts';
import { type Column, firstLines, formatFields, formatTable } from './table.ts';
import { count, firstOf, oneLine, wrap } from './text.ts';
import { formatAge, formatDuration, formatMomentNear } from './time.ts';

const slaWords: Readonly<Record<WantView['sla'], string>> = {
  none: '',
  onTrack: 'on track',
  atRisk: 'at risk',
  late: 'late',
  lateAtCreation: 'late at creation',
  met: 'met',
  missed: 'missed',
};

export function formatWants(wants: readonly WantView[], look: Look): readonly string[] {
  const columns: readonly Column<WantView>[] = [
    { title: 'WANT', cell: (want) => want.wantId },
    { title: 'STATE', cell: (want) => want.state, colour: (want) => colourOf(want.state) },
    { title: 'SLA', cell: (want) => slaWords[want.sla], colour: (want) => colourOf(want.sla) },
    { title: 'AGE', cell: (want) => formatAge(want.createdAt, look.now) },
    { title: 'PARTITIONS', cell: (want) => firstOf(want.partitionRefs), keep: 'end' },
  ];
  return formatTable(columns, wants, look);
}

const refsShown = 10;

export function formatWant(want: WantDetailView, look: Look): readonly string[] {
  const { paint } = look;
  const near = (at: string | null) => (at === null ? null : formatMomentNear(at, look.now));
  const fields = formatFields([
    ['want', want.wantId],
    ['state', paintState(paint, want.state)],
    ['partitions', firstLines(want.partitionRefs, refsShown)],
    ['created', near(want.createdAt)],
    ['source', want.source],
    ['data of', want.dataTimestamp === want.createdAt ? null : near(want.dataTimestamp)],
    ['deadline', deadlineOf(want, look)],
    ['fresh after', near(want.freshAfter)],
    [
      'depends on',
      firstLines(
        want.externalDependencies.map((one) => `${one.graph}:${one.partitionRef}`),
        refsShown,
      ),
    ],
    ['comment', want.comment === null ? null : wrap(oneLine(want.comment), look.width - 13)],
    ['for', firstLines(want.parentWantIds ?? [], refsShown)],
    want.endedAt === null ? ['expires', near(want.expiresAt)] : ['ended', near(want.endedAt)],
  ]);
  return [...fields, ...(want.reasons.length === 0 ? [] : ['', 'because:', ...formatReasons(want.reasons, look)])];
}

function deadlineOf({ slaDeadline, sla, slaSeconds }: WantView, look: Look): string | null {
  if (slaDeadline === null) return null;
  const colour = colourOf(sla);
  const word = colour === null ? slaWords[sla] : look.paint(colour, slaWords[sla]);
  const after = slaSeconds === null ? '' : `, SLA ${formatDuration(slaSeconds)}`;
  return `${formatMomentNear(slaDeadline, look.now)}${after}${word === '' ? '' : `: ${word}`}`;
}

/** What a new want is told with: its id, what it asks for, and what it waits for. */
export function formatCreated(want: WantView, look: Look): readonly string[] {
  const what = want.partitionRefs.length === 1 ? want.partitionRefs[0] : count(want.partitionRefs.length, 'partition');
  const blocking = want.reasons.filter(({ kind }) => kind !== 'queued'); // That it is about to be made is its state.
  return [`${want.wantId} wants ${what}: ${paintState(look.paint, want.state)}`, ...formatReasons(blocking, look)];
}
