import { describe, expect, it } from 'vitest';
import { brokenOf, playSeeds } from './many.ts';
import { planOf } from './plan/plan.ts';
import { simulate, stepsMinDefault } from './world/simulation.ts';

const shardSeeds = 100;
const shards = [0, 1, 2, 3, 4, 5].map((shard) => 1 + shard * shardSeeds);

describe('every promise', () => {
  it.each(shards)('holds for 100 seeds from %i on, each of at least 2,000 steps', async (from) => {
    const played = await playSeeds(from, shardSeeds);
    expect(brokenOf(played).map(({ seed, broken }) => `--seed ${seed}: ${broken?.promise}: ${broken?.text}`)).toEqual(
      [],
    );
    expect(played.outcomes.map(({ seed }) => seed)).toEqual(Array.from({ length: shardSeeds }, (_, i) => from + i));
    expect(Math.min(...played.outcomes.map(({ steps }) => steps))).toBeGreaterThanOrEqual(stepsMinDefault);
  });
});

describe('a history', () => {
  it('is the same whenever its seed is played, here or in a thread of its own', async () => {
    const seeds = [11, 12, 13, 14];
    const here = [];
    for (const seed of [...seeds, ...seeds]) here.push((await simulate(planOf(seed))).hash);
    const { outcomes } = await playSeeds(seeds[0]!, seeds.length);
    const there = outcomes.map(({ hash }) => hash);
    expect(here).toEqual([...there, ...there]);
    expect(new Set(there).size).toBe(seeds.length);
  });

  it('differs with the interleaving', async () => {
    const plan = planOf(11);
    const [one, other] = [await simulate(plan), await simulate({ ...plan, scheduleSeed: 12 })];
    expect(one.hash).not.toBe(other.hash);
  });
});
