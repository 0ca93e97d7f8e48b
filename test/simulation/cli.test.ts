import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { mutants } from './mutants/list.ts';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

function run(args: readonly string[], mutant?: string) {
  const hook = mutant === undefined ? [] : ['--import', here('./mutants/hook.ts')];
  const env = { ...process.env, ...(mutant === undefined ? {} : { SIMULATION_MUTANT: mutant }) };
  return spawnSync(process.execPath, [...hook, here('./simulate.ts'), ...args], { encoding: 'utf8', env });
}

describe('npm run simulate', () => {
  it('refuses a call without a seed, and says how it is called', () => {
    const { status, stdout } = run([]);
    expect(status).toBe(2);
    expect(stdout).toContain('--seed N');
  });

  it('prints seed, commit, the broken promise and a shrunk story, and ends with 1', () => {
    const { name, seed } = mutants.find((one) => one.name === 'failure-wakes-nobody')!;
    const { status, stdout } = run(['--seed', String(seed)], name);
    expect(status).toBe(1);
    expect(stdout).toMatch(new RegExp(`BROKEN at commit \\w+( with changes)?, seed ${seed}: `));
    expect(stdout).toContain('The shortest story found');
    expect(stdout).toContain('a person: createWant');
    expect(stdout).toContain(`npm run simulate -- --seed ${seed} --steps`);
  });

  it('prints the same history each time, and its story where it is asked for', () => {
    const [plain, told] = [run(['--seed', '3']), run(['--seed', '3', '--story'])];
    expect(plain.status).toBe(0);
    expect(plain.stdout).toMatch(/^seed 3: \d+ steps, \d+ commits, history [0-9a-f]{32}\n$/);
    expect(told.stdout.endsWith(plain.stdout)).toBe(true);
    expect(told.stdout).toContain('a person: createWant');
  });

  it('plays many seeds', () => {
    const { status, stdout } = run(['--seeds', '5', '--from', '30']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^5 seeds, \d+ steps/);
  });
});
