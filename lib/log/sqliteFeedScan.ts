import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { EventFilter } from './eventLog.ts';
import type { CommitRow } from './sqliteLog.ts';

/** Commits looked at per page: a filter that matches little keeps the event loop for 10 ms at most. */
const scanMax = 5000;

/** Shapes of filters with a prepared statement: one for each set of fields and number of kinds and types. */
const statementsMax = 64;

interface Clause {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** Reads the feed's rows, leaving out in SQL what a filter surely does not match. */
export class FeedScan {
  readonly #db: DatabaseSync;
  readonly #newest: StatementSync;
  readonly #identity: StatementSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#newest = db.prepare('SELECT coalesce(max(position), 0) AS position FROM commits');
    this.#identity = db.prepare('SELECT stream, revision, commit_id FROM commits WHERE position = ?');
  }

  newest(): number {
    return Number(this.#newest.get()!.position);
  }

  identity(position: number): Pick<CommitRow, 'stream' | 'revision' | 'commit_id'> | undefined {
    return this.#identity.get(position) as CommitRow | undefined;
  }

  endOfPage(from: number, newest: number): number {
    return Math.min(newest, from + scanMax);
  }

  /** In order, after `from` up to and including `end`. */
  rows(filter: EventFilter, from: number, end: number): Iterable<CommitRow> {
    const clauses = clausesOf(filter);
    const where = ['position > ? AND position <= ?', ...clauses.map((clause) => clause.sql)].join(' AND ');
    const values = clauses.flatMap((clause) => clause.values);
    return this.#prepared(where).iterate(from, end, ...values) as Iterable<unknown> as Iterable<CommitRow>;
  }

  #prepared(where: string): StatementSync {
    const known = this.#statements.get(where);
    if (known !== undefined) return known;
    if (this.#statements.size >= statementsMax) this.#statements.clear();
    const statement = this.#db.prepare(`SELECT * FROM commits WHERE ${where} ORDER BY position`);
    this.#statements.set(where, statement);
    return statement;
  }
}

function clausesOf(filter: EventFilter): Clause[] {
  const clauses: Clause[] = [];
  if (filter.after !== undefined) clauses.push({ sql: 'at >= ?', values: [filter.after] });
  if (filter.before !== undefined) clauses.push({ sql: 'at < ?', values: [filter.before] });
  if (filter.streamKinds !== undefined) {
    clauses.push(
      anyOf(
        '+stream GLOB ?',
        filter.streamKinds.map((kind) => `${kind}/*`),
      ),
    );
  }
  if (filter.types !== undefined) {
    // Stored JSON has no white space: an event of this type holds this very text, and few others do.
    clauses.push(
      anyOf(
        'instr(events, ?) > 0',
        filter.types.map((type) => `"type":${JSON.stringify(type)}`),
      ),
    );
  }
  return clauses;
}

function anyOf(sql: string, values: readonly string[]): Clause {
  return { sql: `(${['FALSE', ...values.map(() => sql)].join(' OR ')})`, values };
}
