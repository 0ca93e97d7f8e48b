import type { Application, EventPage, EventQuery, RememberedAnswer } from '../../../lib/api/application.ts';
import { type Fault, Refused } from '../../../lib/engine/refused.ts';
import { CursorGone, CursorInvalid } from '../../../lib/log/errors.ts';
import type { EventView, WantView } from '../../../lib/query/views.ts';
import { at, fakeEvent, fakePartition, fakeReason, fakeRun, fakeSla, fakeWant } from './fakeViews.ts';

export interface Called {
  readonly method: keyof Application;
  readonly args: readonly unknown[];
}

/** An application that keeps wants and events in memory, does nothing with them, and tells how it was called. */
export interface FakeApplication extends Application {
  readonly calls: Called[];
  /** Adds an event to the feed, and wakes who waits for one. */
  happen(): void;
  /** From now on this method throws, or does what it is told. */
  on<M extends keyof Application>(method: M, instead: Application[M]): void;
}

/** Not told: it changes nothing, and is asked about a request that is refused, too. */
const asksOnly = new Set(['refFault']);

const cursorOf = (position: number): string => `g1-${position}`;

export function fakeApplication(): FakeApplication {
  const calls: Called[] = [];
  const wants = new Map<string, WantView>();
  const answers = new Map<string, RememberedAnswer>();
  const feed = new FakeFeed();
  let nextId = 1;

  const wantCalled = (wantId: string): WantView => {
    const want = wants.get(wantId);
    if (want === undefined) throw new Refused('notFound', `there is no want ${wantId}`);
    return want;
  };
  const known = (ref: string): string => {
    if (ref.startsWith('weather/')) return ref;
    throw new Refused('notFound', `the graph weather has no partition ${ref}`);
  };
  const runCalled = (runId: string) => {
    if (runId !== fakeRun.runId) throw new Refused('notFound', `there is no run ${runId}`);
    return fakeRun;
  };
  const page = <T>(items: readonly T[], cursor: string | undefined) => {
    if (cursor !== undefined && cursor !== 'page2') throw new CursorInvalid();
    return { items, nextCursor: cursor === undefined ? 'page2' : null };
  };

  const methods: Application = {
    wantIdFor: (keyed) =>
      `want_${keyed === null ? nextId++ : Buffer.from(`${keyed.caller}.${keyed.key}`).toString('hex').slice(0, 100)}`,
    createWant: async (id, { partitionRefs }) => {
      const faults = partitionRefs.flatMap((ref, i) => refFault(ref, `/partitionRefs/${i}`));
      if (faults.length > 0) throw new Refused('invalid', 'unknown refs', faults);
      const want = wants.get(id) ?? fakeWant(id, partitionRefs);
      wants.set(id, want);
      return want;
    },
    listWants: async ({ cursor }) => page([...wants.values()].slice(0, 50), cursor),
    getWant: async (wantId) => wantCalled(wantId),
    wantTimeline: async (wantId, { cursor }) => page([{ ...fakeEvent(1), wantId: wantCalled(wantId).wantId }], cursor),
    whyWant: async (wantId) => ({
      wantId: wantCalled(wantId).wantId,
      reasons: [{ ...fakeReason, because: [{ ...fakeReason, because: [] }] }],
    }),
    cancelWant: async (wantId, { ifRevision }) => {
      const want = wantCalled(wantId);
      if (ifRevision !== undefined && ifRevision !== want.revision) {
        throw new Refused('conflict', `${wantId} is at revision ${want.revision}, not ${ifRevision}: read it again`);
      }
      const cancelled: WantView = { ...want, state: 'cancelled', endedAt: at, revision: 2 };
      wants.set(wantId, cancelled);
      return cancelled;
    },
    refFault,
    plan: async ({ partitionRefs }) => ({
      runs: [{ job: 'clean', outputs: partitionRefs }],
      reasons: [fakeReason],
      estimateSeconds: 2,
    }),
    listPartitions: async ({ cursor }) => page([fakePartition('weather/daily/2012-01-31')], cursor),
    getPartition: async (ref) => fakePartition(known(ref)),
    whyPartition: async (ref) => ({ partitionRef: known(ref), reasons: [{ ...fakeReason, because: [] }] }),
    lineage: async (ref) => ({
      nodes: [{ partitionRef: known(ref), state: 'live', instanceId: 'run_0' }],
      edges: [{ from: 'weather/raw/2012-01-31', to: ref, learned: false }],
    }),
    reportAvailable: async (reports) =>
      reports.map(({ partitionRef, instance = 'ext_new' }) => ({
        partitionRef: known(partitionRef),
        graph: 'weather',
        instanceId: instance,
        changed: true,
      })),
    taint: async ({ partitionRefs }) => ({ partitionRefs, affected: ['weather/monthly/2012-01'] }),
    listRuns: async ({ cursor }) => page([fakeRun], cursor),
    getRun: async (runId) => runCalled(runId),
    runLog: async (runId, fromByte) => ({ text: runCalled(runId).job.slice(fromByte), end: 5, ended: false }),
    acceptRun: async (runId) => ({
      capability: 'secret',
      inputs: [],
      outputs: [{ partitionRef: runCalled(runId).outputs[0]! }],
      deadline: at,
    }),
    reportRun: async (runId, capability) => {
      if (capability !== 'secret')
        throw new Refused('forbidden', `the capability is not the one that was given for run ${runId}`);
      return { ...runCalled(runId), state: 'succeeded', endedAt: at };
    },
    cancelRun: async (runId) => ({ ...runCalled(runId), state: 'cancelled', endedAt: at }),
    listEvents: (query, signal) => feed.list(query, signal),
    slaViolations: async ({ cursor }) => page([fakeSla], cursor),
    slaAtRisk: async ({ cursor }) => page([fakeSla], cursor),
    health: async () => ({ status: 'ok', graph: 'weather', version: '0.1.0', lag: 0, configFault: null }),
    metrics: async () => '# TYPE landfall_wants gauge\nlandfall_wants 1\n# EOF\n',
    rememberedAnswer: async (caller, key) => answers.get(`${caller} ${key}`) ?? null,
    rememberAnswer: async (caller, key, answer) => {
      answers.set(`${caller} ${key}`, answer);
    },
  };

  const current: Record<string, (...args: unknown[]) => unknown> = { ...methods } as never;
  const recorded = Object.keys(methods).map((method) => [
    method,
    (...args: unknown[]) => {
      if (!asksOnly.has(method)) calls.push({ method: method as keyof Application, args });
      return current[method]!(...args);
    },
  ]);
  return {
    ...(Object.fromEntries(recorded) as Application),
    calls,
    happen: () => feed.add(),
    on: (method, instead) => {
      current[method] = instead as never;
    },
  };
}

function refFault(ref: string, pointer: string): readonly Fault[] {
  return ref.startsWith('weather/') ? [] : [{ pointer, detail: `there is no partition ${ref}` }];
}

class FakeFeed {
  readonly #events: EventView[] = [];
  #woken = Promise.withResolvers<void>();

  add(): void {
    this.#events.push(fakeEvent(this.#events.length + 1));
    this.#woken.resolve();
    this.#woken = Promise.withResolvers();
  }

  async list({ since, limit, waitSeconds }: EventQuery, signal: AbortSignal): Promise<EventPage> {
    const from = since === undefined ? 0 : positionOf(since);
    const ended = Promise.withResolvers<void>();
    const end = () => ended.resolve();
    signal.addEventListener('abort', end, { once: true });
    const timer = setTimeout(end, waitSeconds * 1000);
    if (waitSeconds > 0 && this.#events.length <= from && !signal.aborted) {
      await Promise.race([this.#woken.promise, ended.promise]);
    }
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    const items = this.#events.slice(from, from + limit);
    const cursors = items.map((event) => cursorOf(event.position));
    return { items, cursors, nextCursor: cursors.at(-1) ?? cursorOf(from) };
  }
}

function positionOf(cursor: string): number {
  const [, generation, position] = /^(g\d+)-(\d{1,9})$/.exec(cursor) ?? [];
  if (position === undefined) throw new CursorInvalid();
  if (generation !== 'g1') throw new CursorGone(cursorOf(0));
  return Number(position);
}
