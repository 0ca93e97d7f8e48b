import type { Row } from '../../../lib/log/rowIndex.ts';
import type { PoolGranted } from '../../../lib/model/pool.ts';
import { demand } from '../world/broken.ts';
import type { Entry, TrueHolder, Truth } from './truth.ts';

interface PoolRow {
  readonly run: Pick<TrueHolder, 'buildId' | 'runId' | 'attempt'>;
  readonly nonce: string;
  /** The step in which it was put first. */
  readonly step: number;
}

/** The rows of runs that wait in pools, and since when they stand. */
export class PoolRows {
  readonly #pools = new Map<string, Map<string, PoolRow>>();

  put({ partition, key, nonce, value }: Row, step: number): void {
    if (!partition.startsWith('pool/')) return;
    const rows = this.#pools.get(partition) ?? new Map<string, PoolRow>();
    this.#pools.set(partition, rows);
    if (rows.get(key)?.nonce !== nonce) rows.set(key, { run: value as unknown as TrueHolder, nonce, step });
  }

  delete({ partition, key, nonce }: Pick<Row, 'partition' | 'key' | 'nonce'>): void {
    const rows = this.#pools.get(partition);
    if (rows?.get(key)?.nonce === nonce) rows.delete(key);
  }

  clear(): void {
    this.#pools.clear();
  }

  /** In the order in which they are served. */
  of(pool: string): readonly PoolRow[] {
    const rows = [...(this.#pools.get(pool) ?? [])];
    return rows.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }
}

/**
 * Nothing overtakes: whoever is granted comes before all that were queued, with their rows, since before the look
 * began.
 */
export function demandOrder(truth: Truth, poolRows: PoolRows, { commit }: Entry, startedStep: number): void {
  if (!commit.stream.startsWith('pool/')) return;
  const rows = poolRows.of(commit.stream);
  const holders = truth.pools.get(commit.stream.slice('pool/'.length))?.holders ?? [];
  for (const event of commit.events as unknown as readonly PoolGranted[]) {
    const served = new Set([...holders, ...event.granted].map((one) => one.runId));
    for (const granted of event.granted) {
      const before = rows.slice(
        0,
        Math.max(
          0,
          rows.findIndex(({ run }) => run.runId === granted.runId),
        ),
      );
      const overtaken = before.find(
        ({ run, step }) => step < startedStep && !served.has(run.runId) && isQueued(truth, run),
      );
      demand(overtaken === undefined, 'nothing overtakes', () => `${granted.runId} overtook ${overtaken?.run.runId}`);
    }
  }
}

function isQueued(truth: Truth, { buildId, runId, attempt }: PoolRow['run']): boolean {
  const run = truth.builds.get(buildId)?.run;
  return run?.runId === runId && run.attempt === attempt && run.status === 'queued';
}
