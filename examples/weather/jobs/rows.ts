import type { Run } from 'landfall';

/** The one row of each input below a folder, in the order of time. */
export function rowsBelow<T>(run: Run, folder: string): Promise<T[]> {
  const inputs = run.inputs.filter((input) => input.partitionRef.startsWith(`${folder}/`));
  return Promise.all(inputs.map(async (input) => JSON.parse(await run.read(input).text()) as T));
}

export const highest = <T>(rows: T[], figure: (row: T) => number) =>
  rows.reduce((first, row) => (figure(row) > figure(first) ? row : first));

export const sum = <T>(rows: T[], figure: (row: T) => number) =>
  round(rows.reduce((total, row) => total + figure(row), 0));

export const round = (value: number) => Number(value.toFixed(3)); // To thousandths.
