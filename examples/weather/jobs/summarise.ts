import { defineJob } from 'landfall';
import type { Day } from './clean.ts';
import { highest, round, rowsBelow, sum } from './rows.ts';

/** What a month was like, and its days that stand out. */
export default defineJob(async (run) => {
  const { month } = run.keys;
  const days = await rowsBelow<Day>(run, 'weather/daily');
  const rainMm = sum(days, (day) => day.rainMm);
  const rainyDays = days.filter((day) => day.rainMm > 0).length;
  const meanC = round(sum(days, (day) => (day.maxC + day.minC) / 2) / days.length);
  await run.write(`weather/monthly/${month}`, [{ month, days: days.length, rainMm, rainyDays, meanC }]);
  const hottest = highest(days, (day) => day.maxC);
  const coldest = highest(days, (day) => -day.minC);
  await run.write(`weather/extremes/${month}`, [{ month, hottest, coldest }]);
});
