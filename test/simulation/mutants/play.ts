import { planOf } from '../plan/plan.ts';
import { simulate } from '../world/simulation.ts';

/** Plays seeds until one breaks a promise: `node play.ts FROM COUNT` prints its outcome, or null, as JSON. */
const [from, count] = process.argv.slice(2).map(Number) as [number, number];
let found: unknown = null;
for (let seed = from; seed < from + count && found === null; seed++) {
  const outcome = await simulate(planOf(seed)).catch((error: unknown) => ({
    seed,
    broken: { promise: 'it runs', text: String(error) },
  }));
  if (outcome.broken !== null) found = { seed, ...outcome.broken };
}
console.log(JSON.stringify(found));
