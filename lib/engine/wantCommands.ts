import type { Graph } from '../model/graph.ts';
import { createWant as creation, endWant } from '../model/want.decide.ts';
import type { Want, WantFields } from '../model/want.ts';
import type { Engine } from './context.ts';
import { isKnownExternal, refFault } from './known.ts';
import { checkRevision, type Fault, invalid, Refused } from './refused.ts';
import { append, change, type Loaded, load, wants } from './streams.ts';

export const wantLimits = {
  partitionRefs: 1_000,
  /** All refs of one want together, in bytes: its folded state has to fit in a commit. */
  refsBytes: 65_536,
  externalDependencies: 100,
  commentBytes: 2_000,
  ttlSecondsMax: 31_622_400,
  slaSecondsMax: 31_622_400,
  ttlSecondsDefault: 604_800,
} as const;

/**
 * Creates a want, durably, for each partition once. The same want id again answers with the want that is there.
 *
 * @throws Refused `invalid` naming every unknown ref with the nearest patterns, or `conflict` where the id stands for a
 *   want that asked for something else.
 */
export async function createWant(engine: Engine, asked: WantFields): Promise<Loaded<Want>> {
  refuseWant(engine, asked);
  const fields = { ...asked, partitionRefs: [...new Set(asked.partitionRefs)] };
  const created = await append(engine, wants, fields.wantId, { revision: 0, state: null }, creation(fields));
  if (created !== null) return created;
  const existing = await load(engine, wants, fields.wantId);
  if (existing.state !== null && asksTheSame(existing.state, fields)) return existing;
  throw new Refused('invalid', 'this Idempotency-Key was used for a want that asked for something else', [
    { pointer: '', detail: 'the Idempotency-Key stands for another request: use a new one' },
  ]);
}

/** What is asked of the graph and of time; the rest of a want is well-formed by its schema. */
export type Asked = Pick<WantFields, 'partitionRefs' | 'externalDependencies' | 'freshAfter'>;

/** @throws Refused `invalid` with every fault, where such a want could not be created now. */
export function refuseWant(engine: Engine, asked: Asked): void {
  const faults = faultsOf(engine.graphs.current(), asked, engine.clock.now());
  if (faults.length > 0) throw invalid(faults);
}

function faultsOf(graph: Graph, fields: Asked, now: number): readonly Fault[] {
  const bytes = [...new Set(fields.partitionRefs)].reduce((sum, ref) => sum + ref.length, 0);
  return [
    ...fields.partitionRefs.flatMap((ref, i) => refFault(graph, ref, `/partitionRefs/${i}`)),
    ...(bytes > wantLimits.refsBytes ? [tooManyBytes(bytes)] : []),
    ...(fields.externalDependencies ?? []).flatMap((one, i) =>
      isKnownExternal(graph, one) ? [] : [unknownDependency(one.graph, one.partitionRef, i)],
    ),
    ...(fields.freshAfter !== undefined && fields.freshAfter > now
      ? [{ pointer: '/freshAfter', detail: 'freshAfter lies in the future: nothing can be as fresh as that yet' }]
      : []),
  ];
}

function tooManyBytes(bytes: number): Fault {
  const detail = `the refs take ${bytes} bytes together; at most ${wantLimits.refsBytes} fit in one want`;
  return { pointer: '/partitionRefs', detail };
}

function unknownDependency(graph: string, partitionRef: string, index: number): Fault {
  const detail = `${graph}:${partitionRef} is not reported here: name it in upstreams, or wait for a partition of this graph`;
  return { pointer: `/externalDependencies/${index}`, detail };
}

function asksTheSame(want: Want, fields: WantFields): boolean {
  return Object.entries(fields).every(
    ([name, value]) => JSON.stringify(want[name as keyof Want]) === JSON.stringify(value),
  );
}

/**
 * Cancels an open want. A started run goes on; a queued one that nobody else needs is dropped. Again: nothing changes.
 *
 * @throws Refused `notFound`, or `conflict` where it has ended otherwise, is derived, or stands at another revision.
 */
export async function cancelWant(
  engine: Engine,
  wantId: string,
  by: { readonly text: string; readonly ifRevision?: number },
): Promise<Loaded<Want>> {
  const changed = await change(engine, wants, wantId, ({ state, revision }) => {
    if (state === null) throw new Refused('notFound', `there is no want ${wantId}`);
    if (state.status === 'cancelled') return [];
    checkRevision(wantId, revision, by.ifRevision);
    if (state.status !== 'open') throw new Refused('conflict', `${wantId} is ${state.status} already`);
    if (state.source === 'derived')
      throw new Refused('conflict', `${wantId} is derived: it ends with the wants above it`);
    return endWant(state, { status: 'cancelled', reason: { kind: 'cancelled', text: by.text } }, engine.clock.now());
  });
  return { state: changed.state, revision: changed.revision };
}
