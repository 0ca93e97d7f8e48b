import { type Figure, freshFolder } from '../figure.ts';
import { inTurns } from '../measure.ts';
import { firstKey } from '../world/openWants.ts';
import { preparedWants } from '../world/prepare.ts';
import { startService } from '../world/service.ts';

export const restart: Figure = {
  name: 'restart',
  cost: 'Node starts, the graph is loaded in a process of its own, the log is opened and what was not handled is listed.',
  async run(bench) {
    const wants = bench.size(1_000_000, 8_000);
    const { folder } = await preparedWants(bench, wants, 1);
    let turn = 0;
    const pairs = await inTurns(
      bench.repetitions,
      async () => {
        await killAtWork(folder, ++turn);
        return readyMs(folder);
      },
      () => readyMs(freshFolder(bench, 'empty')),
    );
    return {
      results: [
        {
          title: `ready after kill -9 with ${wants.toLocaleString('en')} events`,
          unit: 'ms',
          ...pairs,
          goal: { of: 'ratio', sense: '≤', value: 5 },
          limitIs: 'the first start on an empty data folder',
          notes: ['Killed while it takes 500 wants; from its new start until its health answers.'],
        },
      ],
    };
  },
};

/** Kills it as soon as some of the wants were answered, while others are on their way. */
async function killAtWork(folder: string, turn: number): Promise<void> {
  const service = await startService(folder);
  const keys = Array.from({ length: 500 }, (_, k) => (turn + 20) * firstKey + k);
  const answers = keys.map((key) => service.post('/wants', { partitionRef: `out00.0/${key}` }));
  await Promise.any(answers);
  await service.kill();
  await Promise.allSettled(answers);
}

async function readyMs(folder: string): Promise<number> {
  const service = await startService(folder);
  await service.stop();
  return service.readyMs;
}
