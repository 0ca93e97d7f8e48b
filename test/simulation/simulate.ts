import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { brokenOf, type PlayedSeeds, playSeeds } from './many.ts';
import { planOf } from './plan/plan.ts';
import { shrink } from './shrink.ts';
import { type Outcome, simulate } from './world/simulation.ts';

const usage = `Simulates the engine under crashes, duplicates, delays, reordering and lost answers.

  npm run simulate -- --seed N             plays one seed, and prints the hash of its history
  npm run simulate -- --seed N --story     … and what happened
  npm run simulate -- --seed N --steps     … and every single step
  npm run simulate -- --seeds N --from M   plays N seeds, from M (1) on, in two threads

Ends with 1 where a promise did not hold.`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    story: { type: 'boolean', default: false },
    steps: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || (values.seed === undefined && values.seeds === undefined)) {
  console.log(usage);
  process.exitCode = values.help ? 0 : 2;
} else if (values.seed !== undefined) {
  await playOne(Number(values.seed));
} else {
  await playMany(Number(values.from), Number(values.seeds));
}

async function playOne(seed: number): Promise<void> {
  const isTold = values.story || values.steps;
  const tell = (line: () => string, isStep = false) => {
    if (isTold && (values.steps || !isStep)) console.log(line());
  };
  const outcome = await simulate(planOf(seed), { tell });
  console.log(`seed ${seed}: ${outcome.steps} steps, ${outcome.commits} commits, history ${outcome.hash}`);
  if (outcome.broken !== null) await fail(outcome);
}

async function playMany(from: number, count: number): Promise<void> {
  const startedAt = performance.now();
  const progress = (played: PlayedSeeds) => {
    if (!process.stderr.isTTY) return;
    const broken = brokenOf(played).length;
    process.stderr.write(`\r${played.outcomes.length} of ${count} seeds, ${played.steps} steps, ${broken} broken `);
  };
  const played = await playSeeds(from, count, progress);
  if (process.stderr.isTTY) process.stderr.write('\n');
  const seconds = (performance.now() - startedAt) / 1000;
  const rate = Math.round(played.steps / seconds);
  console.log(`${count} seeds, ${played.steps} steps in ${seconds.toFixed(1)} s (${rate} steps/s)`);
  const broken = brokenOf(played);
  for (const { seed, broken: fault } of broken) console.log(`seed ${seed}: ${fault?.promise}: ${fault?.text}`);
  if (broken[0] !== undefined) await fail(broken[0]);
}

async function fail(outcome: Outcome): Promise<void> {
  process.exitCode = 1;
  console.log(`\nBROKEN at commit ${commit()}, seed ${outcome.seed}: ${outcome.broken?.promise}`);
  console.log(`  ${outcome.broken?.text}`);
  const shrunk = await shrink(planOf(outcome.seed), outcome);
  console.log(`\nThe shortest story found, after ${shrunk.tries} tries:\n`);
  const lines: string[] = [];
  await simulate(shrunk.plan, { stepsMin: Infinity, tell: (line, isStep) => !isStep && lines.push(line()) });
  for (const line of abridged(lines)) console.log(line);
  console.log(`\nReplay all of it: npm run simulate -- --seed ${outcome.seed} --steps`);
}

/** What goes round in a circle is told once. */
function abridged(lines: readonly string[]): readonly string[] {
  const [first, last] = [120, 40];
  if (lines.length <= first + last) return lines;
  return [...lines.slice(0, first), `… ${lines.length - first - last} lines …`, ...lines.slice(-last)];
}

function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  try {
    const isChanged = git('status', '--porcelain', 'lib', 'test/simulation') !== '';
    return `${git('rev-parse', 'HEAD')}${isChanged ? ' with changes' : ''}`;
  } catch {
    return 'unknown';
  }
}
