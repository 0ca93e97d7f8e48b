import { basename, join, relative, sep } from 'node:path';
import { createApi } from '../api/api.ts';
import { LogRefused } from '../log/errors.ts';
import { readEvents } from '../query/events.ts';
import type { EventView } from '../query/views.ts';
import { GraphHolder } from './graphHolder.ts';
import { messageOf, prepareDataFolder, readSecret } from './localEngine.ts';
import { takeLock } from './lock.ts';
import { createServer, type Server } from './server/server.ts';
import { lockFile, readServiceFile, removeServiceFile, tokenFile, writeServiceFile } from './serviceFile.ts';
import { packageVersion } from './version.ts';
import { watchTree } from './watchTree.ts';
import { startWorld, type World } from './world.ts';

export interface ServiceOptions {
  readonly graphFolder: string;
  readonly dataFolder: string;
  /** Absent: any free port. */
  readonly port?: number;
  /** Ends by itself after this long without a client, a want or a run; `null`: never. */
  readonly idleSeconds: number | null;
  /** Prints the events as they happen. */
  readonly foreground: boolean;
  print(line: string): void;
}

/**
 * Runs the service of a graph folder until it is told to end (SIGTERM, SIGINT) or is idle.
 *
 * @returns the exit code: 0 where it ended as it should, 1 where it could not start, for a reason that was printed.
 */
export async function runService(options: ServiceOptions): Promise<number> {
  const { dataFolder, print } = options;
  try {
    prepareDataFolder(dataFolder);
    const lock = takeLock(join(dataFolder, lockFile));
    if (lock === null) return await alreadyRuns(options);
    try {
      return await serve(options);
    } finally {
      lock.release();
    }
  } catch (error) {
    if (!(error instanceof LogRefused)) throw error;
    print(error.message);
    return 1;
  }
}

async function alreadyRuns({ dataFolder, print }: ServiceOptions): Promise<number> {
  const service = await readServiceFile(dataFolder);
  const which = service === null ? 'and is just starting' : `at ${service.url} (process ${service.pid})`;
  print(`A service runs on ${dataFolder} already, ${which}.`);
  return 1;
}

async function serve(options: ServiceOptions): Promise<number> {
  const { graphFolder, dataFolder, print } = options;
  const graphs = new GraphHolder(graphFolder, dataFolder);
  const { faults } = await graphs.load();
  if (faults.length > 0) {
    print(graphs.fault() ?? '');
    return 1;
  }
  const world = await startWorld({ graphFolder, dataFolder, graphs, version: packageVersion(), log: print });
  const service = new RunningService(options, graphs, world);
  try {
    await service.open();
    await service.ended;
    return 0;
  } finally {
    await service.close();
  }
}

class RunningService {
  readonly ended: Promise<void>;
  readonly #options: ServiceOptions;
  readonly #graphs: GraphHolder;
  readonly #world: World;
  readonly #server: Server;
  readonly #closing = new AbortController();
  #end: () => void = () => undefined;
  #lastCall = performance.now();
  #idleCheck: NodeJS.Timeout | null = null;
  #reloading: Promise<void> = Promise.resolve();

  constructor(options: ServiceOptions, graphs: GraphHolder, world: World) {
    this.#options = options;
    this.#graphs = graphs;
    this.#world = world;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    const api = createApi(world.application);
    this.#server = createServer({
      token: readSecret(join(options.dataFolder, tokenFile)),
      handle: (request) => {
        this.#lastCall = performance.now();
        return api(request);
      },
      log: options.print,
    });
  }

  async open(): Promise<void> {
    const { dataFolder, port, print, graphFolder } = this.#options;
    this.#watchGraph(graphFolder); // Before anybody hears of the service: what they change next is seen.
    const url = await this.#server.listen(port ?? 0);
    const tokenPath = join(dataFolder, tokenFile);
    await writeServiceFile(dataFolder, { url, pid: process.pid, tokenPath, version: packageVersion() });
    for (const signal of endSignals) process.once(signal, this.#end);
    this.#watchIdle();
    print(`landfall ${packageVersion()} serves the graph ${this.#graphs.current().manifest.name} at ${url}`);
    if (this.#options.foreground) void this.#printEvents();
  }

  /** One reload at a time, once the files have been quiet for a moment. */
  #watchGraph(graphFolder: string): void {
    let timer: NodeJS.Timeout | undefined;
    watchTree(graphFolder, {
      signal: this.#closing.signal,
      enters: (folder) => isSourceFolder(this.#options, folder),
      changed: (path) => {
        if (!isSource(this.#options, path)) return;
        clearTimeout(timer);
        timer = setTimeout(() => {
          this.#reloading = this.#reloading.then(() => this.#reload());
        }, quietMs);
      },
      failed: (error) => this.#options.print(`Changes of the graph are not seen: ${messageOf(error)}.`),
    });
  }

  async #reload(): Promise<void> {
    const { print } = this.#options;
    const { changed, faults } = await this.#graphs.load();
    if (faults.length > 0) {
      print(`The graph that is on disk does not load; the one before it goes on serving.\n${this.#graphs.fault()}`);
      return;
    }
    if (!changed) return;
    this.#world.runner.reload();
    print('The graph was loaded anew.');
    await this.#world.reevaluate().catch((error) => print(`A want could not be looked at: ${messageOf(error)}`));
  }

  #watchIdle(): void {
    const { idleSeconds } = this.#options;
    if (idleSeconds === null) return;
    const every = Math.min(idleCheckMs, (idleSeconds * 1000) / 4);
    this.#idleCheck = setInterval(() => void this.#endWhenIdle(idleSeconds), every);
  }

  async #endWhenIdle(idleSeconds: number): Promise<void> {
    const quiet = () => performance.now() - this.#lastCall >= idleSeconds * 1000 && this.#server.openCalls() === 0;
    if (quiet() && !(await this.#world.isBusy()) && quiet()) this.#end();
  }

  /** The live log of `landfall dev`. */
  async #printEvents(): Promise<void> {
    const { signal } = this.#closing;
    const { query, application } = this.#world;
    let since = (await readEvents(query, { limit: 1, types: [] })).nextCursor;
    while (!signal.aborted) {
      const page = await application.listEvents({ since, limit: 100, waitSeconds: 20 }, signal);
      for (const event of page.items) this.#options.print(showEvent(event));
      since = page.nextCursor;
    }
  }

  async close(): Promise<void> {
    for (const signal of endSignals) process.off(signal, this.#end);
    this.#closing.abort();
    if (this.#idleCheck !== null) clearInterval(this.#idleCheck);
    await removeServiceFile(this.#options.dataFolder);
    await this.#server.close();
    await this.#reloading;
    await this.#world.stop();
  }
}

const endSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
const quietMs = 150;
const idleCheckMs = 10_000;
const sourceEndings = ['.ts', '.mts', '.js', '.mjs', '.cjs', '.json'];

/** Not the data that runs write, nor what is hidden or somebody else's. */
function isSourceFolder({ graphFolder, dataFolder }: ServiceOptions, path: string): boolean {
  if (!relative(dataFolder, path).startsWith('..')) return false;
  const parts = relative(graphFolder, path).split(sep);
  return !parts.some((part) => part === 'node_modules' || part.startsWith('.'));
}

/** What a graph is loaded from, or a job runs. */
function isSource(options: ServiceOptions, path: string): boolean {
  if (!isSourceFolder(options, path)) return false;
  return sourceEndings.some((ending) => path.endsWith(ending)) || !basename(path).includes('.');
}

function showEvent(event: EventView): string {
  const what = event.runId ?? event.wantId ?? '';
  const refs = event.partitionRef ?? (event.partitionRefs as readonly string[] | undefined)?.join(' ') ?? '';
  return `${event.at.slice(11, 19)}  ${event.type.padEnd(16)} ${refs} ${what}`.trimEnd();
}
