import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { DATA_FOLDER_NAME, RUNNER_ID_NAME } from './environment.ts';

/** Each round finds what was started while the one before it looked. */
const ROUNDS_MAX = 50;
const BETWEEN_ROUNDS_MS = 20;

/**
 * Kills what runners of earlier services on this data folder left running, also outside its process group, and waits
 * until it is gone. Linux only: elsewhere the reaper alone does this.
 *
 * @returns how many processes were killed.
 */
export async function killOrphans(dataFolder: string, runnerId: string): Promise<number> {
  if (process.platform !== 'linux') return 0;
  const killed = new Set<number>();
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const found = await orphans(dataFolder, runnerId);
    if (found.length === 0) break;
    for (const pid of found) {
      killed.add(pid);
      kill(pid);
    }
    await delay(BETWEEN_ROUNDS_MS);
  }
  return killed.size;
}

async function orphans(dataFolder: string, runnerId: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ((await isOrphan(pid, dataFolder, runnerId)) ? pid : null)));
  return found.filter((pid) => pid !== null);
}

async function isOrphan(pid: number, dataFolder: string, runnerId: string): Promise<boolean> {
  if (pid === process.pid) return false;
  // Not readable: another user's, or gone. Empty: ended, and not yet taken note of by its parent.
  const variables = (await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).split('\0');
  if (!variables.includes(`${DATA_FOLDER_NAME}=${dataFolder}`)) return false;
  const startedBy = variables.find((variable) => variable.startsWith(`${RUNNER_ID_NAME}=`));
  return startedBy !== undefined && startedBy !== `${RUNNER_ID_NAME}=${runnerId}`;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
