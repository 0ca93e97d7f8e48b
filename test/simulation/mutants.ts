import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Caught, playMutant } from './mutants/child.ts';
import { mutants } from './mutants/list.ts';
import type { Mutant } from './mutants/mutant.ts';
import { planOf } from './plan/plan.ts';
import { simulate } from './world/simulation.ts';

const usage = `Searches the first seed that catches a mutant and passes with the rule.

  node test/simulation/mutants.ts --find NAME      one of the names below
  node test/simulation/mutants.ts --find stale     all whose stored seed does not catch them any more
  node test/simulation/mutants.ts --find all
      [--seeds 3000] [--from 1]                    where to search
      [--write]                                    stores the seeds that are found

`;

const { values } = parseArgs({
  options: {
    find: { type: 'string', default: '' },
    seeds: { type: 'string', default: '3000' },
    from: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});

const wanted = mutants.filter(({ name }) => ['all', 'stale', name].includes(values.find));
if (wanted.length === 0) {
  console.log(`${usage}${mutants.map(({ name }) => `  ${name}`).join('\n')}`);
  process.exitCode = 2;
}

const waiting = [...wanted];
await Promise.all([searchNext(), searchNext()]);

async function searchNext(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (values.find === 'stale' && (await isCaught(next))) continue;
    const caught = await search(next.name);
    console.log(
      `${next.name}: ${caught === null ? 'not caught' : `seed ${caught.seed}: ${caught.promise}: ${caught.text}`}`,
    );
    if (caught !== null && values.write) store(next.name, caught.seed);
  }
}

async function isCaught({ name, seed }: Mutant): Promise<boolean> {
  return seed > 0 && (await playMutant(name, seed, 1)) !== null && (await passes(seed));
}

/** With all rules. */
async function passes(seed: number): Promise<boolean> {
  return (await simulate(planOf(seed))).broken === null;
}

/** In growing steps, so that a mutant that is caught soon is not searched for long. */
async function search(name: string): Promise<Caught | null> {
  const [from, end] = [Number(values.from), Number(values.from) + Number(values.seeds)];
  for (let first = from, step = 50; first < end; step *= 2) {
    const caught = await playMutant(name, first, Math.min(step, end - first));
    if (caught !== null && (await passes(caught.seed))) return caught;
    first = caught === null ? first + step : caught.seed + 1;
  }
  return null;
}

/** In the list that names the mutant. */
function store(name: string, seed: number): void {
  for (const file of ['evaluation.ts', 'poolsAndRuns.ts', 'logAndWants.ts']) {
    const path = fileURLToPath(new URL(`./mutants/${file}`, import.meta.url));
    const [before, after] = readFileSync(path, 'utf8').split(`    name: '${name}',\n`);
    if (after !== undefined)
      writeFileSync(path, `${before}    name: '${name}',\n${after.replace(/seed: \d+/, `seed: ${seed}`)}`);
  }
}
