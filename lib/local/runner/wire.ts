import type { JobOutcome } from '../../job/execute.ts';
import type { RunTicket } from '../../job/run.ts';

/** File descriptors of a child process, besides the standard three. Each carries one JSON value a line, one way. */
export const TO_SERVICE = 3;
export const FROM_SERVICE = 4;

/** What the service asks of a child process: one run at a time. */
export interface ChildTask {
  /** Absolute path of the job's module. */
  readonly modulePath: string;
  readonly graphFolder: string;
  readonly ticket: RunTicket;
}

export type ChildMessage =
  /** Once, when it can take tasks. */
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly value: number }
  | { readonly type: 'log'; readonly text: string }
  | {
      readonly type: 'ended';
      readonly outcome: JobOutcome;
      /** False: the run left something behind (a timer, a socket, a process), so no other run may follow here. */
      readonly isClean: boolean;
      readonly residentBytes: number;
    };
