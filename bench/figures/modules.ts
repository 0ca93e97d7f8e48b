import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Figure, freshFolder } from '../figure.ts';
import { inTurns, timed } from '../measure.ts';
import { openWorld } from '../world/localWorld.ts';

const writer = fileURLToPath(new URL('../programs/writer.ts', import.meta.url));

export const modules: Figure = {
  name: 'modules',
  cost: 'Each run is handed to a warm child and answered, writes and makes durable its own output, and takes four commits.',
  async run(bench) {
    const world = await openWorld(freshFolder(bench, 'modules'));
    const bare = await startWriters(freshFolder(bench, 'modules-bare'));
    const runs = bench.size(1_500, 40);
    const pairs = await inTurns(
      bench.repetitions,
      () => world.runsPerSecond('warm', runs),
      () => bare.runsPerSecond(runs),
    );
    bare.end();
    await world.stop();
    return {
      results: [
        {
          title: 'runs per second, warm module job',
          unit: 'runs/s',
          ...pairs,
          goal: { of: 'measured', sense: '≥', value: 1_000 },
          limitIs: `${availableParallelism()} warm children that write an empty file of their own, make it durable, and answer a line`,
          notes: ['Wanted at once, through the engine, the lists and the local runner, until every want is satisfied.'],
        },
      ],
    };
  },
};

async function startWriters(folder: string) {
  const children = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, [writer], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const asks = children.map((child) => {
    let answered: () => void = () => undefined;
    createInterface(child.stdout).on('line', () => answered());
    return (path: string) =>
      new Promise<void>((resolve) => {
        answered = resolve;
        child.stdin.write(`${path}\n`);
      });
  });
  let made = 0;
  return {
    async runsPerSecond(runs: number): Promise<number> {
      const end = made + runs;
      const work = async (ask: (path: string) => Promise<void>) => {
        while (made < end) await ask(join(folder, `${made++}`, 'output'));
      };
      return runs / (await timed(() => Promise.all(asks.map(work))));
    },
    end() {
      for (const child of children) child.stdin.end();
    },
  };
}
