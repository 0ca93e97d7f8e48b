import type { Colour, Paint } from '../terminal.ts';

const colours: Readonly<Record<string, Colour>> = {
  live: 'green',
  satisfied: 'green',
  succeeded: 'green',
  met: 'green',
  building: 'cyan',
  running: 'cyan',
  waiting: 'yellow',
  queued: 'yellow',
  atRisk: 'yellow',
  lateAtCreation: 'yellow',
  cancelled: 'dim',
  dropped: 'dim',
  failed: 'red',
  expired: 'red',
  timedOut: 'red',
  tainted: 'red',
  late: 'red',
  missed: 'red',
};

/** Of a want's, run's or partition's state, or an SLA's; `null` for one that is not coloured. */
export function colourOf(state: string): Colour | null {
  return colours[state] ?? null;
}

export function paintState(paint: Paint, state: string): string {
  const colour = colourOf(state);
  return colour === null ? state : paint(colour, state);
}
