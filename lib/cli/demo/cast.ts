import { addDays, daysBetween } from './days.ts';

/** Whoever changes one of these changes the story, not its checks: they are computed. */
export const cast = {
  years: ['2012', '2013', '2014', '2015'],
  /** The day that is missing. */
  missingDay: '2014-03-17',
  /** The day whose file is cut short when it is reported. */
  cutDay: '2013-08-20',
  /** The month that two people want. */
  sharedMonth: '2013-07',
  /** The rolling windows that are wanted. */
  windows: daysBetween('2014-03-01', '2014-05-31'),
  seed: 2012,
} as const;

const windowDays = 30;

export const refs = {
  raw: (day: string) => `weather/raw/${day}`,
  daily: (day: string) => `weather/daily/${day}`,
  monthly: (month: string) => `weather/monthly/${month}`,
  yearly: (year: string) => `weather/yearly/${year}`,
  rolling: (day: string) => `weather/rolling/${day}`,
};

/** The wanted windows that need the missing day. */
export function windowsOfMissingDay(): readonly string[] {
  const last = addDays(cast.missingDay, windowDays - 1);
  return cast.windows.filter((day) => day >= cast.missingDay && day <= last);
}
