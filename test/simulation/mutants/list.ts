import { evaluation } from './evaluation.ts';
import { logAndWants } from './logAndWants.ts';
import type { Mutant } from './mutant.ts';
import { poolsAndRuns } from './poolsAndRuns.ts';

export const mutants: readonly Mutant[] = [...evaluation, ...poolsAndRuns, ...logAndWants];
