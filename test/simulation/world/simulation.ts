import { createHash } from 'node:crypto';
import { demandFeed, type FeedReader, newFeedReader } from '../checkers/feed.ts';
import { demandReplay } from '../checkers/replay.ts';
import { demandEnd, demandRest } from '../checkers/rest.ts';
import { demandWhy } from '../checkers/why.ts';
import type { Action, Plan, Round } from '../plan/plan.ts';
import { Broken } from './broken.ts';
import { commandOf } from './person.ts';
import { rebuildIndex } from './rebuild.ts';
import { describeCommand } from './story.ts';
import { type Tell, World } from './world.ts';

export interface Outcome {
  readonly seed: number;
  readonly steps: number;
  readonly commits: number;
  readonly rounds: number;
  /** Of every commit, in order. */
  readonly hash: string;
  readonly broken: { readonly promise: string; readonly text: string } | null;
}

export interface Options {
  /** It goes on with further rounds until it has taken as many steps. */
  readonly stepsMin?: number;
  readonly tell?: Tell;
}

export const stepsMinDefault = 2_000;

/** Plays a plan to its end, or to the first promise that does not hold. */
export async function simulate(plan: Plan, options: Options = {}): Promise<Outcome> {
  const { stepsMin = stepsMinDefault, tell = () => {} } = options;
  const simulation = new Simulation(plan, tell);
  let broken: Outcome['broken'] = null;
  try {
    await simulation.play(stepsMin);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    broken = { promise: error.promise, text: error.message };
    tell(() => `BROKEN: ${error.promise}: ${error.message}`);
  }
  const { world, rounds } = simulation;
  const { stepCount: steps } = world;
  return { seed: plan.seed, steps, commits: world.truth.seq, rounds, hash: hashOfHistory(world), broken };
}

function hashOfHistory({ truth, stepCount }: World): string {
  const hash = createHash('sha256');
  for (const { commit } of truth.entries) {
    hash.update(
      `${commit.stream}@${commit.revision} ${commit.commitId} ${commit.at} ${JSON.stringify(commit.events)}\n`,
    );
  }
  return hash.update(String(stepCount)).digest('hex').slice(0, 32);
}

/** A thousand days: longer than any TTL. */
const longAfterMs = 1_000 * 86_400_000;

class Simulation {
  readonly world: World;
  rounds = 0;
  readonly #plan: Plan;
  readonly #tell: Tell;
  readonly #feed: FeedReader = newFeedReader();

  constructor(plan: Plan, tell: Tell) {
    this.#plan = plan;
    this.#tell = tell;
    this.world = new World(plan, tell);
  }

  async play(stepsMin: number): Promise<void> {
    for (const round of this.#plan.rounds) {
      this.rounds++;
      await this.#round(round);
      if (this.world.stepCount >= stepsMin) break;
    }
    this.#tell(() => 'time goes on to the end');
    await this.world.rest(this.world.now + longAfterMs);
    await this.#checkRest();
    demandEnd(this.world.truth);
    demandReplay(this.world.truth);
  }

  async #round(round: Round): Promise<void> {
    for (const { gap, action } of round.actions) {
      await this.world.go(gap);
      await this.#act(action);
    }
    await this.world.rest(this.world.now);
    await this.#checkRest();
    if (round.untilRunsEnd) {
      await this.world.restUntilRunsEnd();
      await this.#checkRest();
    }
    await this.#keepUp(round.upkeep);
  }

  async #act(action: Action): Promise<void> {
    const { world } = this;
    if (action.kind === 'wait') {
      this.#tell(() => `${action.ms} ms pass`);
      await world.rest(world.now + action.ms);
      return;
    }
    const command = commandOf(action, world.truth, world.now);
    if (command === null) return;
    this.#tell(() => `a person: ${describeCommand(command)}`);
    world.messages.post({ kind: 'command', command }, world.now);
  }

  async #checkRest(): Promise<void> {
    this.#tell(() => 'at rest');
    demandRest(this.world.truth);
    await demandWhy(this.world.bare, this.world.truth);
    await demandFeed(this.world, this.#feed);
  }

  async #keepUp(upkeep: Round['upkeep']): Promise<void> {
    const { world } = this;
    if (upkeep === 'none') return;
    this.#tell(() => `upkeep: ${upkeep}`);
    if (upkeep === 'expireRows') await world.expireRows();
    if (upkeep === 'renewFeed') world.renewFeed();
    if (upkeep === 'rebuild') {
      await rebuildIndex(world);
      await world.rest(world.now);
      await this.#checkRest();
    }
  }
}
