import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Caught, playMutant } from './mutants/child.ts';
import { mutants } from './mutants/list.ts';
import { applyEdit } from './mutants/mutant.ts';
import { planOf } from './plan/plan.ts';
import { simulate } from './world/simulation.ts';

const root = new URL('../../', import.meta.url);
const caught = new Map<string, Caught | null>();

/** Those whose seed is searched: `node test/simulation/mutants.ts --find NAME`. */
const seeded = mutants.filter(({ seed }) => seed > 0);

describe('mutants', () => {
  beforeAll(async () => {
    const waiting = [...seeded];
    const playNext = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        caught.set(next.name, await playMutant(next.name, next.seed, 1));
      }
    };
    await Promise.all([playNext(), playNext()]);
  });

  it('are many, each with a name of its own', () => {
    expect(seeded.length).toBeGreaterThanOrEqual(20);
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });

  it.each(mutants)('$name: its texts stand in the source once', ({ edits }) => {
    const mutated = new Map<string, string>();
    for (const edit of edits) {
      const source = mutated.get(edit.file) ?? readFileSync(new URL(edit.file, root), 'utf8');
      mutated.set(edit.file, applyEdit(source, edit));
    }
    expect(mutated.size).toBeGreaterThan(0);
  });

  it.each(seeded)('without this rule seed $seed breaks a promise: $rule', ({ name }) => {
    expect(caught.get(name)?.promise).toEqual(expect.any(String));
  });

  it.each([...new Set(seeded.map(({ seed }) => seed))])('with all rules seed %i breaks none', async (seed) => {
    expect((await simulate(planOf(seed))).broken).toBeNull();
  });
});
