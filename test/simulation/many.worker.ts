import { parentPort } from 'node:worker_threads';
import { planOf } from './plan/plan.ts';
import { type Outcome, simulate } from './world/simulation.ts';

parentPort?.on('message', async ({ from, count }: { from: number; count: number }) => {
  const outcomes: Outcome[] = [];
  for (let seed = from; seed < from + count; seed++) outcomes.push(await simulate(planOf(seed)));
  parentPort?.postMessage(outcomes);
});
