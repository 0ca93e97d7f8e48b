import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createReaper } from './reaper.ts';

/** Where memory runs out, the kernel is to end a job before the service. */
const OOM_SCORE_ADJUSTMENT = '500';

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It never ran. */
  readonly error: NodeJS.ErrnoException | null;
}

/** A process that leads a group of its own; the group ends with it. */
export interface ProcessGroup {
  readonly child: ChildProcess;
  /** Resolves when the leader has ended and the rest of its group has been killed. */
  readonly exited: Promise<ProcessExit>;
  /** SIGTERM to the group, SIGKILL after the grace; resolves when it has ended. */
  terminate(): Promise<void>;
  /** SIGKILL to the group; resolves when it has ended. */
  kill(): Promise<void>;
}

export interface ProcessGroups {
  spawn(command: string, args: readonly string[], options: SpawnOptions): ProcessGroup;
  /** Ends what kills the groups of a dead service; call when no group is left. */
  close(): void;
}

export function createProcessGroups(graceSeconds: number): ProcessGroups {
  const reaper = createReaper();
  return {
    spawn(command, args, options) {
      const child = spawn(command, args, { ...options, detached: true });
      const { pid } = child;
      if (pid !== undefined) {
        reaper.add(pid);
        preferToKill(pid);
      }
      const exited = exitOf(child).then((exit) => {
        // Those that the leader left behind. Its id names the group as long as there are any.
        if (pid !== undefined) {
          signalGroup(pid, 'SIGKILL');
          reaper.remove(pid);
        }
        return exit;
      });
      return groupOf(child, exited, graceSeconds);
    },
    close: reaper.close,
  };
}

function groupOf(child: ChildProcess, exited: Promise<ProcessExit>, graceSeconds: number): ProcessGroup {
  const send = (signal: NodeJS.Signals): void => {
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    if (child.pid !== undefined && !hasEnded) signalGroup(child.pid, signal);
  };
  return {
    child,
    exited,
    async terminate() {
      send('SIGTERM');
      const timer = setTimeout(() => send('SIGKILL'), graceSeconds * 1000);
      await exited;
      clearTimeout(timer);
    },
    async kill() {
      send('SIGKILL');
      await exited;
    },
  };
}

function exitOf(child: ChildProcess): Promise<ProcessExit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal, error: null }));
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
  });
}

/** Nothing happens where the group has gone. */
function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // ESRCH: all of it has ended. EPERM (macOS): only what is ending is left.
  }
}

function preferToKill(pid: number): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, OOM_SCORE_ADJUSTMENT);
  } catch {
    // It has ended already, or /proc is not ours to write: only a preference.
  }
}
