import { LogUnavailable } from '../../../lib/log/errors.ts';
import type { Operation, PlannedFault, Settings } from '../plan/plan.ts';
import type { Random } from '../plan/random.ts';
import type { Message } from './messages.ts';

/** One delivery being handled. */
export interface Handler {
  readonly id: number;
  readonly message: Message;
  /** How many commits the log held when it began: what it reads is not older. */
  readonly startedSeq: number;
  readonly startedStep: number;
  alive: boolean;
  /** Its next answer takes until this moment of virtual time. */
  stalledUntil: number;
}

/** How long an answer takes that takes long: less than a run, about as long, longer than most TTLs. */
const stallsMs = [10, 10, 50, 50, 500, 3_000, 30_000];

/** A port call that was made and is not done yet. */
interface Step {
  readonly handler: Handler;
  readonly operation: Operation;
  readonly text: string;
  readonly effect: () => Promise<unknown>;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface Taken {
  readonly handler: Handler;
  readonly text: string;
  readonly fault: PlannedFault['kind'] | null;
}

/** The port calls that wait, of which the seed picks the next: so it picks the interleaving. */
export class Steps {
  readonly #random: Random;
  readonly #settings: Settings;
  readonly #faults: ReadonlyMap<string, PlannedFault['kind']>;
  readonly #counts: Record<Operation, number> = { append: 0, put: 0, delete: 0, read: 0, runner: 0 };
  #pending: Step[] = [];
  #last: Handler | null = null;

  constructor(random: Random, settings: Settings, faults: readonly PlannedFault[]) {
    this.#random = random;
    this.#settings = settings;
    this.#faults = new Map(faults.map((fault) => [`${fault.operation}#${fault.nth}`, fault.kind]));
  }

  /** Whether a call can be answered at this moment. */
  hasReady(now: number): boolean {
    return this.#pending.some((step) => step.handler.stalledUntil <= now);
  }

  /** When the next stall ends; `null` where no call waits. */
  nextAt(): number | null {
    return this.#pending.reduce<number | null>(
      (min, { handler }) => Math.min(min ?? Infinity, handler.stalledUntil),
      null,
    );
  }

  call<T>(handler: Handler, operation: Operation, text: string, effect: () => Promise<T>): Promise<T> {
    if (!handler.alive) return new Promise<T>(() => {});
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({ handler, operation, text, effect, resolve: resolve as (answer: unknown) => void, reject });
    });
  }

  /** Does one of the waiting calls, with the fault that is planned for it. */
  takeOne(now: number): Taken {
    const step = this.#remove(this.#choose(now));
    const { handler, operation, text } = step;
    this.#last = handler;
    const nth = ++this.#counts[operation];
    const fault = this.#faults.get(`${operation}#${nth}`) ?? null;
    if (this.#random.chance(this.#settings.stallChance)) handler.stalledUntil = now + this.#random.pick(stallsMs);
    if (fault === 'unavailableBefore') step.reject(new LogUnavailable(`${text} was not answered`));
    else if (fault !== 'crashBefore') this.#perform(step, fault === 'unavailableAfter');
    if (fault === 'crashBefore' || fault === 'crashAfter') this.kill(handler);
    return { handler, text, fault };
  }

  #perform(step: Step, isAnswerLost: boolean): void {
    const answer = step.effect();
    const lost = () => step.reject(new LogUnavailable(`the answer to ${step.text} was lost`));
    if (isAnswerLost) answer.then(lost, step.reject);
    else answer.then(step.resolve, step.reject);
  }

  /** Its calls are never answered. */
  kill(handler: Handler): void {
    handler.alive = false;
    this.#pending = this.#pending.filter((step) => step.handler !== handler);
  }

  #choose(now: number): number {
    const isReady = ({ handler }: Step) => handler.stalledUntil <= now;
    if (this.#random.chance(this.#settings.sticky)) {
      const at = this.#pending.findIndex((step) => step.handler === this.#last && isReady(step));
      if (at >= 0) return at;
    }
    for (let tries = 0; tries < 3; tries++) {
      const at = this.#random.int(this.#pending.length);
      if (isReady(this.#pending[at]!)) return at;
    }
    return this.#pending.findIndex(isReady);
  }

  #remove(at: number): Step {
    const step = this.#pending[at]!;
    this.#pending[at] = this.#pending.at(-1)!;
    this.#pending.pop();
    return step;
  }
}
