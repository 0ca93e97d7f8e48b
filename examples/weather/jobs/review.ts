import { defineJob } from 'landfall';
import type { Day } from './clean.ts';
import { highest, round, rowsBelow, sum } from './rows.ts';

type Month = { days: number; rainMm: number; rainyDays: number; meanC: number };
type Extremes = { hottest: Day; coldest: Day };

/** A year from its months. Both partitions of a month come from one run, so they agree. */
export default defineJob(async (run) => {
  const { year } = run.keys;
  const months = await rowsBelow<Month>(run, 'weather/monthly');
  const extremes = await rowsBelow<Extremes>(run, 'weather/extremes');
  const days = sum(months, (month) => month.days);
  const rainMm = sum(months, (month) => month.rainMm);
  const rainyDays = sum(months, (month) => month.rainyDays);
  const meanC = round(sum(months, (month) => month.meanC * month.days) / days);
  const { hottest } = highest(extremes, (month) => month.hottest.maxC);
  const { coldest } = highest(extremes, (month) => -month.coldest.minC);
  await run.write(`weather/yearly/${year}`, [{ year, days, rainMm, rainyDays, meanC, hottest, coldest }]);
});
