import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Figure, freshFolder } from '../figure.ts';
import { inTurns, timed } from '../measure.ts';
import { openWorld } from '../world/localWorld.ts';

/** As many as the runner has at a time. */
const atOnce = 2 * availableParallelism();

export const processes: Figure = {
  name: 'processes',
  cost: `A run's process has pipes for its input, output and errors, leads a group of its own that a reaper is told of, and
    gets the list of its inputs in files; its output is made durable before the run ends; the run and its want are eight
    durable steps of the log and its rows.`,
  async run(bench) {
    const world = await openWorld(freshFolder(bench, 'processes'));
    const bareFolder = freshFolder(bench, 'processes-bare');
    const runs = bench.size(400, 20);
    const pairs = await inTurns(
      bench.repetitions,
      () => world.runsPerSecond('spawned', runs),
      () => bareSpawns(runs, mkdtempSync(join(bareFolder, 'turn-'))),
    );
    await world.stop();
    return {
      results: [
        {
          title: 'runs per second, process per run (a no-op command)',
          unit: 'runs/s',
          ...pairs,
          goal: { of: 'ratio', sense: '≥', value: 0.5 },
          limitIs: `bare spawn of the same \`sh -c\`, ${atOnce} at a time`,
          notes: ['Wanted at once, through the engine, the lists and the local runner, until every want is satisfied.'],
        },
      ],
    };
  },
};

async function bareSpawns(runs: number, folder: string): Promise<number> {
  let left = runs;
  const seconds = await timed(() =>
    Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (left-- > 0) await exited(spawnBare(join(folder, `${left}`)));
      }),
    ),
  );
  return runs / seconds;
}

function spawnBare(output: string): ChildProcess {
  const env = { PATH: process.env.PATH, LANDFALL_OUTPUT: output };
  return spawn('sh', ['-c', ': > "$LANDFALL_OUTPUT"'], { env, stdio: 'ignore' });
}

function exited(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`exit ${code}`))));
  });
}
