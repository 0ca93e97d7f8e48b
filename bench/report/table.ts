import { isReached, type Result } from '../figure.ts';
import { showGoal, showSpread } from './numbers.ts';

/** A figure in two lines of a terminal. */
export function tableLines(result: Result): readonly string[] {
  const { title, unit, measured, limit, ratio, goal } = result;
  const verdict = isReached(result) ? 'reached' : 'MISSED ';
  const parts = [
    `${showSpread(measured)} ${unit}`,
    ...(limit === null ? [] : [`limit ${showSpread(limit)}`]),
    ...(ratio === null ? [] : [`ratio ${showSpread(ratio)}`]),
    `goal ${showGoal(goal, unit)}`,
  ];
  return [`${verdict}  ${title}`, `         ${parts.join('   ')}`];
}
