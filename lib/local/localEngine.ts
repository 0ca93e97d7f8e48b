import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monotonicFactory } from 'ulid';
import type { Engine, Graphs } from '../engine/context.ts';
import type { Runner } from '../engine/ports.ts';
import { LogRefused } from '../log/errors.ts';
import type { RowIndex } from '../log/rowIndex.ts';
import type { SqliteStore } from '../log/sqlite.ts';
import { pooledRandom } from './pooledRandom.ts';

/** The log's file in a data folder. */
export const logFile = 'log.db';

export interface LocalEngineOptions {
  readonly dataFolder: string;
  readonly store: SqliteStore;
  readonly index: RowIndex;
  readonly graphs: Graphs;
  readonly runner: Runner;
}

/** Evaluation over the log in a data folder. */
export function localEngine({ dataFolder, store, index, graphs, runner }: LocalEngineOptions): Engine {
  const random = pooledRandom();
  return {
    log: store.log,
    index,
    clock: { now: Date.now },
    ids: { ulid: monotonicFactory(random), random },
    runner,
    graphs,
    places: { locate: (place) => locationIn(dataFolder, place) },
    config: { waiterShards: 1, dueShards: 1, pageRows: 100 },
    ...capabilities(dataFolder),
  };
}

/** `@` stands in no ref: an instance never collides with a longer ref. */
function locationIn(
  dataFolder: string,
  place: { partitionRef: string; runId: string; attempt: number; execution: number },
): string {
  const { partitionRef, runId, attempt, execution } = place;
  return join(dataFolder, 'objects', partitionRef, `@${runId}.${attempt}.${execution}`);
}

/** Report capabilities are made from a key that stays on this machine. */
function capabilities(dataFolder: string): Pick<Engine, 'capability' | 'sameSecret'> {
  const key = readSecret(join(dataFolder, 'capability.key'));
  const digest = (text: string) => createHmac('sha256', key).update(text).digest();
  return {
    capability: (name) => digest(name).toString('base64url'),
    sameSecret: (given, right) => timingSafeEqual(digest(given), digest(right)),
  };
}

/** A secret of this data folder, made at its first use, readable by its owner alone. */
export function readSecret(path: string): string {
  if (!existsSync(path)) {
    try {
      writeFileSync(path, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return readFileSync(path, 'utf8').trim();
}

/** @throws LogRefused where the folder cannot be made or written. */
export function prepareDataFolder(dataFolder: string): void {
  try {
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const what = `The data folder ${dataFolder} cannot be made: ${messageOf(error)}.`;
    throw new LogRefused(`${what} Name another one with --data.`, { cause: error });
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
