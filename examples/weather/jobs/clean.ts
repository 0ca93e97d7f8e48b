import { defineJob, RetryableError } from 'landfall';

/** One day: numbers are numbers, and units are in their names. */
export type Day = { date: string; rainMm: number; maxC: number; minC: number; windMps: number; weather: string };

/** Finds its day in the file that was reported: one day's file, or the whole feed. */
export default defineJob(async (run) => {
  const { date = '' } = run.keys;
  const text = await run.read(`weather/raw/${date}`).text();
  const row = text.split('\n').find((line) => line.startsWith(`${date},`));
  const [, rain, max, min, wind, weather] = row?.split(',') ?? [];
  if (!weather) throw new RetryableError(`the row of ${date} is cut short: its file is still being written`);
  const day: Day = { date, rainMm: Number(rain), maxC: Number(max), minC: Number(min), windMps: Number(wind), weather };
  await run.write(`weather/daily/${date}`, [day]);
});
