import { LogUnavailable } from '../../../lib/log/errors.ts';
import type { Operation, PlannedFault } from '../plan/plan.ts';
import type { Random } from '../plan/random.ts';
import type { Message } from './messages.ts';

/** One delivery being handled. */
export interface Handler {
  readonly id: number;
  readonly message: Message;
  /** How many commits the log held when it began: what it reads is not older. */
  readonly startedSeq: number;
  alive: boolean;
  /** It waits long for an answer, until this step. */
  stalledUntil: number;
}

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
  count = 0;
  readonly #random: Random;
  readonly #sticky: number;
  readonly #faults: ReadonlyMap<string, PlannedFault['kind']>;
  readonly #counts: Record<Operation, number> = { append: 0, put: 0, delete: 0, read: 0, runner: 0 };
  #pending: Step[] = [];
  #last: Handler | null = null;

  constructor(random: Random, sticky: number, faults: readonly PlannedFault[]) {
    this.#random = random;
    this.#sticky = sticky;
    this.#faults = new Map(faults.map((fault) => [`${fault.operation}#${fault.nth}`, fault.kind]));
  }

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  call<T>(handler: Handler, operation: Operation, text: string, effect: () => Promise<T>): Promise<T> {
    if (!handler.alive) return new Promise<T>(() => {});
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({ handler, operation, text, effect, resolve: resolve as (answer: unknown) => void, reject });
    });
  }

  /** Does one of the waiting calls, with the fault that is planned for it. */
  takeOne(): Taken {
    const step = this.#remove(this.#choose());
    const { handler, operation, text } = step;
    this.count++;
    this.#last = handler;
    const nth = ++this.#counts[operation];
    const fault = this.#faults.get(`${operation}#${nth}`) ?? null;
    if (fault === 'stall') handler.stalledUntil = this.count + this.#random.between(5, 120);
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

  #choose(): number {
    if (this.#last !== null && this.#random.chance(this.#sticky)) {
      const at = this.#pending.findIndex((step) => step.handler === this.#last);
      if (at >= 0 && this.#last.stalledUntil <= this.count) return at;
    }
    for (let tries = 0; tries < 4; tries++) {
      const at = this.#random.int(this.#pending.length);
      if (this.#pending[at]!.handler.stalledUntil <= this.count) return at;
    }
    return this.#random.int(this.#pending.length);
  }

  #remove(at: number): Step {
    const step = this.#pending[at]!;
    this.#pending[at] = this.#pending.at(-1)!;
    this.#pending.pop();
    return step;
  }
}
