import { existsSync, readFileSync } from 'node:fs';

/** Whether a process still runs. One that has ended but was not yet collected (a container's init may never) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self') || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
