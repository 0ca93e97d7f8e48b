import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { prepareDataFolder } from './localEngine.ts';
import { lockFile, readServiceFile } from './serviceFile.ts';

/** A service that answers. */
export interface FoundService {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  /** Of landfall, as the service says. */
  readonly version: string;
}

export interface StartOptions {
  readonly graphFolder: string;
  readonly dataFolder: string;
  /** How long an unused service stays. */
  readonly idleSeconds: number;
  /** How long to wait until it answers. */
  readonly limitSeconds: number;
  /** Told once, when a service is started. */
  readonly onStart?: () => void;
}

/** A service was started and did not come up. */
export class ServiceNotStarted extends Error {
  readonly code = 'SERVICE_NOT_STARTED';
  /** How it ended; `null` where it has not, or was killed. */
  readonly exitCode: number | null;
  /** Its own last lines. */
  readonly lines: readonly string[];
  readonly logFile: string;
  constructor(exitCode: number | null, lines: readonly string[], logFile: string) {
    super('the service did not start');
    this.name = 'ServiceNotStarted';
    this.exitCode = exitCode;
    this.lines = lines;
    this.logFile = logFile;
  }
}

const healthSeconds = 2;
const lookEveryMs = 50;
const linesShown = 20;
/** A log that has grown past this is put aside at the next start, one of them. */
const logBytesMax = 5_000_000;

/** The service of a data folder, if one runs there and answers with its own token. A stale file is no service. */
export async function findService(dataFolder: string, timeoutSeconds = healthSeconds): Promise<FoundService | null> {
  const file = await readServiceFile(dataFolder);
  // The token goes nowhere else, whatever the file says.
  if (file === null || !isLoopback(file.url) || !isAlive(file.pid)) return null;
  const token = await readFile(resolve(dataFolder, file.tokenPath), 'utf8').catch(() => null);
  if (token === null) return null;
  const version = await askVersion(file.url, token.trim(), timeoutSeconds);
  return version === null ? null : { url: file.url, token: token.trim(), pid: file.pid, version };
}

/**
 * The service of a data folder, started where none runs. However many call this at the same instant, one service is
 * left: the service's own lock decides, and the others find the one that has it.
 *
 * @throws ServiceNotStarted when none answers within the limit, or the one that was started has ended and no other runs.
 */
export async function ensureService(options: StartOptions): Promise<FoundService> {
  const running = await findService(options.dataFolder);
  if (running !== null) return running;
  options.onStart?.();
  const { child, logFile, logFrom } = await start(options);
  const giveUpAt = performance.now() + options.limitSeconds * 1000;
  let isOver = false;
  while (performance.now() < giveUpAt && !isOver) {
    // Looked at before the search: what another one started meanwhile is found once more.
    isOver = hasEnded(child) && !(await isHeld(options.dataFolder));
    const found = await findService(options.dataFolder);
    if (found !== null) return found;
    if (!isOver) await sleep(lookEveryMs);
  }
  throw new ServiceNotStarted(child.exitCode, linesSince(logFile, logFrom), logFile);
}

/** Detached: in a session of its own, with its output in a file, so that neither terminal nor caller ends it. */
async function start({ graphFolder, dataFolder, idleSeconds }: StartOptions) {
  prepareDataFolder(dataFolder);
  const logFile = join(dataFolder, 'service.log');
  if (sizeOf(logFile) > logBytesMax) renameSync(logFile, `${logFile}.old`);
  const logFrom = sizeOf(logFile);
  const log = openSync(logFile, 'a', 0o600);
  const program = fileURLToPath(new URL('../../bin/landfall.mjs', import.meta.url));
  const args = ['dev', '--graph', graphFolder, '--data', dataFolder, '--idle-seconds', String(idleSeconds)];
  const { LANDFALL_TOKEN: _token, ...env } = process.env; // It is of another service, and jobs would see it.
  const child = spawn(process.execPath, [program, ...args], {
    cwd: graphFolder,
    detached: true,
    stdio: ['ignore', log, log],
    env,
  });
  closeSync(log);
  child.unref();
  return { child, logFile, logFrom };
}

function hasEnded(child: { readonly exitCode: number | null; readonly signalCode: string | null }): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Another service may have been started at the same instant: it has the lock before it answers. */
async function isHeld(dataFolder: string): Promise<boolean> {
  const { takeLock } = await import('./lock.ts');
  const lock = takeLock(join(dataFolder, lockFile));
  lock?.release();
  return lock === null;
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function askVersion(url: string, token: string, timeoutSeconds: number): Promise<string | null> {
  try {
    const response = await fetch(`${url}/api/v1/health`, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    const health = (await response.json()) as { readonly version?: unknown } | null;
    return response.ok && typeof health?.version === 'string' ? health.version : null;
  } catch {
    return null;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function linesSince(logFile: string, from: number): readonly string[] {
  const said = readFileSync(logFile).subarray(from).toString();
  return said
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-linesShown);
}
