import childProcess from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';

/** Closing files and streams takes a few turns of the loop after the job has returned, on a busy disk some more. */
const TURNS = 10;
const PAUSES_MAX = 20;
const PAUSE_MS = 5;

/** Finds out whether a run left something that goes on after it. */
export interface Leftovers {
  /** Something was left that cannot be seen from here. */
  add(): void;
  /** Waits a moment for what is just closing. */
  areGone(): Promise<boolean>;
}

/**
 * Timers, sockets and the like are told by Node, compared with those of now; other programs and threads count as left
 * behind once they were started.
 */
export function watchLeftovers(): Leftovers {
  const expected = process.getActiveResourcesInfo().length;
  let hasSome = false;
  const add = (): void => {
    hasSome = true;
  };
  subscribe('child_process', add);
  subscribe('worker_threads', add);
  watchSynchronousSpawns(add);
  return {
    add,
    async areGone() {
      for (let waits = 0; waits < TURNS + PAUSES_MAX && !hasSome; waits += 1) {
        if (process.getActiveResourcesInfo().length <= expected) return true;
        await (waits < TURNS ? turn() : delay(PAUSE_MS));
      }
      return false;
    },
  };
}

/** They publish on no channel, and a program that has ended may have left others in the group. */
function watchSynchronousSpawns(onSpawn: () => void): void {
  for (const name of ['spawnSync', 'execSync', 'execFileSync'] as const) {
    const original = childProcess[name] as (...args: unknown[]) => unknown;
    Object.assign(childProcess, {
      [name]: (...args: unknown[]) => {
        onSpawn();
        return original(...args);
      },
    });
  }
  syncBuiltinESMExports();
}
