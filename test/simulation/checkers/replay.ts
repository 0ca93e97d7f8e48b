import { type Aggregate, builds, externals, pools, stateOf, wants } from '../../../lib/engine/streams.ts';
import { demand } from '../world/broken.ts';
import type { Truth } from './truth.ts';

const aggregates: readonly Aggregate<object>[] = [wants, builds, externals, pools] as unknown as Aggregate<object>[];

/** Folding all commits from the first gives what each of them carries. */
export function demandReplay(truth: Truth): void {
  const states = new Map<string, object | null>();
  for (const { commit } of truth.entries) {
    const aggregate = aggregates.find(({ kind }) => commit.stream.startsWith(`${kind}/`))!;
    const { at, revision } = commit;
    const folded = commit.events.reduce<object | null>(
      (state, event) => aggregate.evolve(state, event, at, revision),
      states.get(commit.stream) ?? null,
    );
    states.set(commit.stream, folded);
    const isSame = JSON.stringify(folded) === JSON.stringify(stateOf(aggregate, commit));
    demand(
      isSame,
      'the log is the truth',
      () => `${commit.stream}@${revision} carries another state than its events give`,
    );
  }
}
