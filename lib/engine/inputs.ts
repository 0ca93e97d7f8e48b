import type { Build, Graph, Located } from '../model/graph.ts';
import type { Engine } from './context.ts';
import type { Demand } from './demand.ts';
import { depthOf } from './expect.ts';
import { type LiveNow, PartitionReader, type PartitionView } from './partitions.ts';
import { awaitedOf, getWaiter, keepWatch, putWaiter, type WaiterKind } from './waiters.ts';

/** An input that is live, and which instance of it. */
export interface LiveInput {
  readonly located: Located;
  readonly live: LiveNow;
}

export type InputsLook =
  | { readonly kind: 'live'; readonly inputs: readonly LiveInput[] }
  | { readonly kind: 'missing'; readonly missing: readonly Located[] }
  | { readonly kind: 'unknown'; readonly partitionRef: string };

/**
 * Reads a build's inputs and registers it on what is missing: register, then look again.
 *
 * A row stands on every missing input; one of them, the one expected last, is watched. Where that one came between the
 * two looks another is chosen, so that the build never rests on a watched input that is there.
 */
export async function lookAtInputs(
  engine: Engine,
  build: Build,
  learned: readonly string[],
  demand: Demand,
): Promise<InputsLook> {
  const located = locateInputs(engine.graphs.current(), build, learned);
  if (!Array.isArray(located)) return { kind: 'unknown', partitionRef: located as string };
  const views = await viewAll(new PartitionReader(engine), located);
  let missing = missingOf(views);
  if (missing.length === 0) return allLive(located, views);
  while (missing.length > 0) {
    const watched = expectedLast(engine.graphs.current(), missing);
    for (const input of missing) await register(engine, build, input, input === watched ? 'watch' : 'need', demand);
    const still = missingOf(await viewAll(new PartitionReader(engine), missing));
    if (still.includes(watched)) return { kind: 'missing', missing: still };
    missing = still;
  }
  return allLive(located, await viewAll(new PartitionReader(engine), located));
}

/** One of the inputs may have been tainted since the first look: then it is missing, and the caller looks again. */
function allLive(located: readonly Located[], views: readonly PartitionView[]): InputsLook {
  const inputs = views.flatMap((view) => (view.live === null ? [] : [{ located: view.located, live: view.live }]));
  return inputs.length === located.length ? { kind: 'live', inputs } : { kind: 'missing', missing: [] };
}

/** Declared inputs and those that runs discovered; a ref where the graph does not know one of them any more. */
function locateInputs(graph: Graph, build: Build, learned: readonly string[]): readonly Located[] | string {
  const refs = new Set([...build.inputs.map((input) => input.partitionRef), ...learned]);
  const located: Located[] = [];
  for (const ref of refs) {
    const one = graph.locate(ref);
    if (one === null) return ref;
    located.push(one);
  }
  return located;
}

export async function viewAll(reader: PartitionReader, located: readonly Located[]): Promise<readonly PartitionView[]> {
  return Promise.all(located.map((one) => reader.view(one)));
}

function missingOf(views: readonly PartitionView[]): readonly Located[] {
  return views.filter((view) => view.live === null).map((view) => view.located);
}

/** The input with most jobs before it; of equals the last, as time keys come in order. */
function expectedLast(graph: Graph, missing: readonly Located[]): Located {
  return missing.reduce((last, one) => (depthOf(graph, one) >= depthOf(graph, last) ? one : last));
}

async function register(engine: Engine, build: Build, input: Located, kind: WaiterKind, demand: Demand): Promise<void> {
  const awaited = awaitedOf(input);
  const owner = `build/${build.buildId}` as const;
  const before = await getWaiter(engine, awaited, owner);
  const since = before?.since ?? engine.clock.now();
  const kept = keepWatch(before, kind);
  await putWaiter(engine, { awaited, owner, kind: kept, demand: true, since, expiresAt: demand.expiresAt });
}
