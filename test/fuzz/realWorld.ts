import { createApi } from '../../lib/api/api.ts';
import { createApplication } from '../../lib/api/createApplication.ts';
import type { Engine } from '../../lib/engine/context.ts';
import { reactFully } from '../../lib/engine/react.ts';
import { createDispatcher, type Dispatcher } from '../../lib/local/dispatcher.ts';
import type { Commit, Doorbell, EventLog } from '../../lib/log/eventLog.ts';
import { createMemoryIndex } from '../../lib/log/memoryIndex.ts';
import { createMemoryLog } from '../../lib/log/memoryLog.ts';
import type { RowIndex } from '../../lib/log/rowIndex.ts';
import { compileGraph } from '../../lib/model/compile.ts';
import type { Graph } from '../../lib/model/graph.ts';
import { project } from '../../lib/query/lists.ts';
import { external, job, manifest, partition } from '../unit/graph/manifests.ts';

const same = { kind: 'same' } as const;
const onDay = 'raw/{date:day}';

/** All key types, an upstream, a pool, jobs that run here and one that is reported on. */
export const graph: Graph = compileGraph(
  manifest(
    [
      external(onDay, { from: '2012-01-01' }),
      external('sensors/{name:string}'),
      partition('daily/{date:day}'),
      partition('monthly/{month:month}'),
      partition('by/{region:enum(eu|us)}/{n:integer}'),
      partition('text/{name:string}'),
      partition('told/{date:day}'),
    ],
    [
      job('clean', ['daily/{date:day}'], [{ pattern: onDay, mapping: same }]),
      job(
        'sum',
        ['monthly/{month:month}'],
        [{ pattern: 'daily/{date:day}', mapping: { kind: 'every', key: 'date', of: 'month' } }],
      ),
      job('spread', ['by/{region:enum(eu|us)}/{n:integer}'], [], {
        run: { kind: 'command', command: ['true'], runtime: null },
        pool: 'heavy',
      }),
      job('copy', ['text/{name:string}'], [{ pattern: 'sensors/{name:string}', mapping: same }], {
        run: { kind: 'module', path: 'copy.ts' },
      }),
      job('tell', ['told/{date:day}'], [{ pattern: onDay, mapping: same }]),
    ],
    {
      pools: { heavy: { capacity: 2, reservedForDeadlines: 1 } },
      upstreams: [{ graph: 'sensors', patterns: ['sensors/**', 'elsewhere/*'] }],
    },
  ),
);

export interface Ports {
  readonly log: EventLog & Doorbell;
  readonly index: RowIndex;
  readonly generation: string;
}

export function memoryPorts(): Ports {
  return { log: createMemoryLog(), index: createMemoryIndex(), generation: 'memory' };
}

/** What a request came to. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface Sent {
  readonly method: string;
  /** Below the API's base path, still encoded. */
  readonly path: string;
  readonly query?: string;
  readonly body?: unknown;
  readonly key?: string;
}

/** The real application, evaluation included, over ports of its own; runs are started and never end. */
export interface RealWorld {
  /** Commits that evaluation could not react to, with the reason: always empty. */
  readonly parked: readonly string[];
  ask(sent: Sent): Promise<Answer>;
  /** Resolves when everything is reacted to. */
  idle(): Promise<void>;
  /** What was committed since the last call. */
  committed(): Promise<readonly Commit[]>;
  close(): Promise<void>;
}

export function openRealWorld(ports: Ports = memoryPorts()): RealWorld {
  const engine = engineOver(ports);
  const parked: string[] = [];
  const dispatcher = dispatcherOf(ports, engine, parked);
  const api = createApi(
    createApplication({
      query: { ...ports, engine, signs: { progress: () => null } },
      settled: () => dispatcher.settled(),
      grown: async () => undefined,
      readRunLog: async (_handle, fromByte) => ({ text: '', end: fromByte }),
      health: async () => ({ status: 'ok', graph: 'test', version: '0', lag: dispatcher.lag(), configFault: null }),
      metrics: async () => '# EOF\n',
    }),
  );
  let cursor: string | undefined;
  const { signal } = new AbortController();
  dispatcher.start();
  return {
    parked,
    async ask({ method, path, query = '', body, key }) {
      const headers = {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      };
      const bytes = body === undefined ? null : Buffer.from(JSON.stringify(body));
      const request = { method, path: `/api/v1${path}`, query, headers, body: bytes, caller: 'ann', signal };
      const answer = await api(request);
      return { status: answer.status, headers: answer.headers, text: String(answer.body ?? '') };
    },
    idle: () => dispatcher.idle(),
    async committed() {
      const commits: Commit[] = [];
      for (let more = true; more; ) {
        const page = await ports.log.list({}, cursor, 1_000);
        commits.push(...page.items.map((item) => item.commit));
        cursor = page.nextCursor;
        more = page.more;
      }
      return commits;
    },
    close: () => dispatcher.stop(),
  };
}

/** Ids are counted, so that a case that failed is the same when it is tried again. */
function engineOver({ log, index }: Ports): Engine {
  let made = 0;
  return {
    log,
    index,
    clock: { now: Date.now },
    ids: { ulid: () => String(++made).padStart(26, '0'), random: () => 0.5 },
    runner: { start: async () => undefined, stop: async () => undefined },
    graphs: { current: () => graph, byHash: async () => null },
    places: { locate: ({ partitionRef, runId }) => `${partitionRef}/@${runId}` },
    config: { waiterShards: 1, dueShards: 1, pageRows: 100 },
    capability: (name) => `of ${name}`,
    sameSecret: (given, right) => given === right,
  };
}

function dispatcherOf({ log, index }: Ports, engine: Engine, parked: string[]): Dispatcher {
  return createDispatcher({
    log,
    index,
    project: (commit) => project(index, commit),
    react: (commit) => reactFully(engine, commit),
    parked: (commit, error) => void parked.push(`${commit.stream}@${commit.revision}: ${error}`),
  });
}
