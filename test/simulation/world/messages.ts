import type { Due } from '../../../lib/engine/due.ts';
import type { RunHandle, RunOutcome } from '../../../lib/engine/ports.ts';
import type { Wake } from '../../../lib/engine/wake.ts';
import type { Commit } from '../../../lib/log/eventLog.ts';
import type { Random } from '../plan/random.ts';
import type { Command } from './person.ts';

/** What is delivered at least once: late, in any order, again. */
export type Body =
  | { readonly kind: 'commit'; readonly commit: Commit }
  | { readonly kind: 'wake'; readonly wake: Wake }
  | { readonly kind: 'due'; readonly due: Due }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'answer'; readonly handle: RunHandle; readonly outcome: RunOutcome }
  | { readonly kind: 'restart'; readonly handle: Omit<RunHandle, 'execution'> }
  | { readonly kind: 'command'; readonly command: Command };

export interface Message {
  readonly id: number;
  readonly body: Body;
  readonly visibleAt: number;
  /** How often it was delivered before. */
  readonly tries: number;
}

/** Messages under way: those that can be delivered now, and those that come later. */
export class Messages {
  readonly #random: Random;
  #ready: Message[] = [];
  #later: Message[] = [];
  #nextId = 1;

  constructor(random: Random) {
    this.#random = random;
  }

  post(body: Body, visibleAt: number, tries = 0): void {
    this.#later.push({ id: this.#nextId++, body, visibleAt, tries });
  }

  /** Whether one can be delivered at this moment. */
  hasReady(now: number): boolean {
    if (this.#later.length > 0 && this.#later.some((one) => one.visibleAt <= now)) {
      this.#ready.push(...this.#later.filter((one) => one.visibleAt <= now));
      this.#later = this.#later.filter((one) => one.visibleAt > now);
    }
    return this.#ready.length > 0;
  }

  /** Any of those that can be delivered. */
  take(): Message {
    const at = this.#random.int(this.#ready.length);
    const message = this.#ready[at]!;
    this.#ready[at] = this.#ready.at(-1)!;
    this.#ready.pop();
    return message;
  }

  /** When the next one can be delivered; `null` where none is under way. */
  nextAt(): number | null {
    if (this.#ready.length > 0) return 0;
    return this.#later.reduce<number | null>((min, one) => Math.min(min ?? one.visibleAt, one.visibleAt), null);
  }

  /** Removes messages that are lost with the service. */
  drop(isLost: (body: Body) => boolean): void {
    this.#ready = this.#ready.filter((one) => !isLost(one.body));
    this.#later = this.#later.filter((one) => !isLost(one.body));
  }
}
