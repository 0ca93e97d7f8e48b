import { type BuildState, liveOutput } from '../model/build.ts';
import type { External } from '../model/external.ts';
import type { Located } from '../model/graph.ts';
import type { ExternalDependency } from '../model/want.ts';
import type { Engine } from './context.ts';
import { builds, externals, type Loaded, load } from './streams.ts';
import { externalId } from './waiters.ts';

/** The instance that is live and not tainted. */
export interface LiveNow {
  readonly instanceId: string;
  /** What `freshAfter` compares with: when a run's inputs were pinned, or when an external one was reported. */
  readonly freshAt: number;
}

/** A partition as it stands at one strongly consistent read. */
export interface PartitionView {
  readonly located: Located;
  readonly live: LiveNow | null;
}

/** Reads partitions, each build's stream once: what comes from one build is seen, and pinned, from one run. */
export class PartitionReader {
  readonly #engine: Pick<Engine, 'log'>;
  readonly #builds = new Map<string, Promise<Loaded<BuildState>>>();

  constructor(engine: Pick<Engine, 'log'>) {
    this.#engine = engine;
  }

  async view(located: Located): Promise<PartitionView> {
    if (located.kind === 'external') return { located, live: await externalLive(this.#engine, located) };
    const { state } = await this.build(located.buildId);
    return { located, live: builtLive(state, located.partitionRef) };
  }

  build(buildId: string): Promise<Loaded<BuildState>> {
    const known = this.#builds.get(buildId);
    if (known !== undefined) return known;
    const loading = load(this.#engine, builds, buildId);
    this.#builds.set(buildId, loading);
    return loading;
  }
}

export function builtLive(state: BuildState | null, partitionRef: string): LiveNow | null {
  const live = state?.live;
  if (live === null || live === undefined || liveOutput(state, partitionRef) === null) return null;
  return { instanceId: live.instanceId, freshAt: live.pinnedAt };
}

export async function externalLive(
  engine: Pick<Engine, 'log'>,
  dependency: ExternalDependency,
): Promise<LiveNow | null> {
  const { state } = await load(engine, externals, externalId(dependency));
  return liveInstance(state);
}

function liveInstance(state: External | null): LiveNow | null {
  if (state === null || state.instance.tainted !== undefined) return null;
  return { instanceId: state.instance.instanceId, freshAt: state.instance.at };
}

export function isFresh(live: LiveNow | null, freshAfter: number | null): boolean {
  return live !== null && (freshAfter === null || live.freshAt >= freshAfter);
}
