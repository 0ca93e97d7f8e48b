import { LogUnavailable, RevisionConflict } from './errors.ts';
import type { Doorbell, EventLog } from './eventLog.ts';
import type { DroppableIndex } from './rowIndex.ts';

/** What is about to be done; `subject` is the stream, the partition, or '' where there is neither. */
export interface LogOperation {
  readonly port: 'log' | 'index';
  readonly name: keyof EventLog | keyof DroppableIndex;
  readonly subject: string;
}

/**
 * `conflict`: another writer was first (an append; elsewhere nothing happens). `unavailableBefore`: refused, nothing
 * was done. `unavailableAfter`: it was done, and the answer was lost.
 */
export type Fault = 'none' | 'conflict' | 'unavailableBefore' | 'unavailableAfter';

/** Asked once for each operation, at the moment of the call. */
export type DecideFault = (operation: LogOperation) => Fault;

/** The same log, with faults. A `read` that loses its answer breaks off after its first commit. */
export function createFaultyLog(log: EventLog & Doorbell, decide: DecideFault): EventLog & Doorbell {
  const around = faultsAround('log', decide);
  return {
    append: (stream, expectedRevision, commit) =>
      around('append', stream, (fault) => {
        if (fault === 'conflict') throw new RevisionConflict(stream, expectedRevision, expectedRevision + 1);
        return log.append(stream, expectedRevision, commit);
      }),
    async *read(stream, fromRevision) {
      const operation: LogOperation = { port: 'log', name: 'read', subject: stream };
      const fault = decide(operation);
      if (fault === 'unavailableBefore') throw unavailable(operation);
      for await (const commit of log.read(stream, fromRevision)) {
        yield commit;
        if (fault === 'unavailableAfter') throw unavailable(operation);
      }
    },
    head: (stream) => around('head', stream, () => log.head(stream)),
    list: (filter, cursor, limit) => around('list', '', () => log.list(filter, cursor, limit)),
    onCommitted: (listener) => log.onCommitted(listener),
  };
}

/** The same index, with faults. */
export function createFaultyIndex(index: DroppableIndex, decide: DecideFault): DroppableIndex {
  const around = faultsAround('index', decide);
  return {
    put: (row) => around('put', row.partition, () => index.put(row)),
    get: (partition, key) => around('get', partition, () => index.get(partition, key)),
    deleteExact: (row) => around('deleteExact', row.partition, () => index.deleteExact(row)),
    query: (partition, range) => around('query', partition, () => index.query(partition, range)),
    clear: () => around('clear', '', () => index.clear()),
    partitions: (afterPartition, limit) => around('partitions', '', () => index.partitions(afterPartition, limit)),
  };
}

function faultsAround(port: LogOperation['port'], decide: DecideFault) {
  return async <T>(name: LogOperation['name'], subject: string, effect: (fault: Fault) => Promise<T>): Promise<T> => {
    const operation = { port, name, subject };
    const fault = decide(operation);
    if (fault === 'unavailableBefore') throw unavailable(operation);
    const answer = await effect(fault);
    if (fault === 'unavailableAfter') throw unavailable(operation);
    return answer;
  };
}

function unavailable({ name, subject }: LogOperation): LogUnavailable {
  return new LogUnavailable(`${name} ${subject} was not answered: try it again`);
}
