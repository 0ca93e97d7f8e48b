import { isLogUnavailable, isRevisionConflict, LogUnavailable } from '../log/errors.ts';
import type { Commit, NewCommit, StreamId, StreamKind } from '../log/eventLog.ts';
import { type BuildState, evolveBuild } from '../model/build.ts';
import { type External, evolveExternal } from '../model/external.ts';
import type { JsonObject } from '../model/json.ts';
import { evolvePool, type Pool } from '../model/pool.ts';
import type { StoredEvent } from '../model/storedEvent.ts';
import { evolveWant, type Want } from '../model/want.ts';
import type { Engine } from './context.ts';

/** How one kind of stream is folded. */
export interface Aggregate<S> {
  readonly kind: StreamKind;
  evolve(state: S | null, event: StoredEvent, at: number, revision: number): S;
}

export const wants: Aggregate<Want> = { kind: 'want', evolve: evolveWant };
export const builds: Aggregate<BuildState> = { kind: 'build', evolve: evolveBuild };
export const externals: Aggregate<External> = { kind: 'external', evolve: evolveExternal };
export const pools: Aggregate<Pool> = { kind: 'pool', evolve: evolvePool };

export interface Loaded<S> {
  /** 0 for a stream that does not exist. */
  readonly revision: number;
  readonly state: S | null;
}

export function streamOf(aggregate: Aggregate<unknown>, id: string): StreamId {
  return `${aggregate.kind}/${id}`;
}

/** The state that a commit carries, or that its events give where it is a stream's first. */
export function stateOf<S>(aggregate: Aggregate<S>, commit: Commit): S {
  if (commit.state !== null) return commit.state as unknown as S;
  return foldEvents(aggregate, null, commit.events, commit.at, commit.revision) as S;
}

export function foldEvents<S>(
  aggregate: Aggregate<S>,
  state: S | null,
  events: readonly StoredEvent[],
  at: number,
  revision: number,
): S | null {
  return events.reduce<S | null>((folded, event) => aggregate.evolve(folded, event, at, revision), state);
}

/** The stream's state, strongly consistent. */
export async function load<S>(engine: Pick<Engine, 'log'>, aggregate: Aggregate<S>, id: string): Promise<Loaded<S>> {
  const head = await engine.log.head(streamOf(aggregate, id));
  return head === null ? { revision: 0, state: null } : { revision: head.revision, state: stateOf(aggregate, head) };
}

/** One commit of a stream; `null` where it does not exist. */
export async function commitAt(
  engine: Pick<Engine, 'log'>,
  stream: StreamId,
  revision: number,
): Promise<Commit | null> {
  const head = await engine.log.head(stream);
  if (head === null || head.revision <= revision) return head?.revision === revision ? head : null;
  for await (const commit of engine.log.read(stream, revision)) return commit;
  return null;
}

/**
 * Appends at the revision that was read. `null` where somebody else was first: look again.
 * An append whose answer was lost is repeated with the same commit, which answers as the first one did.
 */
export async function append<S>(
  engine: Engine,
  aggregate: Aggregate<S>,
  id: string,
  loaded: Loaded<S>,
  events: readonly object[],
): Promise<Loaded<S> | null> {
  const at = engine.clock.now();
  const revision = loaded.revision + 1;
  const stored = events as readonly StoredEvent[];
  const state = foldEvents(aggregate, loaded.state, stored, at, revision) as S;
  const carried = loaded.revision === 0 ? null : (state as unknown as JsonObject);
  const commit: NewCommit = { commitId: engine.ids.ulid(), at, events: stored, state: carried };
  try {
    await appendSurely(engine, streamOf(aggregate, id), loaded.revision, commit);
    return { revision, state };
  } catch (error) {
    if (isRevisionConflict(error)) return null;
    throw error;
  }
}

const appendTries = 3;

async function appendSurely(engine: Engine, stream: StreamId, expected: number, commit: NewCommit): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await engine.log.append(stream, expected, commit);
      return;
    } catch (error) {
      if (!isLogUnavailable(error) || tries === appendTries) throw error;
    }
  }
}

export interface Changed<S> extends Loaded<S> {
  /** False where there was nothing to change. */
  readonly changed: boolean;
}

/** Reads, decides, appends; after a conflict all three again. No events: nothing to change. */
export async function change<S>(
  engine: Engine,
  aggregate: Aggregate<S>,
  id: string,
  decide: (loaded: Loaded<S>) => readonly object[],
): Promise<Changed<S>> {
  for (let tries = 0; tries < looksMax; tries++) {
    const loaded = await load(engine, aggregate, id);
    const events = decide(loaded);
    if (events.length === 0) return { ...loaded, changed: false };
    const appended = await append(engine, aggregate, id, loaded, events);
    if (appended !== null) return { ...appended, changed: true };
  }
  throw tooManyLooks(streamOf(aggregate, id));
}

/** How often one delivery looks again before it gives up and lets itself be delivered anew. */
export const looksMax = 64;

export function tooManyLooks(what: string): LogUnavailable {
  return new LogUnavailable(`${what} kept changing while it was looked at: it is looked at again later`);
}
