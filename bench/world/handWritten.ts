import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { monotonicFactory } from 'ulid';
import { inBulk, type OpenWant, slaSeconds, ttlSeconds } from './openWants.ts';

/**
 * What somebody would write who needs just this and no more: the same commits as landfall's, in a table like landfall's,
 * beside tables of wants, builds, inputs and partitions that SQL updates in the same transaction. One process, one
 * transaction for each step of a batch, durable as landfall's (WAL, FULL). It has no conflicts, crashes between
 * steps, deadlines, taints, pools, retries, external dependencies, lists, or second adapter to think of.
 */
const schema = `
  CREATE TABLE commits (
    position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, commit_id TEXT NOT NULL,
    at INTEGER NOT NULL, events TEXT NOT NULL, state TEXT, UNIQUE (stream, revision)
  ) STRICT;
  CREATE TABLE wants (
    want_id TEXT PRIMARY KEY, ref TEXT NOT NULL, status TEXT NOT NULL, created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE needs (input TEXT NOT NULL, build TEXT NOT NULL, PRIMARY KEY (input, build)) STRICT, WITHOUT ROWID;
  CREATE TABLE builds (
    build TEXT PRIMARY KEY, run_id TEXT NOT NULL, status TEXT NOT NULL, timeout_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE partitions (ref TEXT PRIMARY KEY, instance TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;
const indexes = `
  CREATE INDEX wants_by_ref ON wants (ref) WHERE status = 'open';
  CREATE INDEX wants_by_due ON wants (due_at) WHERE status = 'open';
`;

/** A want for one output of a job with one input. */
export interface HandWant {
  readonly wantId: string;
  readonly input: string;
  readonly output: string;
  readonly job: string;
  readonly key: number;
}

interface Claimed {
  readonly want: HandWant;
  readonly runId: string;
}

export class HandWritten {
  readonly #db: DatabaseSync;
  readonly #ulid = monotonicFactory();
  readonly #commit: StatementSync;
  readonly #want: StatementSync;
  readonly #openWants: StatementSync;
  readonly #endWant: StatementSync;
  readonly #waiting: StatementSync;
  readonly #build: StatementSync;
  readonly #putBuild: StatementSync;
  readonly #partition: StatementSync;
  readonly #putPartition: StatementSync;

  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    const known = this.#db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'commits'").get();
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768');
    this.#db.exec('PRAGMA wal_autocheckpoint = 2000; PRAGMA journal_size_limit = 67108864');
    if (known === undefined) this.#db.exec(schema + indexes);
    const prepare = (sql: string) => this.#db.prepare(sql);
    this.#commit = prepare('INSERT INTO commits VALUES (NULL, ?, ?, ?, ?, ?, ?)');
    this.#want = prepare("INSERT INTO wants VALUES (?, ?, 'open', ?, ?)");
    this.#openWants = prepare("SELECT want_id FROM wants WHERE ref = ? AND status = 'open'");
    this.#endWant = prepare("UPDATE wants SET status = 'satisfied' WHERE want_id = ?");
    this.#waiting = prepare('SELECT build FROM needs WHERE input = ?');
    this.#build = prepare('SELECT run_id, status FROM builds WHERE build = ?');
    this.#putBuild = prepare('INSERT OR REPLACE INTO builds VALUES (?, ?, ?, ?)');
    this.#partition = prepare('SELECT instance FROM partitions WHERE ref = ?');
    this.#putPartition = prepare('INSERT OR REPLACE INTO partitions VALUES (?, ?, ?)');
  }

  /** One durable transaction. */
  inTransaction<T>(act: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    const answer = act();
    this.#db.exec('COMMIT');
    return answer;
  }

  report(input: string): void {
    const instanceId = `ext_${this.#ulid()}`;
    const at = Date.now();
    const event = { type: 'PartitionLive', v: 1, graph: 'bench', partitionRef: input, instanceId };
    this.#append(`external/bench/${input}`, 1, at, event, null);
    this.#putPartition.run(input, instanceId, at);
  }

  /** Claims every wanted build that waits for this input alone. @returns how many. */
  claimWaiting(input: string): number {
    const instance = this.#partition.get(input)?.instance as string;
    let claimed = 0;
    for (const { build } of this.#waiting.all(input)) {
      const [job = '', key = ''] = (build as string).split('/');
      const output = `${job.replace('make', 'out')}/${key}`;
      const wantIds = this.#openWants.all(output).map((row) => row.want_id as string);
      if (wantIds.length === 0 || this.#build.get(build as string) !== undefined) continue;
      this.#claim(build as string, output, input, instance, wantIds);
      claimed += 1;
    }
    return claimed;
  }

  create({ wantId, input, output, job, key }: HandWant): void {
    const at = Date.now();
    const ref = `${output}/${key}`;
    const event = { type: 'WantCreated', v: 1, wantId, partitionRefs: [ref], ttlSeconds, slaSeconds, source: 'api' };
    this.#append(`want/${wantId}`, 1, at, event, null);
    this.#want.run(wantId, ref, at, at + slaSeconds * 1000);
    if (this.#partition.get(`${input}/${key}`) === undefined) throw new Error(`${job} has no input`);
  }

  /** Claims the want's build, whose input is there. */
  claim(want: HandWant): Claimed {
    const { wantId, input, output, job, key } = want;
    const build = `${job}/${key}`;
    if (this.#build.get(build) !== undefined) throw new Error(`${build} is claimed already`);
    const instance = this.#partition.get(`${input}/${key}`)?.instance as string;
    return { want, runId: this.#claim(build, `${output}/${key}`, `${input}/${key}`, instance, [wantId]) };
  }

  #claim(build: string, output: string, input: string, instance: string, wantIds: readonly string[]): string {
    const runId = `run_${this.#ulid()}`;
    const at = Date.now();
    const timeoutAt = at + 60_000;
    const pattern = `${input.slice(0, input.indexOf('/'))}/{n:integer}`;
    const pins = [{ pattern, instances: { [input.slice(input.indexOf('/') + 1)]: instance } }];
    const claim = {
      runId,
      attempt: 1,
      job: build.split('/')[0],
      outputs: [output],
      pins,
      deadline: timeoutAt,
      wantIds,
    };
    const code = { codeVersion: 'c0ffee', manifest: 'bench', execution: 1, timeoutAt };
    this.#append(`build/${build}`, 1, at, { type: 'RunStarted', v: 1, ...claim, ...code }, null);
    this.#putBuild.run(build, runId, 'running', timeoutAt);
    return runId;
  }

  succeed({ want: { output, job, key }, runId }: Claimed): void {
    const build = `${job}/${key}`;
    const ref = `${output}/${key}`;
    if (this.#build.get(build)?.run_id !== runId) throw new Error(`${runId} is not the run of ${build}`);
    const at = Date.now();
    const location = `/objects/${ref}/@${runId}.1`;
    const ended = { type: 'RunEnded', v: 1, runId, attempt: 1, execution: 1, job, outputs: [ref], state: 'succeeded' };
    const live = { type: 'PartitionLive', v: 1, instanceId: runId, runId, partitionRef: ref, location };
    const folded = { stateVersion: 1, run: null, live: { instanceId: runId, at, claimRevision: 1, outputs: [ref] } };
    this.#append(`build/${build}`, 2, at, { ...ended, metadata: {} }, folded, { ...live, rows: 1, bytes: 1 });
    this.#putBuild.run(build, runId, 'live', 0);
    this.#putPartition.run(ref, runId, at);
  }

  /** Ends every open want for the output. @returns how many. */
  satisfy({ want: { output, key } }: Claimed): number {
    const ref = `${output}/${key}`;
    const waiting = this.#openWants.all(ref);
    for (const { want_id: wantId } of waiting) {
      const at = Date.now();
      const event = { type: 'WantSatisfied', v: 1, wantId, partitionRefs: [ref], source: 'api' };
      const asked = { wantId, partitionRefs: [ref], ttlSeconds, slaSeconds, source: 'api', endedAt: at };
      this.#append(`want/${wantId}`, 2, at, event, { stateVersion: 1, status: 'satisfied', createdAt: at, ...asked });
      this.#endWant.run(wantId!);
    }
    return waiting.length;
  }

  /** The first commit of a stream, with nothing beside it. */
  append(stream: string, event: object): void {
    this.#append(stream, 1, Date.now(), event, null);
  }

  #append(stream: string, revision: number, at: number, event: object, state: object | null, more?: object): void {
    const events = JSON.stringify(more === undefined ? [event] : [event, more]);
    this.#commit.run(stream, revision, this.#ulid(), at, events, state === null ? null : JSON.stringify(state));
  }

  close(): void {
    this.#db.close();
  }
}

/** The same open wants as `writeOpenWants` makes, in these tables. */
export function writeHandWritten(path: string, wants: readonly OpenWant[]): void {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144');
  db.exec(schema);
  const ulid = monotonicFactory();
  const commit = db.prepare('INSERT INTO commits VALUES (NULL, ?, 1, ?, ?, ?, NULL)');
  const insert = db.prepare("INSERT INTO wants VALUES (?, ?, 'open', ?, ?)");
  const need = db.prepare('INSERT INTO needs VALUES (?, ?)');
  inBulk(db, wants, ({ wantId, createdAt, input, output, job, key }) => {
    const ref = `${output}/${key}`;
    const event = { type: 'WantCreated', v: 1, wantId, partitionRefs: [ref], ttlSeconds, slaSeconds, source: 'api' };
    commit.run(`want/${wantId}`, ulid(), createdAt, JSON.stringify([event]));
    insert.run(wantId, ref, createdAt, createdAt + slaSeconds * 1000);
    need.run(`${input}/${key}`, `${job}/${key}`);
  });
  db.exec(indexes);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
}
