const units = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3_600 },
  { name: 'm', seconds: 60 },
  { name: 's', seconds: 1 },
] as const;

/** `2d 3h`, `1h 30m`, `45s`: the two largest units; under a second `0s`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const first = units.findIndex((unit) => whole >= unit.seconds);
  if (first === -1) return '0s';
  const { name, seconds: size } = units[first]!;
  const next = units[first + 1];
  const rest = next === undefined ? 0 : Math.floor((whole % size) / next.seconds);
  return `${Math.floor(whole / size)}${name}${rest === 0 ? '' : ` ${rest}${next!.name}`}`;
}

/** How long ago, in the largest unit, for a column: `3h`. */
export function formatAge(at: string, now: number): string {
  return formatDuration((now - Date.parse(at)) / 1000).split(' ', 1)[0]!;
}

/** `2026-11-20 15:02:03 UTC`. */
export function formatMoment(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}

/** A moment, and how far it is from now: `2026-11-20 15:02:03 UTC (3h ago)`, `… (in 20m)`. */
export function formatMomentNear(at: string, now: number): string {
  const seconds = Math.round((now - Date.parse(at)) / 1000);
  const distance = formatDuration(Math.abs(seconds));
  return `${formatMoment(at)} (${seconds >= 0 ? `${distance} ago` : `in ${distance}`})`;
}

/** How long something took, or has taken so far; `''` where it has not begun. */
export function formatTook(from: string | null, to: string | null, now: number): string {
  if (from === null) return '';
  return formatDuration(((to === null ? now : Date.parse(to)) - Date.parse(from)) / 1000);
}
