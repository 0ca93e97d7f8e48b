import { existsSync, readFileSync } from 'node:fs';
import { findSoon } from './expect.ts';

const endSecondsMax = 10;

/** Not so one that has ended and was not yet collected by its parent: a container's first process may never do that. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync(`/proc/${pid}/status`) || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // Another user's.
  }
}

/** Asks a process to end, kills it where it does not, and resolves when it is gone. */
export async function endProcess(pid: number): Promise<void> {
  signal(pid, 'SIGTERM');
  try {
    await gone(pid);
  } catch {
    await killProcess(pid);
  }
}

/** kill -9: the process has no say in it. Resolves when it is gone. */
export async function killProcess(pid: number): Promise<void> {
  signal(pid, 'SIGKILL');
  await gone(pid);
}

async function gone(pid: number): Promise<void> {
  await findSoon(`the end of process ${pid}`, endSecondsMax, async () => (isAlive(pid) ? null : true));
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
