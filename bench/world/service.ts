import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const graphFolder = fileURLToPath(new URL('../graph', import.meta.url));
const program = fileURLToPath(new URL('../../bin/landfall.mjs', import.meta.url));

/** The real service in a process of its own. */
export interface BenchService {
  readonly url: string;
  readonly token: string;
  /** From its start until its health answered. */
  readonly readyMs: number;
  get(path: string): Promise<Response>;
  post(path: string, body: unknown): Promise<Response>;
  /** Bytes that are resident now. */
  residentBytes(): Promise<number>;
  /** Asks it to end, and waits for that. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

const readyMsMax = 120_000;

/** @param profileFolder where it leaves a CPU profile when it ends; `null`: nowhere. */
export async function startService(dataFolder: string, profileFolder: string | null = null): Promise<BenchService> {
  const profile = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const output = openSync(`${dataFolder}.log`, 'a');
  const start = performance.now();
  const child = spawn(
    process.execPath,
    [...profile, program, 'dev', '--graph', graphFolder, '--data', dataFolder, '--idle-seconds', '600'],
    { stdio: ['ignore', output, output] },
  );
  const { url, token } = await whenReady(child, dataFolder);
  const readyMs = performance.now() - start;
  const headers = { authorization: `Bearer ${token}` };
  const get = (path: string) => fetch(`${url}/api/v1${path}`, { headers });
  const end = async (signal: NodeJS.Signals) => {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  return {
    url,
    token,
    readyMs,
    get,
    post: (path, body) =>
      fetch(`${url}/api/v1${path}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    residentBytes: async () => {
      const text = await (await get('/metrics')).text();
      return Number(/landfall_process_resident_memory_bytes (\d+)/.exec(text)?.[1]);
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

async function whenReady(child: ChildProcess, dataFolder: string): Promise<{ url: string; token: string }> {
  const file = join(dataFolder, 'service.json');
  const until = performance.now() + readyMsMax;
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`the service ended: see ${dataFolder}.log`);
    const found = existsSync(file) ? await health(file, child.pid) : null;
    if (found !== null) return found;
    await delay(2);
  }
  child.kill('SIGKILL');
  throw new Error(`the service was not ready after ${readyMsMax} ms: see ${dataFolder}.log`);
}

/** `null`: the file is still that of an earlier service, or this one does not answer yet. */
async function health(file: string, pid: number | undefined): Promise<{ url: string; token: string } | null> {
  try {
    const service = JSON.parse(await readFile(file, 'utf8')) as { url: string; pid: number; tokenPath: string };
    if (service.pid !== pid) return null;
    const token = (await readFile(service.tokenPath, 'utf8')).trim();
    const answer = await fetch(`${service.url}/api/v1/health`, { headers: { authorization: `Bearer ${token}` } });
    return answer.ok ? { url: service.url, token } : null;
  } catch {
    return null;
  }
}
