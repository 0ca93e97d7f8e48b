import type { Engine } from '../engine/context.ts';
import type { RunHandle } from '../engine/ports.ts';
import type { EventLog } from '../log/eventLog.ts';
import type { RowIndex } from '../log/rowIndex.ts';

/** What is known of an execution while it runs. */
export interface RunSigns {
  /** 0 to 1 where the run said so. */
  progress(handle: RunHandle): number | null;
}

/** What queries read. They write nothing. */
export interface Query {
  readonly log: EventLog;
  readonly index: RowIndex;
  /** For what evaluation knows already: expectations, waiters, partitions. */
  readonly engine: Engine;
  /** Names this set of lists: cursors of another one are gone. */
  readonly generation: string;
  readonly signs: RunSigns;
}
