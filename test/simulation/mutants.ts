import { parseArgs } from 'node:util';
import { type Caught, playMutant } from './mutants/child.ts';
import { mutants } from './mutants/list.ts';

/** `node test/simulation/mutants.ts --find NAME` searches for the first seed that catches a mutant; `all`: of each. */
const { values } = parseArgs({
  options: {
    find: { type: 'string' },
    seeds: { type: 'string', default: '3000' },
    from: { type: 'string', default: '1' },
  },
});
const chosen = mutants.filter(({ name }) => values.find === 'all' || name === values.find);
if (chosen.length === 0) {
  console.log(`Name a mutant: --find NAME, or all. They are:\n  ${mutants.map(({ name }) => name).join('\n  ')}`);
  process.exitCode = 2;
}

const waiting = [...chosen];
await Promise.all([searchNext(), searchNext()]);

async function searchNext(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { name } = next;
    const caught = await search(name, Number(values.from), Number(values.seeds)).catch((error: unknown) =>
      String(error),
    );
    console.log(`${name}: ${typeof caught === 'string' ? caught : told(caught)}`);
  }
}

/** In growing steps, so that a mutant that is caught soon is not searched for long. */
async function search(name: string, from: number, count: number): Promise<Caught | null> {
  for (let first = from, step = 50; first < from + count; first += step, step *= 2) {
    const caught = await playMutant(name, first, Math.min(step, from + count - first));
    if (caught !== null) return caught;
  }
  return null;
}

function told(caught: Caught | null): string {
  return caught === null ? 'not caught' : `seed ${caught.seed}: ${caught.promise}: ${caught.text}`;
}
