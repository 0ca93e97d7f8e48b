import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { encodeCursor, placeInFeed, witnessOf } from './cursor.ts';
import { type EventFilter, type FeedItem, type FeedPage, limits } from './eventLog.ts';
import { compileFilter } from './filter.ts';
import { prepareCommits } from './sqliteCommits.ts';
import { checkLimit } from './stored.ts';

/** Commits looked at per page: a filter that matches little keeps the event loop for about 10 ms at most. */
const scanMax = 5000;

/** Shapes of filters with a prepared query: one for each set of fields and number of kinds and types. */
const queriesMax = 64;

interface Clause {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** The feed of the log in SQLite: the commits by their rowid. */
export class SqliteFeed {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #generation: string;
  readonly #newest: StatementSync;
  readonly #identity: StatementSync;
  readonly #queries = new Map<string, ReturnType<typeof prepareCommits>>();

  constructor(db: DatabaseSync, path: string, generation: string) {
    this.#db = db;
    this.#path = path;
    this.#generation = generation;
    this.#newest = db.prepare('SELECT coalesce(max(position), 0) AS position FROM commits');
    this.#identity = db.prepare('SELECT stream, revision, commit_id FROM commits WHERE position = ?');
  }

  list(filter: EventFilter, cursor: string | undefined, limit: number): FeedPage {
    checkLimit(limit);
    const generation = this.#generation;
    const from = placeInFeed(cursor, generation, (position) => this.#witnessAt(position));
    const newest = Number(this.#newest.get()!.position);
    const end = Math.min(newest, from + scanMax);
    const items = this.#matching(filter, from, end, limit);
    const position = items.length === limit ? items.at(-1)!.position : end;
    const witness = this.#witnessAt(position) ?? '';
    return { items, nextCursor: encodeCursor({ generation, position, witness }), more: position < newest };
  }

  /** The first `limit` matching items after `from` up to and including `end`. */
  #matching(filter: EventFilter, from: number, end: number, limit: number): FeedItem[] {
    const clauses = clausesOf(filter);
    const query = this.#prepared(clauses.map((clause) => clause.sql));
    const values = clauses.flatMap((clause) => clause.values);
    const matches = compileFilter(filter);
    const items: FeedItem[] = [];
    let after = from;
    for (let size = limit; items.length < limit; size = Math.min(size * 2, limits.feedPage)) {
      const chunk = query(after, end, ...values, size);
      for (const item of chunk) if (items.length < limit && matches(item.commit)) items.push(item);
      if (chunk.length < size) break;
      after = chunk.at(-1)!.position;
    }
    return items;
  }

  #prepared(clauses: readonly string[]): ReturnType<typeof prepareCommits> {
    const where = ['position > ? AND position <= ?', ...clauses].join(' AND ');
    const known = this.#queries.get(where);
    if (known !== undefined) return known;
    if (this.#queries.size >= queriesMax) this.#queries.clear();
    const query = prepareCommits(this.#db, this.#path, `WHERE ${where} ORDER BY position LIMIT ?`);
    this.#queries.set(where, query);
    return query;
  }

  #witnessAt(position: number): string | null {
    const row = this.#identity.get(position);
    if (row === undefined) return null;
    return witnessOf(String(row.stream), Number(row.revision), String(row.commit_id));
  }
}

/** What SQL leaves out, so that it need not be parsed; `compileFilter` decides. */
function clausesOf(filter: EventFilter): Clause[] {
  const clauses: Clause[] = [];
  if (filter.after !== undefined) clauses.push({ sql: 'at >= ?', values: [filter.after] });
  if (filter.before !== undefined) clauses.push({ sql: 'at < ?', values: [filter.before] });
  if (filter.streamKinds !== undefined) {
    // The plus keeps the walk on the rowid.
    const kinds = filter.streamKinds.map((kind) => `${kind}/*`);
    clauses.push(anyOf('+stream GLOB ?', kinds));
  }
  if (filter.types !== undefined) {
    // Stored JSON has no white space: an event of this type holds this very text, and few others do.
    const texts = filter.types.map((type) => `"type":${JSON.stringify(type)}`);
    clauses.push(anyOf('instr(events, ?) > 0', texts));
  }
  return clauses;
}

function anyOf(sql: string, values: readonly string[]): Clause {
  return { sql: `(${['FALSE', ...values.map(() => sql)].join(' OR ')})`, values };
}
