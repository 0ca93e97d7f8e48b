import type { EventLog } from '../log/eventLog.ts';
import type { RowIndex } from '../log/rowIndex.ts';
import type { Graph } from '../model/graph.ts';
import type { Clock, Ids, Runner } from './ports.ts';

/** The graph that is loaded now, and those that open runs began under. */
export interface Graphs {
  current(): Graph;
  /** `null` where that manifest is not kept any more. */
  byHash(hash: string): Promise<Graph | null>;
}

/** Where a run's outputs are written: a place of its own for every execution. */
export interface Places {
  locate(place: { partitionRef: string; runId: string; attempt: number; execution: number }): string;
}

export interface EngineConfig {
  /** Over how many shards the waiters of one partition are spread, 1 to 64: more where many wait for one. */
  readonly waiterShards: number;
  /** Over how many shards due moments are spread, 1 to 64. */
  readonly dueShards: number;
  /** How many rows one delivery handles before it hands the rest on. */
  readonly pageRows: number;
}

/** All that evaluation works with. It holds no state of its own: the log does. */
export interface Engine {
  readonly log: EventLog;
  readonly index: RowIndex;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly runner: Runner;
  readonly graphs: Graphs;
  readonly places: Places;
  readonly config: EngineConfig;
  /** A secret made from a name: the same on every call, not to be guessed without the deployment's key. */
  capability(name: string): string;
  /** Compares two secrets in time that does not depend on where they differ. */
  sameSecret(given: string, right: string): boolean;
}
