import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Runner } from '../engine/ports.ts';
import { LogRefused } from '../log/errors.ts';
import { openSqlite, type SqliteStore } from '../log/sqlite.ts';
import { GraphHolder } from './graphHolder.ts';
import { localEngine, logFile, prepareDataFolder } from './localEngine.ts';
import { takeLock } from './lock.ts';
import { rebuildIndexes } from './rebuild.ts';
import { lockFile, readServiceFile } from './serviceFile.ts';
import { parkedRows } from './world.ts';

export interface DoctorOptions {
  readonly graphFolder: string;
  readonly dataFolder: string;
  /** Drops every index and makes it anew from the log. */
  readonly rebuild: boolean;
  print(line: string): void;
}

/**
 * Checks the graph, the machine and the data, and says what to do about what it finds.
 *
 * @returns the exit code: 0 where all is well, 1 where something was found.
 */
export async function runDoctor(options: DoctorOptions): Promise<number> {
  const graphs = new GraphHolder(options.graphFolder, options.dataFolder);
  const faults = await checkGraph(graphs, options);
  const data = await checkData(graphs, options, faults === 0);
  return faults + data === 0 ? 0 : 1;
}

async function checkGraph(graphs: GraphHolder, { print, dataFolder }: DoctorOptions): Promise<number> {
  prepareDataFolder(dataFolder);
  const { faults } = await graphs.load();
  if (faults.length > 0) {
    for (const line of (graphs.fault() ?? '').split('\n')) print(`graph    ${line}`);
    return faults.length;
  }
  const { name, jobs, partitions } = graphs.current().manifest;
  print(
    `graph    ${name}: ${counted(jobs.length, 'job')}, ${counted(partitions.length, 'partition pattern')}, no faults`,
  );
  print(`machine  Node ${process.versions.node}, ${process.platform}-${process.arch}`);
  return 0;
}

async function checkData(graphs: GraphHolder, options: DoctorOptions, graphLoads: boolean): Promise<number> {
  const { dataFolder, print, rebuild } = options;
  const path = join(dataFolder, logFile);
  if (!existsSync(path)) {
    print('data     nothing yet: the log is made with the first want');
    return 0;
  }
  const lock = takeLock(join(dataFolder, lockFile));
  if (lock === null) return serviceRuns(options);
  try {
    const store = openSqlite(path);
    try {
      return await checkStore(store, graphs, options, rebuild && graphLoads);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof LogRefused)) throw error;
    print(`data     ${error.message}`);
    return 1;
  } finally {
    lock.release();
  }
}

/** A running service has the file: what can be said comes from outside. */
async function serviceRuns({ dataFolder, print, rebuild }: DoctorOptions): Promise<number> {
  const service = await readServiceFile(dataFolder);
  const where = service === null ? '' : ` at ${service.url} (process ${service.pid})`;
  print(`service  runs${where}; stop it to check the data in full`);
  if (!rebuild) return 0;
  print('data     --rebuild needs the service to be stopped: end it, then run this again');
  return 1;
}

async function checkStore(
  store: SqliteStore,
  graphs: GraphHolder,
  options: DoctorOptions,
  rebuild: boolean,
): Promise<number> {
  const { dataFolder, print } = options;
  store.verify();
  print('data     the log is whole');
  if (rebuild) {
    const engine = localEngine({ dataFolder, store, index: store.index, graphs, runner: noRunner });
    const commits = await rebuildIndexes(engine, store.index);
    print(`data     every index was made anew from ${commits} commits`);
  }
  const parked = await store.index.query(parkedRows, { limit: 100 });
  for (const { key, value } of parked.rows) print(`data     ${key} was set aside: ${value.error}`);
  return parked.rows.length;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Nothing is started here: what a claim asks for is started by the service, from the log. */
const noRunner: Runner = {
  async start() {},
  async stop() {},
};
