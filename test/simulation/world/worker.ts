import type { Commit } from '../../../lib/log/eventLog.ts';
import type { RunRequested } from '../../../lib/model/build.ts';
import { Random } from '../plan/random.ts';
import type { Command } from './person.ts';
import { succeeded } from './runner.ts';
import type { World } from './world.ts';

/** A capability that was never given. */
export const aGuess = 'a guess';

/** Somebody elsewhere who does the work of event jobs: takes it, or not, and says how it ended, or not. */
export class Worker {
  readonly #world: World;
  readonly #counts = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  see(commit: Commit): void {
    const buildId = commit.stream.slice('build/'.length);
    for (const event of commit.events as unknown as readonly RunRequested[]) {
      if (event.type === 'RunRequested') this.#take(buildId, event.runId);
    }
  }

  #take(buildId: string, runId: string): void {
    const random = this.#randomFor('take', buildId);
    if (random.chance(0.15)) return;
    for (let by = random.chance(0.2) ? 2 : 1; by > 0; by--) {
      const command: Command = { kind: 'accept', buildId, runId, by: `worker ${by}` };
      this.#world.post({ kind: 'command', command }, random.int(2_000));
    }
  }

  accepted({ buildId, runId }: Command & { kind: 'accept' }, given: string): void {
    const random = this.#randomFor('report', buildId);
    if (random.chance(0.1)) return;
    const run = this.#world.truth.builds.get(buildId)?.run;
    const outputs = (run?.outputs ?? []).map((partitionRef) => ({ partitionRef, keys: {}, location: 'elsewhere' }));
    const outcome = random.chance(0.8)
      ? succeeded({ outputs })
      : { kind: 'failed' as const, message: 'drawn to fail', retryable: random.chance(0.5) };
    const capability = random.chance(0.1) ? aGuess : given;
    for (let times = random.between(1, 2); times > 0; times--) {
      const command: Command = { kind: 'reportRun', buildId, runId, capability, outcome };
      this.#world.post({ kind: 'command', command }, random.int(10_000));
    }
  }

  #randomFor(what: string, buildId: string): Random {
    const nth = (this.#counts.get(`${what} ${buildId}`) ?? 0) + 1;
    this.#counts.set(`${what} ${buildId}`, nth);
    return new Random(this.#world.plan.seed, what, buildId, nth);
  }
}
