import type { EventView } from '../../query/views.ts';
import type { Colour, Look } from '../terminal.ts';
import { firstOf, oneLine, shorten } from './text.ts';

const colours: Readonly<Record<string, Colour>> = {
  WantSatisfied: 'green',
  PartitionLive: 'green',
  WantFailed: 'red',
  WantExpired: 'red',
  PartitionTainted: 'red',
  SlaLate: 'red',
  SlaAtRisk: 'yellow',
  RunStarted: 'cyan',
};

const typeWidth = 16;

/** One line: when, what, of which partitions, and what more there is to say. */
export function formatEvent(event: EventView, look: Look): string {
  const colour = event.state === 'failed' || event.state === 'timedOut' ? 'red' : colours[event.type];
  const type = oneLine(event.type).padEnd(typeWidth);
  const text = `${event.at.slice(0, 19).replace('T', ' ')}  ${type}  ${subjectOf(event)}${moreOf(event)}`;
  const line = shorten(text, look.tableWidth);
  return colour === undefined ? line : line.replace(type, () => look.paint(colour, type));
}

function subjectOf({ partitionRef, partitionRefs }: EventView): string {
  if (typeof partitionRef === 'string') return oneLine(partitionRef);
  return Array.isArray(partitionRefs) ? oneLine(firstOf(partitionRefs.map(String))) : '';
}

function moreOf({ job, state, reason, attempt, type }: EventView): string {
  const ended = type === 'RunEnded' && typeof state === 'string' ? [state] : [];
  const run =
    typeof job === 'string' ? [typeof attempt === 'number' && attempt > 1 ? `${job}, attempt ${attempt}` : job] : [];
  const why = typeof reason === 'string' ? [reason] : [];
  const parts = [...run, ...ended, ...why].map(oneLine);
  return parts.length === 0 ? '' : `  ${parts.join(': ')}`;
}
