import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../figure.ts';
import { graphOf } from './engine.ts';
import { writeHandWritten } from './handWritten.ts';
import { openWantsOf, type Source, sourcesFor, writeOpenWants } from './openWants.ts';
import { checkSameAsEngine } from './sameAsEngine.ts';

/** A log full of open wants, made once for all figures of a job. */
export interface PreparedWants {
  /** A data folder with the log. */
  readonly folder: string;
  /** The file of the hand-written loop. */
  readonly handPath: string;
  readonly sources: readonly Source[];
}

export async function preparedWants(bench: Bench, wants: number, sources: number): Promise<PreparedWants> {
  const folder = join(bench.folder, `wants-${wants}-${sources}`);
  const prepared = { folder, handPath: join(folder, 'hand.db'), sources: sourcesFor(wants, sources, singles(bench)) };
  const whole = join(folder, 'whole');
  if (existsSync(whole)) return prepared;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await checkOnce(bench);
  const list = openWantsOf(prepared.sources, Date.now());
  await writeOpenWants(folder, list);
  writeHandWritten(prepared.handPath, list);
  writeFileSync(whole, '');
  return prepared;
}

/** Enough wants with an input of their own for every dispatch that is timed. */
export function singles(bench: Bench): number {
  return bench.size(2_000, 400);
}

async function checkOnce(bench: Bench): Promise<void> {
  const folder = join(bench.folder, 'same');
  if (existsSync(folder)) return;
  await checkSameAsEngine(folder, graphOf(1));
}
