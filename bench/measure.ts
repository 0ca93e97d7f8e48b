/** Minimum, median and maximum of a series. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface Pairs {
  readonly measured: Spread;
  readonly limit: Spread;
  /** Measured over limit, of each pair that was taken next to each other. */
  readonly ratio: Spread;
}

export function spreadOf(values: readonly number[]): Spread {
  return { min: Math.min(...values), median: quantile(values, 0.5), max: Math.max(...values) };
}

/** @param share 0.5: the median, 0.99: p99. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
}

export function pairsOf(measured: readonly number[], limit: readonly number[]): Pairs {
  const ratios = measured.map((value, i) => value / limit[i]!);
  return { measured: spreadOf(measured), limit: spreadOf(limit), ratio: spreadOf(ratios) };
}

/** Takes both in turns, A, B, A, B, …, after one turn each that does not count. */
export async function inTurns(
  repetitions: number,
  measured: () => Promise<number>,
  limit: () => Promise<number>,
): Promise<Pairs> {
  const series: [number[], number[]] = [[], []];
  for (let turn = 0; turn <= repetitions; turn++) {
    const [a, b] = [await measured(), await limit()];
    if (turn === 0) continue;
    series[0].push(a);
    series[1].push(b);
  }
  return pairsOf(...series);
}

/** @returns seconds. */
export async function timed(act: () => unknown): Promise<number> {
  const start = performance.now();
  await act();
  return (performance.now() - start) / 1000;
}
