import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { monotonicFactory } from 'ulid';
import type { Aggregate } from '../../lib/engine/streams.ts';
import { builds, externals, foldEvents, wants } from '../../lib/engine/streams.ts';
import { openSqlite } from '../../lib/log/sqlite.ts';
import { endRun, startNow } from '../../lib/model/build.decide.ts';
import { type BuildState, emptyBuild } from '../../lib/model/build.ts';
import type { StoredEvent } from '../../lib/model/storedEvent.ts';
import { createWant, endWant } from '../../lib/model/want.decide.ts';
import type { Want } from '../../lib/model/want.ts';
import type { Bench } from '../figure.ts';
import { logPathIn } from './engine.ts';
import { firstKey, inBulk, slaSeconds, ttlSeconds } from './openWants.ts';

/** Events of one want with its input and its run: reported, created, started, ended and live, satisfied. */
const eventsPerWant = 6;

/**
 * A log of `events` events of wants that were satisfied, by the model's own decisions, without any row: made once for
 * all figures of a job.
 */
export async function preparedHistory(bench: Bench, events: number): Promise<string> {
  const folder = join(bench.folder, `history-${events}`);
  const whole = join(folder, 'whole');
  if (existsSync(whole)) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await openSqlite(logPathIn(folder)).close();
  const db = new DatabaseSync(logPathIn(folder));
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA wal_autocheckpoint = 20000');
  const insert = db.prepare('INSERT INTO commits VALUES (NULL, ?, ?, ?, ?, ?, ?)');
  const ulid = monotonicFactory();
  const count = Math.ceil(events / eventsPerWant);
  const numbers = Array.from({ length: count }, (_, i) => i);
  inBulk(db, numbers, (i) => {
    for (const { stream, revision, at, stored, state } of historyOf(i, ulid)) {
      insert.run(stream, revision, ulid(), at, JSON.stringify(stored), state === null ? null : JSON.stringify(state));
    }
  });
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  writeFileSync(whole, '');
  return folder;
}

interface Written {
  readonly stream: string;
  readonly revision: number;
  readonly at: number;
  readonly stored: readonly object[];
  readonly state: object | null;
}

/** The commits of the `i`th want, in an order in which they can have happened. */
function historyOf(i: number, ulid: () => string): readonly Written[] {
  const at = Date.now();
  const key = firstKey + i;
  const wantId = `want_${ulid()}`;
  const instanceId = `ext_${ulid()}`;
  const partitionRef = `single/${key}`;
  const output = `solo/${key}`;
  const asked = { wantId, partitionRefs: [output], ttlSeconds, slaSeconds, source: 'api' as const };
  const pins = [{ pattern: 'single/{n:integer}', instances: { [key]: instanceId } }];
  const claim = {
    ...{ runId: `run_${ulid()}`, attempt: 1, job: 'solo', outputs: [output], pins, wantIds: [wantId] },
    ...{ deadline: at + slaSeconds * 1000, codeVersion: 'c0ffee', manifest: 'bench' },
  };
  const live = { type: 'PartitionLive', v: 1, graph: 'bench', partitionRef, instanceId };
  const created = commitOf(wants, wantId, null, at, createWant(asked));
  const started = commitOf(builds, `solo/${key}`, null, at, [startNow(claim, at + 60_000)]);
  const written = [{ partitionRef: output, location: `/objects/${output}/@${claim.runId}.1.1`, rows: 1, bytes: 1 }];
  const { run } = started.folded as BuildState;
  const ended = endRun(run!, { kind: 'succeeded', outputs: written, metadata: {} });
  return [
    commitOf(externals, `bench/${partitionRef}`, null, at, [live]),
    created,
    started,
    commitOf(builds, `solo/${key}`, started.folded ?? emptyBuild, at, ended),
    commitOf(wants, wantId, created.folded, at, endWant(created.folded as Want, { status: 'satisfied' }, at)),
  ];
}

function commitOf<S>(aggregate: Aggregate<S>, id: string, before: S | null, at: number, stored: readonly object[]) {
  const revision = before === null ? 1 : 2;
  const folded = foldEvents(aggregate, before, stored as readonly StoredEvent[], at, revision);
  const state = before === null ? null : (folded as object);
  return { stream: `${aggregate.kind}/${id}`, revision, at, stored, state, folded };
}
