import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly commit: string;
  readonly date: string;
  readonly loadAtStart: string;
  readonly loadAtEnd: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

export function load(): string {
  return loadavg()
    .map((value) => value.toFixed(2))
    .join(', ');
}

/** @param loadAtStart what `load` said then. */
export function machine(loadAtStart: string): Machine {
  const isChanged = git('status', '--porcelain', '--untracked-files=no', '--', 'lib', 'bench/*.ts') !== '';
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    commit: `${git('rev-parse', '--short', 'HEAD')}${isChanged ? ' with changes that are not committed' : ''}`,
    date: git('log', '-1', '--format=%cI'),
    loadAtStart,
    loadAtEnd: load(),
  };
}

/** Empty where this is no clone. */
function git(...args: readonly string[]): string {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}
