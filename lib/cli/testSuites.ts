/** A check has no counter of its own: it is one test, which passed when it ended with 0. */
export interface CheckSuite {
  readonly name: string;
  readonly kind: 'check';
  /** A program of `node_modules/.bin` and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly limitSeconds: number;
}

/** The tests in `test/<name>`; vitest counts them. */
export interface VitestSuite {
  readonly name: string;
  readonly kind: 'vitest';
  /** For one test. */
  readonly testSecondsMax: number;
  /** For the whole suite, which is ended then and has failed. */
  readonly limitSeconds: number;
}

export type Suite = CheckSuite | VitestSuite;

const check = (name: string, ...command: [string, ...string[]]): CheckSuite => ({
  name,
  kind: 'check',
  command,
  limitSeconds: 120,
});

const vitest = (name: string, testSecondsMax: number, limitSeconds: number): VitestSuite => ({
  name,
  kind: 'vitest',
  testSecondsMax,
  limitSeconds,
});

/** Everything that `landfall test` runs, in this order: the one place where a suite is added. */
export const suites: readonly Suite[] = [
  check('format', 'biome', 'ci', '--linter-enabled=false', '--assist-enabled=false'),
  check('lint', 'biome', 'ci', '--formatter-enabled=false'),
  check('types', 'tsc', '-p', '.'),
  vitest('unit', 20, 180),
  vitest('contract', 20, 180),
  vitest('simulation', 180, 420),
  vitest('fuzz', 60, 240),
  vitest('histories', 20, 60),
  vitest('e2e', 120, 420),
];
