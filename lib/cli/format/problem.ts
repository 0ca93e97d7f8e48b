import type { Fault, Problem } from '../problem.ts';
import { oneLine, wrap } from './text.ts';

const faultsShown = 20;

/** A problem for people: the sentence, then every fault that the sentence does not say already. */
export function formatProblem({ detail, errors = [] }: Problem, width: number): readonly string[] {
  const sentence = manyParagraphs(`landfall: ${detail}`, width);
  const faults = errors.length === 1 && detail.includes(errors[0]!.detail) ? [] : errors;
  const more = faults.length > faultsShown ? [`  … ${faults.length - faultsShown} more`] : [];
  return [...sentence, ...faults.slice(0, faultsShown).flatMap((fault) => formatFault(fault, width)), ...more];
}

/** A detail may hold the lines of another program, below its own sentence. */
function manyParagraphs(text: string, width: number): readonly string[] {
  const [sentence = '', ...lines] = text.split('\n');
  return [...wrap(oneLine(sentence), width), ...lines.map((line) => `  ${oneLine(line)}`)];
}

function formatFault({ pointer, detail }: Fault, width: number): readonly string[] {
  const [first, ...rest] = wrap(oneLine(pointer ? `${pointer}: ${detail}` : detail), width - 4);
  return [`  - ${first}`, ...rest.map((line) => `    ${line}`)];
}
