import type { Manifest } from '../../../lib/model/manifest.ts';
import { foreignRef, randomManifest, refsOf } from './manifest.ts';
import { Random } from './random.ts';

/** What a person does. Picks are counted among what is there when it is done. */
export type Action =
  | {
      readonly kind: 'want';
      readonly wantId: string;
      readonly partitionRefs: readonly string[];
      readonly ttlSeconds: number;
      readonly slaSeconds?: number;
      /** The moment of the data lies this long before the want. */
      readonly dataAgoSeconds?: number;
      readonly freshAgoMs?: number;
      readonly externalDependencies?: readonly { readonly graph: string; readonly partitionRef: string }[];
    }
  | { readonly kind: 'wantAgain'; readonly wantId: string; readonly pick: number; readonly ttlSeconds: number }
  | { readonly kind: 'cancelWant'; readonly pick: number }
  | {
      readonly kind: 'report';
      readonly partitionRefs: readonly string[];
      readonly instance: 'new' | 'same' | 'unnamed';
    }
  | { readonly kind: 'taint'; readonly pick: number; readonly external: boolean }
  | { readonly kind: 'cancelRun'; readonly pick: number }
  | { readonly kind: 'wait'; readonly ms: number };

export interface PlannedAction {
  /** Steps after the one before. */
  readonly gap: number;
  readonly action: Action;
}

/** Actions, then rest: everything delivered that is under way. */
export interface Round {
  readonly actions: readonly PlannedAction[];
  /** Whether the rest is looked at again after every execution has answered. */
  readonly untilRunsEnd: boolean;
  /** What is done to the indexes and the feed at rest. */
  readonly upkeep: 'none' | 'rebuild' | 'expireRows' | 'renewFeed';
}

export type Operation = 'append' | 'put' | 'delete' | 'read' | 'runner';

/**
 * What goes wrong, at the nth operation of its kind. `unavailableAfter`: done, and the answer lost. `crash…`: whoever
 * called is gone, before or after it was done, and its message is delivered again. `serviceCrash`:
 * all are gone.
 */
export interface PlannedFault {
  readonly operation: Operation;
  readonly nth: number;
  readonly kind: 'unavailableBefore' | 'unavailableAfter' | 'crashBefore' | 'crashAfter' | 'serviceCrash';
}

export interface Settings {
  /** Deliveries handled side by side. */
  readonly concurrency: number;
  /** How probable it is that the handler of the step before goes on. */
  readonly sticky: number;
  readonly startChance: number;
  readonly duplicateChance: number;
  readonly longDelayChance: number;
  readonly leapChance: number;
  /** How probable it is that the next answer to a handler takes long. */
  readonly stallChance: number;
  readonly waiterShards: number;
  readonly dueShards: number;
  readonly pageRows: number;
  readonly outcomes: Readonly<Record<OutcomeDraw, number>>;
  readonly runMsMax: number;
}

export type OutcomeDraw = 'succeeded' | 'failed' | 'failedForGood' | 'missing' | 'timedOut' | 'wrongOutputs' | 'silent';

/** Everything that is drawn before the simulation begins. Same plan, same history. */
export interface Plan {
  readonly seed: number;
  /** Draws the interleavings; the seed unless a story is being shrunk. */
  readonly scheduleSeed: number;
  readonly manifest: Manifest;
  readonly settings: Settings;
  readonly rounds: readonly Round[];
  readonly faults: readonly PlannedFault[];
}

/** More rounds than are needed: the simulation ends after the first round that reaches its steps. */
const roundsPlanned = 60;

export function planOf(seed: number): Plan {
  const manifest = randomManifest(new Random(seed, 'graph'));
  const random = new Random(seed, 'plan');
  return {
    seed,
    scheduleSeed: seed,
    manifest,
    settings: randomSettings(random),
    rounds: Array.from({ length: roundsPlanned }, (_, round) =>
      randomRound(new Random(seed, 'round', round), round, manifest),
    ),
    faults: randomFaults(random),
  };
}

function randomSettings(random: Random): Settings {
  return {
    concurrency: random.between(1, 6),
    sticky: random.pick([0, 0.5, 0.8]),
    startChance: random.pick([0.1, 0.3, 0.6]),
    duplicateChance: random.pick([0, 0.05, 0.2]),
    longDelayChance: random.pick([0, 0.05, 0.2]),
    leapChance: random.pick([0, 0, 0.005, 0.02]),
    stallChance: random.pick([0, 0.02, 0.05, 0.15]),
    waiterShards: random.between(1, 3),
    dueShards: random.between(1, 2),
    pageRows: random.between(1, 6),
    outcomes: {
      succeeded: random.pick([4, 10, 30]),
      failed: random.pick([0, 1, 4]),
      failedForGood: random.pick([0, 0, 1, 2]),
      missing: random.pick([0, 0, 2]),
      timedOut: random.pick([0, 1]),
      wrongOutputs: random.pick([0, 0, 1]),
      silent: random.pick([0, 0, 1]),
    },
    runMsMax: random.pick([50, 1_000, 20_000]),
  };
}

function randomFaults(random: Random): PlannedFault[] {
  const rates: Readonly<Record<Operation, readonly number[]>> = {
    append: [0, 0.01, 0.05, 0.1],
    put: [0, 0.01, 0.05],
    delete: [0, 0.02, 0.1],
    read: [0, 0.001, 0.003],
    runner: [0, 0.02, 0.1],
  };
  const faults: PlannedFault[] = [];
  for (const [operation, choices] of Object.entries(rates) as [Operation, readonly number[]][]) {
    const rate = random.pick(choices);
    for (let nth = 1; nth <= (operation === 'read' ? 4_000 : 1_200); nth++) {
      if (random.chance(rate)) faults.push({ operation, nth, kind: randomFault(random, operation) });
    }
  }
  return faults;
}

function randomFault(random: Random, operation: Operation): PlannedFault['kind'] {
  if (operation === 'read') return random.weighted({ unavailableBefore: 3, crashBefore: 3, serviceCrash: 0.5 });
  return random.weighted({
    unavailableBefore: 2,
    unavailableAfter: 4,
    crashBefore: 1,
    crashAfter: 5,
    serviceCrash: 1,
  });
}

function randomRound(random: Random, round: number, manifest: Manifest): Round {
  const targets = focusOf(random, manifest);
  const actions: PlannedAction[] = [];
  if (round === 0 && random.chance(0.6)) {
    actions.push({ gap: 0, action: { kind: 'report', partitionRefs: targets.externals, instance: 'unnamed' } });
  }
  for (let i = random.between(3, 14); i > 0; i--) {
    const gap = random.chance(0.4) ? 0 : random.int(40);
    actions.push({ gap, action: randomAction(random, `${round}.${i}`, targets) });
  }
  return {
    actions,
    untilRunsEnd: random.chance(0.5),
    upkeep: random.weighted({ none: 6, rebuild: 1.5, expireRows: 1, renewFeed: 1 }),
  };
}

interface Targets {
  readonly externals: readonly string[];
  readonly built: readonly string[];
  /** A few, which this round is about, so that wants meet. */
  readonly focus: readonly string[];
}

function focusOf(random: Random, manifest: Manifest): Targets {
  const refs = (external: boolean) =>
    manifest.partitions.filter((one) => one.external === external).flatMap((one) => refsOf(one.pattern));
  const built = refs(false);
  return { externals: refs(true), built, focus: random.some(built, 3) };
}

function randomAction(random: Random, name: string, targets: Targets): Action {
  const kind = random.weighted({ want: 10, wantAgain: 2, cancelWant: 3, report: 7, taint: 4, cancelRun: 1, wait: 4 });
  switch (kind) {
    case 'want':
      return randomWant(random, name, targets);
    case 'wantAgain':
      return { kind, wantId: `want_${name}`, pick: random.int(1000), ttlSeconds: random.between(5, 600) };
    case 'report':
      return {
        kind,
        partitionRefs: random.chance(0.1) ? [foreignRef] : random.some(targets.externals, 4),
        instance: random.pick(['new', 'same', 'unnamed', 'unnamed']),
      };
    case 'taint':
      return { kind, pick: random.int(1000), external: random.chance(0.5) };
    case 'cancelWant':
    case 'cancelRun':
      return { kind, pick: random.int(1000) };
    case 'wait':
      return { kind, ms: random.pick([100, 2_000, 20_000, 90_000]) };
  }
}

function randomWant(random: Random, name: string, { built, focus, externals }: Targets): Action {
  const refs = random.chance(0.7) ? random.some(focus, 2) : random.some(built, 4);
  const external = random.chance(0.08) ? [random.pick(externals)] : [];
  return {
    kind: 'want',
    wantId: `want_${name}`,
    partitionRefs: [...refs, ...external],
    ttlSeconds: random.pick([1, 5, 30, 120, 600, 3600]),
    ...(random.chance(0.5) ? { slaSeconds: random.pick([1, 10, 30, 60, 300]) } : {}),
    ...(random.chance(0.3) ? { dataAgoSeconds: random.pick([1, 20, 100]) } : {}),
    ...(random.chance(0.2) ? { freshAgoMs: random.pick([0, 0, 5, 1_000, 60_000]) } : {}),
    ...(random.chance(0.2) ? { externalDependencies: [dependencyOn(random, externals)] } : {}),
  };
}

function dependencyOn(random: Random, externals: readonly string[]) {
  const partitionRef = random.chance(0.6) ? foreignRef : random.pick(externals);
  return { graph: partitionRef.startsWith('up/') ? 'up' : 'sim', partitionRef };
}
