import { orderedMoment } from '../engine/due.ts';
import { externalLive, isFresh, PartitionReader } from '../engine/partitions.ts';
import { Refused } from '../engine/refused.ts';
import { load, wants } from '../engine/streams.ts';
import { waitersOf } from '../engine/waiters.ts';
import type { Row } from '../log/rowIndex.ts';
import { matchGlob } from '../model/glob.ts';
import type { Located } from '../model/graph.ts';
import { deadlineOf, expiresAt, slaStatus, type Want } from '../model/want.ts';
import type { Query } from './context.ts';
import { demandersOf } from './demanders.ts';
import { moment, momentOrNull } from './format.ts';
import { lists } from './lists.ts';
import type { DeepReasonView, ListView, ReasonView, WantDetailView, WantStateView, WantView } from './views.ts';
import { walkPage } from './walk.ts';
import { missingExternal, type WhyLimits, whyDeep, whyNot, whyShallow } from './why.ts';

/** @throws Refused `notFound`. */
export async function readWant(query: Query, wantId: string): Promise<{ want: Want; revision: number }> {
  const { state, revision } = await load(query, wants, wantId);
  if (state === null) throw new Refused('notFound', `there is no want ${wantId}`);
  return { want: state, revision };
}

export async function wantView(query: Query, want: Want, revision: number): Promise<WantView> {
  const reasons = (await reasonsOf(query, want, whyShallow)).map(withoutDepth);
  const deadline = deadlineOf(want);
  return {
    wantId: want.wantId,
    graph: query.engine.graphs.current().manifest.name,
    partitionRefs: want.partitionRefs,
    state: want.status === 'open' ? openState(reasons) : want.status,
    reasons,
    createdAt: moment(want.createdAt),
    expiresAt: moment(expiresAt(want)),
    dataTimestamp: moment(want.dataTimestamp ?? want.createdAt),
    ttlSeconds: want.ttlSeconds,
    slaSeconds: want.slaSeconds ?? null,
    slaDeadline: momentOrNull(deadline),
    sla: slaStatus(want, query.engine.clock.now(), null),
    externalDependencies: want.externalDependencies ?? [],
    source: want.source,
    deliver: 'built',
    freshAfter: momentOrNull(want.freshAfter),
    comment: want.comment ?? null,
    endedAt: momentOrNull(want.endedAt),
    revision,
  };
}

function openState(reasons: readonly ReasonView[]): WantStateView {
  const building = reasons.some(
    ({ kind }) => kind === 'running' || kind === 'queued' || kind === 'poolFull' || kind === 'retryAt',
  );
  return building ? 'building' : 'waiting';
}

function withoutDepth({ because: _because, ...reason }: DeepReasonView): ReasonView {
  return reason;
}

/** Why an open want is open, or an ended one ended as it did; empty for a satisfied one. */
async function reasonsOf(query: Query, want: Want, limits: WhyLimits): Promise<readonly DeepReasonView[]> {
  if (want.status === 'satisfied') return [];
  if (want.status !== 'open') return [endReason(want)];
  const held = await heldBack(query, want);
  const reasons: DeepReasonView[] = [...held];
  for (const located of await openTargets(query, want)) {
    if (reasons.length >= limits.width) break;
    reasons.push(...(await whyNot(query, located, want.freshAfter ?? null, limits)));
  }
  const named = reasons
    .slice(0, limits.width)
    .map((reason) => ({ ...reason, since: reason.since ?? moment(want.createdAt) }));
  return named.length > 0 ? named : [aboutToEnd(want)];
}

function endReason(want: Want): DeepReasonView {
  const reason = want.endReason;
  return {
    kind: reason?.kind === 'upstreamFailed' ? 'upstreamFailed' : 'missingInput',
    partitionRef: reason?.partitionRef ?? null,
    graph: null,
    runId: reason?.runId ?? null,
    since: momentOrNull(want.endedAt),
    owner: null,
    text: reason?.text ?? want.status,
    because: [],
  };
}

/** Everything came between two looks: its end is under way. */
function aboutToEnd(want: Want): DeepReasonView {
  const text = 'everything that it wants is there: its end is being recorded';
  const nothing = { partitionRef: null, graph: null, runId: null, owner: null, because: [] };
  return { kind: 'queued', ...nothing, since: moment(want.createdAt), text };
}

/** Its own external dependencies hold back what it asks for. */
async function heldBack(query: Query, want: Want): Promise<readonly DeepReasonView[]> {
  const held: DeepReasonView[] = [];
  for (const dependency of want.externalDependencies ?? []) {
    if ((await externalLive(query, dependency)) === null) held.push(missingExternal(dependency, want.createdAt));
  }
  return held;
}

async function openTargets(query: Query, want: Want): Promise<readonly Located[]> {
  const graph = query.engine.graphs.current();
  const reader = new PartitionReader(query);
  const open: Located[] = [];
  for (const ref of want.partitionRefs) {
    const located = graph.locate(ref);
    if (located !== null && !isFresh((await reader.view(located)).live, want.freshAfter ?? null)) open.push(located);
  }
  return open;
}

export async function wantDetail(query: Query, wantId: string): Promise<WantDetailView> {
  const { want, revision } = await readWant(query, wantId);
  const view = await wantView(query, want, revision);
  return want.source === 'derived' ? { ...view, parentWantIds: await parentsOf(query, want) } : view;
}

/** The wants for the builds that wait for a derived want's partition, the first 50. */
async function parentsOf(query: Query, want: Want): Promise<readonly string[]> {
  const parents = new Set<string>();
  for (const ref of want.partitionRefs) {
    for await (const { owner } of waitersOf(query.engine, `partition/${ref}`)) {
      const build = owner.startsWith('build/')
        ? query.engine.graphs.current().build(owner.slice('build/'.length))
        : null;
      for (const id of build === null ? [] : await demandersOf(query, build, 50)) parents.add(id);
      if (parents.size >= 50) break;
    }
  }
  return [...parents].slice(0, 50);
}

export async function whyWant(query: Query, wantId: string): Promise<readonly DeepReasonView[]> {
  const { want } = await readWant(query, wantId);
  return reasonsOf(query, want, whyDeep);
}

export interface WantListing {
  readonly states?: readonly WantStateView[];
  readonly sources?: readonly string[];
  readonly partition?: string;
  readonly createdAfter?: number;
  readonly createdBefore?: number;
  readonly sla?: readonly string[];
  readonly limit: number;
  readonly cursor?: string;
}

/** Open wants first, then ended ones, the newest first in each. */
export async function listWants(query: Query, listing: WantListing): Promise<ListView<WantView>> {
  return walkPage(
    query,
    {
      list: 'wants',
      partitions: partitionsFor(listing),
      range: {
        ...(listing.createdAfter === undefined ? {} : { from: orderedMoment(listing.createdAfter) }),
        ...(listing.createdBefore === undefined ? {} : { to: orderedMoment(listing.createdBefore) }),
      },
      descending: true,
      show: (row) => showWant(query, listing, row),
    },
    listing,
  );
}

function partitionsFor(listing: WantListing): readonly string[] {
  const { states, partition } = listing;
  if (partition !== undefined && !partition.includes('*')) return [lists.wantsOf(partition)];
  const open = states === undefined || states.some((state) => state === 'waiting' || state === 'building');
  const ended = states === undefined || states.some((state) => state !== 'waiting' && state !== 'building');
  return [...(open ? [lists.openWants] : []), ...(ended ? [lists.endedWants] : [])];
}

async function showWant(query: Query, listing: WantListing, row: Row): Promise<WantView | null> {
  const { state, revision } = await load(query, wants, row.value.wantId as string);
  if (state === null || !matches(listing, state)) return null;
  const view = await wantView(query, state, revision);
  if (listing.states !== undefined && !listing.states.includes(view.state)) return null;
  return listing.sla !== undefined && !listing.sla.includes(view.sla) ? null : view;
}

function matches(listing: WantListing, want: Want): boolean {
  const { sources, partition } = listing;
  if (sources !== undefined && !sources.includes(want.source)) return false;
  return partition === undefined || want.partitionRefs.some((ref) => matchGlob(partition, ref));
}
