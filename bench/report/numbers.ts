import type { Goal, Result } from '../figure.ts';
import type { Spread } from '../measure.ts';

/** Three digits that say something, with a comma for thousands. */
export function show(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

export function showSpread({ min, median, max }: Spread): string {
  return min === max ? show(median) : `${show(min)} / ${show(median)} / ${show(max)}`;
}

export function showGoal(goal: Goal | null, unit: string): string {
  if (goal === null) return '–';
  return goal.of === 'ratio' ? `${goal.sense} ${show(goal.value)}×` : `${goal.sense} ${show(goal.value)} ${unit}`;
}

/** By how much a goal is missed, in words. */
export function showMiss({ goal, ratio, measured, unit }: Result): string {
  if (goal === null) return '';
  const value = (goal.of === 'ratio' ? ratio : measured)?.median ?? Number.NaN;
  const factor = goal.sense === '≥' ? goal.value / value : value / goal.value;
  const what = goal.of === 'ratio' ? `${show(value)}×` : `${show(value)} ${unit}`;
  return `${what} where ${showGoal(goal, unit)} is to be reached: ${show(factor)} times off`;
}
