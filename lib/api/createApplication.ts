import { createHash } from 'node:crypto';
import type { Engine } from '../engine/context.ts';
import { reportAvailable, taintPartitions } from '../engine/externalCommands.ts';
import { refFault } from '../engine/known.ts';
import type { RunHandle } from '../engine/ports.ts';
import { checkRevision, type Fault, invalid, isRefused } from '../engine/refused.ts';
import { acceptRun, cancelOpenRun, reportRun } from '../engine/runCommands.ts';
import { executionPlaces } from '../engine/runs.ts';
import { cancelWant, createWant, refuseWant, wantLimits } from '../engine/wantCommands.ts';
import type { Located } from '../model/graph.ts';
import type { WantFields } from '../model/want.ts';
import type { Query } from '../query/context.ts';
import { readEvents, wantTimeline } from '../query/events.ts';
import { moment } from '../query/format.ts';
import { lineage } from '../query/lineage.ts';
import { listPartitions, locateOrRefuse, partitionView } from '../query/partitions.ts';
import { plan } from '../query/plan.ts';
import { buildOfRun, listRuns, newestExecution, runView } from '../query/runs.ts';
import { listSla } from '../query/sla.ts';
import type { HealthView, RunView } from '../query/views.ts';
import { listWants, wantDetail, wantView, whyWant } from '../query/wants.ts';
import { whyDeep, whyNot } from '../query/why.ts';
import type { Application, EventPage, EventQuery, RememberedAnswer, WantRequest } from './application.ts';

/** What an application needs of the world that it is in. */
export interface ApplicationWorld {
  readonly query: Query;
  /** Resolves once the lists show every commit that was in the log at the call, or after a second. */
  settled(): Promise<void>;
  /** Resolves when the log has grown, at the latest after `ms`, or when the signal aborts. */
  grown(ms: number, signal: AbortSignal): Promise<void>;
  /** @param ended false: a character that is not printed whole yet is left for the next time. */
  readRunLog(
    handle: RunHandle,
    fromByte: number,
    ended: boolean,
  ): Promise<{ readonly text: string; readonly end: number }>;
  health(): Promise<HealthView>;
  metrics(): Promise<string>;
}

/** How long an answer to an `Idempotency-Key` is remembered, in milliseconds. */
const answersKeptMs = 86_400_000;

export function createApplication(world: ApplicationWorld): Application {
  const { query } = world;
  const { engine } = query;
  return {
    wantIdFor: (idempotency) => (idempotency === null ? `want_${engine.ids.ulid()}` : keyedWantId(idempotency)),
    async createWant(id, request) {
      refuseServed(request);
      const { state, revision } = await createWant(engine, fieldsOf(id, request));
      if (state === null) throw new TypeError('a want was created without a state');
      return wantView(query, state, revision);
    },
    async listWants(listing) {
      await world.settled();
      return listWants(query, listing);
    },
    getWant: (wantId) => wantDetail(query, wantId),
    wantTimeline: (wantId, paging) => wantTimeline(query, wantId, paging),
    whyWant: async (wantId) => ({ wantId, reasons: await whyWant(query, wantId) }),
    async cancelWant(wantId, by) {
      const { state, revision } = await cancelWant(engine, wantId, by);
      if (state === null) throw new TypeError('a want was cancelled without a state');
      return wantView(query, state, revision);
    },
    plan: async (request) => {
      refuseServed(request);
      refuseWant(engine, request);
      return plan(query, locateAll(engine, request.partitionRefs), request.freshAfter ?? null);
    },
    refFault: (partitionRef, pointer) => refFault(engine.graphs.current(), partitionRef, pointer),

    async listPartitions(listing) {
      await world.settled();
      return listPartitions(query, listing);
    },
    getPartition: (ref) => partitionView(query, ref),
    whyPartition: async (ref) => ({
      partitionRef: ref,
      reasons: await whyNot(query, locateOrRefuse(query, ref), null, whyDeep),
    }),
    lineage: (ref, { direction, depth }) => lineage(query, ref, direction, depth),
    reportAvailable: (reports) => reportAvailable(engine, reports),
    async taint({ partitionRefs, reason, dryRun }) {
      await world.settled(); // Learned edges are found in rows.
      return taintPartitions(engine, partitionRefs, reason, dryRun);
    },

    async listRuns(listing) {
      await world.settled();
      return listRuns(query, listing);
    },
    getRun: (runId) => oneRun(world, runId),
    runLog: (runId, fromByte) => runLog(world, runId, fromByte),
    acceptRun: (runId, by) => accept(world, runId, by),
    async reportRun(runId, capability, outcome) {
      await reportRun(engine, await buildOf(world, runId), runId, capability, outcome);
      return oneRun(world, runId);
    },
    async cancelRun(runId, { text, ifRevision }) {
      checkRevision(runId, (await oneRun(world, runId)).revision, ifRevision);
      await cancelOpenRun(engine, await buildOf(world, runId), runId, text);
      return oneRun(world, runId);
    },

    listEvents: (listing, signal) => listEvents(world, listing, signal),
    async slaViolations(paging) {
      await world.settled();
      return listSla(query, 'late', paging);
    },
    async slaAtRisk(paging) {
      await world.settled();
      return listSla(query, 'atRisk', paging);
    },
    health: () => world.health(),
    metrics: () => world.metrics(),
    ...answers(engine),
  };
}

/** With a caller and key always the same id, so that the want itself remembers the key. */
function keyedWantId({ caller, key }: { readonly caller: string; readonly key: string }): string {
  return `want_${sha256(JSON.stringify([caller, key])).slice(0, 26)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function fieldsOf(wantId: string, request: WantRequest): WantFields {
  const { deliver: _deliver, ttlSeconds = wantLimits.ttlSecondsDefault, ...fields } = request;
  return { wantId, ...fields, ttlSeconds };
}

function refuseServed({ deliver, partitionRefs }: WantRequest): void {
  if (deliver === 'served') throw invalid(partitionRefs.map(notServed));
}

function notServed(ref: string, i: number): Fault {
  return { pointer: `/partitionRefs/${i}`, detail: `no store takes ${ref}: it can be built, not served` };
}

function locateAll(engine: Engine, refs: readonly string[]): readonly Located[] {
  const graph = engine.graphs.current();
  return refs.flatMap((ref) => graph.locate(ref) ?? []);
}

/** The list of runs follows the log: a run that is not in it yet may just have begun. */
async function buildOf(world: ApplicationWorld, runId: string): Promise<string> {
  try {
    return await buildOfRun(world.query, runId);
  } catch (error) {
    if (!isRefused(error)) throw error;
    await world.settled();
    return buildOfRun(world.query, runId);
  }
}

async function oneRun(world: ApplicationWorld, runId: string): Promise<RunView> {
  return runView(world.query, await buildOf(world, runId), runId);
}

async function runLog(world: ApplicationWorld, runId: string, fromByte: number) {
  const { handle, ended } = await newestExecution(world.query, await buildOf(world, runId), runId);
  return { ...(await world.readRunLog(handle, fromByte, ended)), ended };
}

async function accept(world: ApplicationWorld, runId: string, by: string) {
  const { engine } = world.query;
  const buildId = await buildOf(world, runId);
  const { run, capability } = await acceptRun(engine, buildId, runId, by);
  const { inputs, outputs } = await executionPlaces(engine, buildId, run);
  const deadline = moment(run.timeoutAt ?? engine.clock.now());
  return {
    capability,
    inputs: inputs.map((one) => ({ ...one })),
    outputs: outputs.map((one) => ({ ...one })),
    deadline,
  };
}

async function listEvents(world: ApplicationWorld, listing: EventQuery, signal: AbortSignal): Promise<EventPage> {
  const { clock } = world.query.engine;
  const until = clock.now() + listing.waitSeconds * 1000;
  let since = listing.since;
  for (;;) {
    const page = await readEvents(world.query, { ...listing, ...(since === undefined ? {} : { since }) });
    const leftMs = until - clock.now();
    if (page.items.length > 0 || (!page.more && (leftMs <= 0 || signal.aborted))) return withCursors(page, since);
    since = page.nextCursor;
    if (!page.more) await world.grown(leftMs, signal);
  }
}

/** Until a page is read whole its beginning is where to resume: what was seen of it comes again, nothing is lost. */
function withCursors(page: Omit<EventPage, 'cursors'>, since: string | undefined): EventPage {
  const last = page.items.length - 1;
  const { items, nextCursor } = page;
  return { items, nextCursor, cursors: items.map((_, i) => (i === last ? nextCursor : (since ?? ''))) };
}

function answers(engine: Engine): Pick<Application, 'rememberedAnswer' | 'rememberAnswer'> {
  const placeOf = (caller: string, key: string) => ({ partition: `answers/${sha256(caller)}`, key: sha256(key) });
  return {
    async rememberedAnswer(caller, key) {
      const place = placeOf(caller, key);
      const row = await engine.index.get(place.partition, place.key);
      const isKept = row !== null && (row.expiresAt ?? Number.POSITIVE_INFINITY) > engine.clock.now();
      return isKept ? (row.value as unknown as RememberedAnswer) : null;
    },
    async rememberAnswer(caller, key, answer) {
      const expiresAt = engine.clock.now() + answersKeptMs;
      await engine.index.put({ ...placeOf(caller, key), nonce: 'answer', value: { ...answer }, expiresAt });
    },
  };
}
