import type { Plan, PlannedAction, Round } from './plan/plan.ts';
import { type Outcome, simulate } from './world/simulation.ts';

const triesMax = 400;
/** Leaving something out shifts every later draw: a few interleavings are tried before it is said to be needed. */
const schedules = 3;

/** A plan that breaks the same promise with fewer rounds, actions and faults, as far as a bounded search finds one. */
export async function shrink(plan: Plan, outcome: Outcome): Promise<{ plan: Plan; tries: number }> {
  const search = new Search({ ...plan, rounds: plan.rounds.slice(0, outcome.rounds) }, outcome.broken?.promise ?? '');
  await search.tryOut((best) => ({ ...best, faults: [] }));
  await search.calm();
  for (let before = Infinity; search.size < before && search.tries < triesMax; ) {
    before = search.size;
    await search.leaveOut(
      (best) => best.rounds,
      (best, rounds) => ({ ...best, rounds }),
    );
    await search.leaveOut(actionsOf, withActions);
    await search.leaveOut(
      (best) => best.faults,
      (best, faults) => ({ ...best, faults }),
    );
  }
  return { plan: search.best, tries: search.tries };
}

class Search {
  best: Plan;
  tries = 0;
  readonly #promise: string;

  constructor(plan: Plan, promise: string) {
    this.best = plan;
    this.#promise = promise;
  }

  get size(): number {
    return this.best.rounds.length + actionsOf(this.best).length + this.best.faults.length;
  }

  async tryOut(change: (best: Plan) => Plan): Promise<boolean> {
    const changed = change(this.best);
    for (let nth = 0; nth < schedules && this.tries < triesMax; nth++) {
      this.tries++;
      const candidate = { ...changed, scheduleSeed: nth === 0 ? changed.scheduleSeed : this.tries };
      const { broken } = await simulate(candidate, { stepsMin: Infinity });
      if (broken?.promise !== this.#promise) continue;
      this.best = candidate;
      return true;
    }
    return false;
  }

  /** Fewer things that make a story long. */
  async calm(): Promise<void> {
    const calmer = { duplicateChance: 0, longDelayChance: 0, leapChance: 0, stallChance: 0, concurrency: 2 };
    for (const [name, value] of Object.entries(calmer)) {
      await this.tryOut((best) => ({ ...best, settings: { ...best.settings, [name]: value } }));
    }
  }

  /** Leaves out halves, quarters and so on of a list, from its end. */
  async leaveOut<T>(list: (plan: Plan) => readonly T[], put: (plan: Plan, kept: readonly T[]) => Plan): Promise<void> {
    for (let chunk = Math.ceil(list(this.best).length / 2); chunk >= 1; chunk = Math.floor(chunk / 2)) {
      for (let from = list(this.best).length - chunk; from > -chunk; from -= chunk) {
        const start = Math.max(0, from);
        await this.tryOut((best) => put(best, list(best).toSpliced(start, chunk)));
      }
    }
  }
}

interface Placed {
  readonly round: number;
  readonly planned: PlannedAction;
}

function actionsOf(plan: Plan): readonly Placed[] {
  return plan.rounds.flatMap(({ actions }, round) => actions.map((planned) => ({ round, planned })));
}

function withActions(plan: Plan, kept: readonly Placed[]): Plan {
  const rounds = plan.rounds.map(
    (round, nth): Round => ({ ...round, actions: kept.filter((one) => one.round === nth).map((one) => one.planned) }),
  );
  return { ...plan, rounds };
}
