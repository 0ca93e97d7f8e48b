import { Broken, demand } from '../world/broken.ts';
import {
  hasAsked,
  type TrueBuild,
  type TrueFailure,
  type TruePartition,
  type TruePin,
  type TrueWant,
  type Truth,
} from './truth.ts';
import { runningIn, weigh } from './truthOfPools.ts';

/**
 * What must hold when everything that is under way was delivered: found by a full look at all open wants, which the
 * engine never takes.
 */
export function demandRest(truth: Truth): void {
  const open = [...truth.wants.values()].filter((want) => want.status === 'open');
  for (const want of open) demandNothingLeft(truth, want);
  demandDerivedNeeded(truth, open);
  demandQueuesMove(truth);
  demandTaintedDescendants(truth);
}

/** An open want waits for something, and nothing that it needs could be done now. */
function demandNothingLeft(truth: Truth, want: TrueWant): void {
  const missing = want.refs.filter((ref) => !truth.isLive(truth.partition(ref), want.freshAfter));
  const what = () => `${want.wantId} is open, though all of ${want.refs} is there`;
  demand(missing.length > 0, 'what is there satisfies', what);
  if (!areDependenciesThere(truth, want)) return;
  demandEachLooked(truth, missing, (ref) => demandBuildWaits(truth, want, truth.partition(ref)));
}

/**
 * Whoever waits is not woken by a taint of something else that it needs and that was there already: it is found when
 * what is waited for has come. So only where all that is missing was tainted, one look at one of them must have been.
 */
function demandEachLooked(truth: Truth, missing: readonly string[], look: (ref: string) => void): void {
  const [tainted, absent] = [missing.filter(isTainted), missing.filter((ref) => !isTainted(ref))];
  for (const ref of absent) look(ref);
  if (absent.length > 0 || tainted.length === 0) return;
  const faults = tainted.map((ref) => brokenBy(() => look(ref)));
  if (!faults.includes(null)) throw faults[0];

  function isTainted(ref: string): boolean {
    return typeof truth.partition(ref).current?.taintedSeq === 'number';
  }
}

function brokenBy(look: () => void): Broken | null {
  try {
    look();
    return null;
  } catch (error) {
    if (error instanceof Broken) return error;
    throw error;
  }
}

function areDependenciesThere(truth: Truth, want: TrueWant): boolean {
  return want.dependencies.every(({ graph, partitionRef }) => truth.isLive(truth.partition(partitionRef, graph)));
}

/** A wanted build has a run under way, or waits for an input that is missing, and that somebody was asked for. */
function demandBuildWaits(truth: Truth, want: TrueWant, { buildId }: TruePartition): void {
  if (buildId === null) return;
  const build = truth.build(buildId);
  if (build.run !== null) return;
  const missing = truth.inputsOf(buildId).filter((ref) => !truth.isLive(truth.partition(ref)));
  const failed =
    build.failure !== null && stands(build.failure, want) && (missing.length > 0 || samePins(truth, build));
  demand(!failed, 'a failure fails its wants', () => `${want.wantId} is open, though ${build.failure?.runId} failed`);
  demand(missing.length > 0, 'no wake-up is lost', () => `${want.wantId}: ${buildId} could be built now`);
  demandEachLooked(truth, missing, (ref) => {
    const isAsked = truth.partition(ref).isExternal || openDerived(truth, ref) !== undefined;
    demand(
      isAsked,
      'missing inputs are wanted',
      () => `${want.wantId}: ${buildId} waits for ${ref}, which nobody makes`,
    );
  });
}

function stands(failure: TrueFailure, want: TrueWant): boolean {
  return failure.at >= want.demandedAt;
}

function samePins(truth: Truth, build: TrueBuild): boolean {
  const pins = build.failure?.pins ?? [];
  const refs = truth.inputsOf(build.buildId);
  const isSame = (pin: TruePin) => truth.partition(pin.partitionRef).current?.instanceId === pin.instanceId;
  return pins.length === refs.length && pins.every(isSame);
}

function openDerived(truth: Truth, ref: string): TrueWant | undefined {
  return [...truth.wants.values()].find((one) => one.isDerived && one.status === 'open' && one.refs[0] === ref);
}

/** Every derived want is needed, over builds that wait, by a want that somebody made. */
function demandDerivedNeeded(truth: Truth, open: readonly TrueWant[]): void {
  const needed = new Set(open.filter((want) => !want.isDerived));
  for (const want of needed) {
    for (const ref of inputsWaitedFor(truth, want)) {
      const derived = openDerived(truth, ref);
      if (derived !== undefined) needed.add(derived);
    }
  }
  const orphan = open.find((want) => !needed.has(want));
  demand(
    orphan === undefined,
    'nobody builds what nobody wants',
    () => `${orphan?.wantId} is open, though no open want needs it`,
  );
  for (const { run } of truth.builds.values()) {
    if (run?.status !== 'queued') continue;
    const wanted = [...needed].some((want) => asksFor(truth, want, run.outputs));
    const what = () => `${run.runId} of ${run.buildId} is queued, though nobody wants it`;
    demand(wanted, 'nobody builds what nobody wants', what);
  }
}

function asksFor(truth: Truth, want: TrueWant, outputs: readonly string[]): boolean {
  return want.refs.some((ref) => outputs.includes(ref) && !truth.isLive(truth.partition(ref), want.freshAfter));
}

function inputsWaitedFor(truth: Truth, want: TrueWant): readonly string[] {
  if (!hasAsked(truth, want)) return [];
  return want.refs.flatMap((ref) => {
    const { buildId } = truth.partition(ref);
    return buildId === null || truth.isLive(truth.partition(ref), want.freshAfter) ? [] : truth.inputsOf(buildId);
  });
}

/** In each pool the first of those that wait does not fit. */
function demandQueuesMove(truth: Truth): void {
  for (const [name, limits] of Object.entries(truth.graph.manifest.pools)) {
    const queued = [...truth.builds.values()].flatMap(({ run }) =>
      run?.pool === name && run.status === 'queued' ? [run] : [],
    );
    if (queued.length === 0) continue;
    const used = weigh(runningIn(truth, name));
    const lightest = Math.min(...queued.map((run) => run.weight));
    const isFull = used + lightest > limits.capacity - limits.reservedForDeadlines;
    const heaviest = Math.max(...queued.map((run) => run.weight));
    const mayBeFirst = used + heaviest > limits.capacity - limits.reservedForDeadlines;
    demand(
      isFull || mayBeFirst,
      'a pool never rests with room',
      () => `${name} uses ${used}; ${queued.map((run) => run.runId)} wait`,
    );
  }
}

/** Whatever was made from a tainted instance is tainted; what is being made will be. */
function demandTaintedDescendants(truth: Truth): void {
  const isTainted = (pin: TruePin) => {
    const instance = truth.partition(pin.partitionRef).instances.get(pin.instanceId);
    return instance !== undefined && instance.taintedSeq !== null;
  };
  for (const partition of truth.partitions.values()) {
    const bounded = [...partition.instances.values()].slice(-11);
    for (const instance of bounded) {
      const source = instance.pins.find(isTainted);
      const missed = source !== undefined && instance.taintedSeq === null;
      demand(
        !missed,
        'taint reaches all descendants',
        () =>
          `${partition.partitionRef}@${instance.instanceId} was made from ${source?.partitionRef}@${source?.instanceId}`,
      );
    }
  }
  for (const { run } of truth.builds.values()) {
    const source = run?.pins.find(isTainted);
    const missed = run !== null && run.status !== 'retrying' && source !== undefined && !run.isTainted;
    demand(
      !missed,
      'taint reaches all descendants',
      () => `${run?.runId} of ${run?.buildId} is made from ${source?.partitionRef}`,
    );
  }
}

/** In the end every want has ended, every run is over, and what was late was told. */
export function demandEnd(truth: Truth): void {
  for (const want of truth.wants.values()) {
    demand(want.status !== 'open', 'every wait has an end', () => `${want.wantId} is open for ever`);
  }
  for (const { run } of truth.builds.values()) {
    demand(run === null, 'every wait has an end', () => `${run?.runId} of ${run?.buildId} is ${run?.status} for ever`);
  }
}
