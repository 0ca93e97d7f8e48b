import { setTimeout as delay } from 'node:timers/promises';
import { reportAvailable } from '../../lib/engine/externalCommands.ts';
import { GraphHolder } from '../../lib/local/graphHolder.ts';
import { startWorld, type World } from '../../lib/local/world.ts';
import { timed } from '../measure.ts';
import { firstKey } from './openWants.ts';
import { graphFolder } from './service.ts';

/** The service's own engine and runner in this process, without its HTTP server. */
export interface RunningWorld {
  /** Wants that many partitions of the pattern at once, whose inputs are there. @returns runs per second. */
  runsPerSecond(output: string, count: number): Promise<number>;
  stop(): Promise<void>;
}

export async function openWorld(dataFolder: string): Promise<RunningWorld> {
  const graphs = new GraphHolder(graphFolder, dataFolder);
  const { faults } = await graphs.load();
  if (faults.length > 0) throw new Error(graphs.fault() ?? 'the graph does not load');
  const log = (message: string) => process.stderr.write(`${message}\n`);
  const world = await startWorld({ graphFolder, dataFolder, graphs, version: 'bench', log });
  let next = firstKey;
  return {
    async runsPerSecond(output, count) {
      const keys = Array.from({ length: count }, () => next++);
      await reportAvailable(
        world.query.engine,
        keys.map((key) => ({ partitionRef: `single/${key}` })),
      );
      await world.idle();
      const seconds = await timed(async () => {
        const { application } = world;
        const refs = keys.map((key) => `${output}/${key}`);
        await Promise.all(
          refs.map((ref) =>
            application.createWant(application.wantIdFor(null), { partitionRefs: [ref], source: 'api' }),
          ),
        );
        await untilOver(world);
      });
      await checkLive(world, `${output}/${keys.at(-1)}`);
      return count / seconds;
    },
    stop: () => world.stop(),
  };
}

async function untilOver(world: World): Promise<void> {
  while (await world.isBusy()) await delay(2);
}

async function checkLive({ application }: World, ref: string): Promise<void> {
  const { state } = await application.getPartition(ref);
  if (state !== 'live') throw new Error(`${ref} is ${state} after its run`);
}
