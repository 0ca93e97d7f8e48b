import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/landfall.mjs', import.meta.url));
const packageFile = fileURLToPath(new URL('../../package.json', import.meta.url));
export const ownVersion: string = JSON.parse(readFileSync(packageFile, 'utf8')).version;

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly headers: IncomingMessage['headers'];
}

export interface Answer {
  readonly status?: number;
  /** JSON, or text as it is. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Answers = Readonly<Record<string, (asked: Asked) => Answer | Promise<Answer>>>;

/** A graph folder with a service that answers what a test says: routes by `METHOD /path`, without the API's prefix. */
export class FakeService {
  readonly graphFolder = mkdtempSync(join(tmpdir(), 'landfall-cli-'));
  readonly dataFolder = join(this.graphFolder, '.landfall');
  readonly asked: Asked[] = [];
  answers: Answers = {};
  readonly token = 'token-of-the-fake';
  readonly #server: Server;
  version = ownVersion;

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status = 200, body, headers = {} }) => {
        const isText = typeof body === 'string';
        response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers });
        response.end(isText ? body : JSON.stringify(body));
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Listens, and says where in the data folder, as a service does. */
  async start(): Promise<this> {
    mkdirSync(this.dataFolder, { recursive: true });
    writeFileSync(join(this.graphFolder, 'landfall.config.ts'), 'export default {};\n');
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    writeFileSync(join(this.dataFolder, 'token'), `${this.token}\n`);
    this.writeServiceFile({});
    return this;
  }

  writeServiceFile(changes: Readonly<Record<string, unknown>>): void {
    const file = { url: this.url, pid: process.pid, tokenPath: join(this.dataFolder, 'token'), version: this.version };
    writeFileSync(join(this.dataFolder, 'service.json'), JSON.stringify({ ...file, ...changes }));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.graphFolder, { recursive: true, force: true });
  }

  /** What was asked but for the health, by `METHOD /path`. */
  calls(route: string): readonly Asked[] {
    return this.asked.filter((one) => `${one.method} ${one.path}` === route);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const asked = await read(request);
    if (request.headers.authorization !== `Bearer ${this.token}`) return problem(401, 'unauthorized', 'who are you?');
    if (asked.path === '/health') return { body: { status: 'ok', graph: 'weather', version: this.version } };
    this.asked.push(asked);
    const answer = this.answers[`${asked.method} ${asked.path}`];
    return answer === undefined ? problem(404, 'not-found', `there is no ${asked.path}`) : answer(asked);
  }
}

export function problem(status: number, kind: string, detail: string, members: object = {}): Answer {
  const body = { type: `urn:landfall:problem:${kind}`, title: kind, status, detail, ...members };
  return { status, body, headers: { 'content-type': 'application/problem+json' } };
}

async function read(request: IncomingMessage): Promise<Asked> {
  let text = '';
  for await (const chunk of request) text += chunk;
  const url = new URL(request.url ?? '/', 'http://localhost');
  return {
    method: request.method ?? '',
    path: decodeURIComponent(url.pathname.replace('/api/v1', '')),
    query: Object.fromEntries(url.searchParams),
    body: text === '' ? undefined : JSON.parse(text),
    headers: request.headers,
  };
}

export interface Ended {
  /** The signal's name where one ended it. */
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The real program, under way: its output so far, signals, and its end. */
export function startCli(args: readonly string[], { cwd = tmpdir(), env = {} }: CliOptions = {}) {
  const { LANDFALL_DATA_DIR: _data, LANDFALL_TOKEN: _token, FORCE_COLOR: _colour, ...rest } = process.env;
  const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...rest, ...env } });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said.stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code: code ?? signal, ...said }));
  });
  return { child, said, ended };
}

export function runCli(args: readonly string[], options: CliOptions = {}): Promise<Ended> {
  return startCli(args, options).ended;
}
