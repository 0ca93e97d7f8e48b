import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../bin/landfall.mjs', import.meta.url));
const waitMsMax = 60_000;

/** A graph folder of its own, and services on it. */
export interface ServiceWorld {
  readonly folder: string;
  readonly data: string;
  write(path: string, text: string): void;
  /** Starts `landfall dev`; resolves when it serves or has ended. */
  dev(args?: readonly string[]): Promise<Dev>;
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Answer }>;
  remove(): Promise<void>;
}

/** What the API answered: looked into by tests, which know what they asked. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads fields of answers of many shapes.
export type Answer = any;

export interface Dev {
  readonly child: ChildProcess;
  output(): string;
  readonly ended: Promise<number | null>;
}

export function newServiceWorld(files: Readonly<Record<string, string>>): ServiceWorld {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-service-'));
  const data = join(folder, '.landfall');
  const devs: Dev[] = [];
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return {
    folder,
    data,
    write,
    async dev(args = []) {
      const dev = startDev(folder, args);
      devs.push(dev);
      await until(() => dev.child.exitCode !== null || dev.child.signalCode !== null || serves(data, dev.child.pid));
      return dev;
    },
    call: (method, path, body) => call(data, method, path, body),
    async remove() {
      for (const dev of devs) dev.child.kill('SIGKILL');
      await Promise.all(devs.map((dev) => dev.ended));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startDev(folder: string, args: readonly string[]): Dev {
  const child = spawn(process.execPath, [entry, '--graph', folder, 'dev', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return { child, output: () => output, ended };
}

function serves(data: string, pid: number | undefined): boolean {
  try {
    return JSON.parse(readFileSync(join(data, 'service.json'), 'utf8')).pid === pid;
  } catch {
    return false;
  }
}

async function call(data: string, method: string, path: string, body?: unknown) {
  const { url, tokenPath } = JSON.parse(readFileSync(join(data, 'service.json'), 'utf8'));
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${readFileSync(tokenPath, 'utf8')}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

/** Waits for a condition, with a limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + waitMsMax;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not reached within ${waitMsMax} ms: ${condition}`);
    await delay(20);
  }
}
