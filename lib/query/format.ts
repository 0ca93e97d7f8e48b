import type { Moment } from './views.ts';

/** ISO 8601 in UTC with milliseconds. */
export function moment(at: number): Moment {
  return new Date(at).toISOString();
}

export function momentOrNull(at: number | null | undefined): Moment | null {
  return at === null || at === undefined ? null : moment(at);
}
