import type { BuildEvent, BuildState, PartitionTainted } from '../model/build.ts';
import { isOutputTainted } from '../model/build.ts';
import type { BuildId, Located } from '../model/graph.ts';
import { type Pinned, pinned } from '../model/pins.ts';
import { claimPins } from './claims.ts';
import type { Engine } from './context.ts';
import { builds, change, externals, load } from './streams.ts';
import { externalId } from './waiters.ts';

/** Marks one instance of a partition. False where that instance is not there, or marked already. */
export async function taintInstance(
  engine: Engine,
  target: Pinned,
  reason: string,
  because?: string,
): Promise<boolean> {
  const located = engine.graphs.current().locate(target.partitionRef);
  if (located === null) return false;
  const event: PartitionTainted = {
    type: 'PartitionTainted',
    v: 1,
    ...target,
    reason,
    ...(because === undefined ? {} : { because }),
  };
  if (located.kind === 'external') return taintExternal(engine, externalId(located), event);
  const { changed } = await change(engine, builds, located.buildId, ({ state }) =>
    hasInstance(state, target.instanceId) && !isOutputTainted(state, target.partitionRef, target.instanceId)
      ? [event]
      : [],
  );
  return changed;
}

function hasInstance(state: BuildState | null, instanceId: string): boolean {
  return state?.live?.instanceId === instanceId || (state?.earlier ?? []).some((one) => one.instanceId === instanceId);
}

async function taintExternal(engine: Engine, id: string, event: PartitionTainted): Promise<boolean> {
  const { changed } = await change(engine, externals, id, ({ state }) => {
    const instances = state === null ? [] : [state.instance, ...state.earlier];
    const good = instances.some((one) => one.instanceId === event.instanceId && one.tainted === undefined);
    return good ? [event] : [];
  });
  return changed;
}

/**
 * Marks what was made from a tainted instance: the outputs of live and earlier instances, whose own taint is an event
 * that goes on from there, and open runs, which will publish as tainted. Reads the pins after the taint was written; a
 * run claimed later looks at its pins after its claim. One of the two sees the other.
 */
export async function taintDependents(engine: Engine, source: Pinned): Promise<void> {
  for (const buildId of await dependentsOf(engine, source.partitionRef)) {
    await taintOpenRun(engine, buildId, source); // First, since one that ends meanwhile is then among the instances.
    for (const outputs of await madeFrom(engine, buildId, source)) {
      const reason = `made from ${source.partitionRef}, which is tainted`;
      for (const output of outputs) await taintInstance(engine, output, reason, source.partitionRef);
    }
  }
}

/** Builds that have the partition as a declared input, or whose runs discovered it. */
export async function dependentsOf(engine: Engine, partitionRef: string): Promise<readonly BuildId[]> {
  const declared = engine.graphs.current().dependents(partitionRef);
  const learned: BuildId[] = [];
  let afterKey: string | null = null;
  do {
    const page: { rows: readonly { key: string }[]; nextKey: string | null } = await engine.index.query(
      learnedRows(partitionRef),
      afterKey === null ? {} : { afterKey },
    );
    learned.push(...page.rows.map((row) => row.key));
    afterKey = page.nextKey;
  } while (afterKey !== null);
  return [...new Set([...declared, ...learned])];
}

/** Where the builds are listed whose runs discovered that they need a partition. */
export function learnedRows(partitionRef: string): string {
  return `learned/${partitionRef}`;
}

/** Remembers that a build's runs need these inputs, beside what its job declares. */
export async function rememberLearned(engine: Engine, buildId: BuildId, refs: readonly string[]): Promise<void> {
  for (const ref of refs) {
    await engine.index.put({ partition: learnedRows(ref), key: buildId, nonce: 'learned', value: {}, expiresAt: null });
  }
}

/** The outputs of each instance of a build that was made from this very instance of the source. */
async function madeFrom(engine: Engine, buildId: BuildId, source: Pinned): Promise<readonly (readonly Pinned[])[]> {
  const { state } = await load(engine, builds, buildId);
  const instances = [...(state?.live ? [state.live] : []), ...(state?.earlier ?? [])];
  const outputs = engine.graphs.current().build(buildId)?.outputs ?? [];
  const made: Pinned[][] = [];
  for (const { instanceId, claimRevision } of instances) {
    if (!(await isPinned(engine, buildId, claimRevision, source))) continue;
    made.push(outputs.map(({ partitionRef }) => ({ partitionRef, instanceId })));
  }
  return made;
}

async function isPinned(engine: Engine, buildId: BuildId, claimRevision: number, source: Pinned): Promise<boolean> {
  const pins = pinned(await claimPins(engine, buildId, claimRevision));
  return pins.some((one) => one.partitionRef === source.partitionRef && one.instanceId === source.instanceId);
}

async function taintOpenRun(engine: Engine, buildId: BuildId, source: Pinned): Promise<void> {
  const { state } = await load(engine, builds, buildId);
  const run = state?.run;
  if (run === null || run === undefined || run.tainted !== undefined) return;
  if (await isPinned(engine, buildId, run.claimRevision, source))
    await markRun(engine, buildId, run, source.partitionRef);
}

/** The open run will publish as tainted. One that has ended meanwhile is found among the instances. */
export async function markRun(
  engine: Engine,
  buildId: BuildId,
  run: { readonly runId: string; readonly attempt: number },
  because: string,
): Promise<void> {
  const { runId, attempt } = run;
  const event: BuildEvent = { type: 'RunTainted', v: 1, runId, attempt, because };
  await change(engine, builds, buildId, ({ state }) => {
    const open = state?.run;
    return open?.runId === runId && open.attempt === attempt && open.tainted === undefined ? [event] : [];
  });
}

/** What a taint of these partitions would mark, the partitions themselves included; writes nothing. */
export async function taintReach(engine: Engine, targets: readonly Pinned[]): Promise<readonly Pinned[]> {
  const reached = new Map(targets.map((one) => [nameOf(one), one]));
  for (const source of reached.values()) {
    for (const buildId of await dependentsOf(engine, source.partitionRef)) {
      for (const output of (await madeFrom(engine, buildId, source)).flat()) reached.set(nameOf(output), output);
    }
    if (reached.size >= reachMax) break;
  }
  return [...reached.values()];
}

/** A dry run names at most this many. */
export const reachMax = 10_000;

function nameOf(one: Pinned): string {
  return `${one.partitionRef}@${one.instanceId}`;
}

/** The instance that is live now, also a tainted one; `null` where there is none. */
export async function currentInstance(engine: Engine, located: Located): Promise<Pinned | null> {
  const { partitionRef } = located;
  if (located.kind === 'external') {
    const { state } = await load(engine, externals, externalId(located));
    return state === null ? null : { partitionRef, instanceId: state.instance.instanceId };
  }
  const { state } = await load(engine, builds, located.buildId);
  return state?.live ? { partitionRef, instanceId: state.live.instanceId } : null;
}
