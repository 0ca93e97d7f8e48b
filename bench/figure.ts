import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Spread } from './measure.ts';

/** What a figure is measured with. */
export interface Bench {
  /** Of this job alone, on the disk that is measured. */
  readonly folder: string;
  readonly repetitions: number;
  /** Small sizes, to see that everything works. */
  readonly quick: boolean;
  /** Where the service under measure leaves its profile; `null`: it is not profiled. */
  readonly profileFolder: string | null;
  /** A full size, or a small one. */
  size(full: number, quick: number): number;
}

/** What is to be reached, judged by the median. */
export interface Goal {
  readonly of: 'ratio' | 'measured';
  readonly sense: '≥' | '≤';
  readonly value: number;
}

/** One line of the table. */
export interface Result {
  readonly title: string;
  readonly unit: string;
  readonly measured: Spread;
  /** `null` where nothing of the machine is comparable. */
  readonly limit: Spread | null;
  readonly ratio: Spread | null;
  readonly goal: Goal | null;
  /** What the limit does. */
  readonly limitIs: string;
  /** What else was seen. */
  readonly notes: readonly string[];
}

/** A point of the chart of growth. */
export interface GrowthPoint {
  readonly path: string;
  readonly assets: number;
  readonly wants: number;
  readonly microseconds: number;
}

export interface Measured {
  readonly results: readonly Result[];
  readonly growth?: readonly GrowthPoint[];
}

export interface Figure {
  /** For `--only`. */
  readonly name: string;
  /** Why a goal may be missed, in words, beside the profile that shows it. */
  readonly cost: string;
  run(bench: Bench): Promise<Measured>;
}

export function isReached({ goal, ratio, measured }: Result): boolean {
  if (goal === null) return true;
  const value = (goal.of === 'ratio' ? ratio : measured)?.median ?? Number.NaN;
  return goal.sense === '≥' ? value >= goal.value : value <= goal.value;
}

/** A profile needs no statistics. */
export function repetitionsOf(quick: boolean, isProfile: boolean): number {
  if (isProfile) return 2;
  return quick ? 3 : 7;
}

/** A folder that nothing was measured in before. */
export function freshFolder({ folder }: Bench, name: string): string {
  return mkdtempSync(join(folder, `${name}-`));
}
