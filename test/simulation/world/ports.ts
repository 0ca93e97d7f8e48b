import type { Engine } from '../../../lib/engine/context.ts';
import { isRevisionConflict } from '../../../lib/log/errors.ts';
import type { Commit, EventLog, NewCommit, StreamId } from '../../../lib/log/eventLog.ts';
import type { Row, RowIndex } from '../../../lib/log/rowIndex.ts';
import type { Operation } from '../plan/plan.ts';
import { demand } from './broken.ts';
import type { Handler, Steps } from './steps.ts';

export interface PortsWorld {
  /** The engine on the bare adapters: what each handler's own is made from. */
  readonly bare: Engine;
  readonly steps: Steps;
  appended(commit: Commit, handler: Handler): void;
  rowPut(row: Row): void;
  rowDeleted(row: Pick<Row, 'partition' | 'key' | 'nonce'>): void;
}

/** The engine as one handler has it: every port call waits until it is picked. */
export function engineFor(world: PortsWorld, handler: Handler): Engine {
  const call = <T>(operation: Operation, text: string, effect: () => Promise<T>) =>
    world.steps.call(handler, operation, text, effect);
  const { bare } = world;
  return {
    ...bare,
    log: logFor(world, handler, call),
    index: indexFor(world, call),
    runner: {
      start: (request) => call('runner', `start ${request.runId}`, () => bare.runner.start(request)),
      stop: (handle) => call('runner', `stop ${handle.runId}`, () => bare.runner.stop(handle)),
    },
  };
}

type Call = <T>(operation: Operation, text: string, effect: () => Promise<T>) => Promise<T>;

function logFor(world: PortsWorld, handler: Handler, call: Call): EventLog {
  const { log } = world.bare;
  return {
    append: (stream, expected, commit) =>
      call('append', `append ${stream}@${expected + 1}`, () =>
        observedAppend(world, handler, stream, expected, commit),
      ),
    head: (stream) => call('read', `head ${stream}`, () => log.head(stream)),
    async *read(stream, from) {
      yield* await call('read', `read ${stream}`, () => collect(log.read(stream, from)));
    },
    list: (filter, cursor, limit) => call('read', 'list', () => log.list(filter, cursor, limit)),
  };
}

async function collect(commits: AsyncIterable<Commit>): Promise<readonly Commit[]> {
  const list: Commit[] = [];
  for await (const commit of commits) list.push(commit);
  return list;
}

async function observedAppend(
  world: PortsWorld,
  handler: Handler,
  stream: StreamId,
  expected: number,
  commit: NewCommit,
) {
  const { log } = world.bare;
  try {
    const appended = await log.append(stream, expected, commit);
    if (!appended.duplicate) world.appended((await log.head(stream)) as Commit, handler);
    return appended;
  } catch (error) {
    if (isRevisionConflict(error)) await demandConflict(log, stream, expected, commit);
    throw error;
  }
}

/** A commit that is there is never answered as a conflict. */
async function demandConflict(log: EventLog, stream: StreamId, expected: number, commit: NewCommit): Promise<void> {
  for await (const there of log.read(stream, expected + 1)) {
    demand(
      there.commitId !== commit.commitId,
      'append is idempotent',
      () => `${stream}@${expected + 1} was refused to its own commit`,
    );
    return;
  }
}

function indexFor(world: PortsWorld, call: Call): RowIndex {
  const { index } = world.bare;
  return {
    put: (row) =>
      call('put', `put ${row.partition} ${row.key}`, () => {
        world.rowPut(row);
        return index.put(row);
      }),
    get: (partition, key) => call('read', `get ${partition} ${key}`, () => index.get(partition, key)),
    deleteExact: (row) =>
      call('delete', `delete ${row.partition} ${row.key}`, () => {
        world.rowDeleted(row);
        return index.deleteExact(row);
      }),
    query: (partition, range) => call('read', `query ${partition}`, () => index.query(partition, range)),
  };
}
