import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Commit,
  type Doorbell,
  type EventFilter,
  type EventLog,
  type FeedItem,
  limits,
  type NewCommit,
  type StreamId,
} from '../../lib/log/eventLog.ts';
import { createFaultyLog, type Fault } from '../../lib/log/faultyLog.ts';
import { storedBytes } from '../../lib/log/stored.ts';
import type { JsonObject } from '../../lib/model/json.ts';

export interface OpenLog {
  readonly log: EventLog & Doorbell;
  close(): Promise<void>;
}

export interface EventLogAdapter {
  readonly name: string;
  /** An empty log whose feed has a generation of its own. */
  newLog(): Promise<OpenLog>;
}

let made = 0;

function commit(fields: JsonObject = {}, given: Partial<NewCommit> = {}): NewCommit {
  made += 1;
  return {
    commitId: `commit${made}`,
    at: 1000,
    events: [{ type: 'Happened', v: 1, ...fields }],
    state: null,
    ...given,
  };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Walks the feed to its end as it is now. */
async function walk(log: EventLog, filter: EventFilter = {}, limit = 100): Promise<FeedItem[]> {
  const items: FeedItem[] = [];
  let page = await log.list(filter, undefined, limit);
  for (; page.more; page = await log.list(filter, page.nextCursor, limit)) items.push(...page.items);
  return [...items, ...page.items];
}

/** A commit that weighs this many bytes in this stream. */
function commitOf(stream: StreamId, bytes: number): NewCommit {
  const empty = commit({}, { state: { pad: '' } });
  return { ...empty, state: { pad: 'x'.repeat(bytes - storedBytes(stream, empty)) } };
}

/** What every adapter of the log guarantees. */
export function eventLogContract(adapter: EventLogAdapter): void {
  describe(`event log: ${adapter.name}`, () => {
    let open: OpenLog;
    let log: EventLog & Doorbell;

    beforeEach(async () => {
      open = await adapter.newLog();
      log = open.log;
    });
    afterEach(() => open.close());

    describe('append', () => {
      it('refuses to create a stream that exists', async () => {
        await log.append('want/a', 0, commit());
        await expect(log.append('want/a', 0, commit())).rejects.toMatchObject({
          code: 'REVISION_CONFLICT',
          stream: 'want/a',
          expected: 0,
          actual: 1,
        });
        expect(await all(log.read('want/a'))).toHaveLength(1);
      });

      it('refuses a stale revision', async () => {
        for (const revision of [0, 1, 2]) await log.append('want/a', revision, commit());
        const refused = { code: 'REVISION_CONFLICT', expected: 1, actual: 3 };
        await expect(log.append('want/a', 1, commit())).rejects.toMatchObject(refused);
      });

      it('refuses a revision above the stream', async () => {
        await log.append('want/a', 0, commit());
        const refused = { code: 'REVISION_CONFLICT', expected: 2, actual: 1 };
        await expect(log.append('want/a', 2, commit())).rejects.toMatchObject(refused);
      });

      it('refuses a revision above 0 for a stream that does not exist', async () => {
        const refused = { code: 'REVISION_CONFLICT', expected: 1, actual: 0 };
        await expect(log.append('want/none', 1, commit())).rejects.toMatchObject(refused);
        expect(await log.head('want/none')).toBeNull();
      });

      it('judges the same commit id at another revision by the revision alone', async () => {
        const first = commit();
        await log.append('want/a', 0, first);
        await expect(log.append('want/a', 5, first)).rejects.toMatchObject({ code: 'REVISION_CONFLICT', actual: 1 });
        expect(await log.append('want/a', 1, first)).toEqual({ revision: 2, duplicate: false });
      });

      it('judges the same commit id in another stream as another commit', async () => {
        const same = commit();
        await log.append('want/a', 0, same);
        expect(await log.append('want/b', 0, same)).toEqual({ revision: 1, duplicate: false });
      });

      it.each([
        ['no events', 'want/a', 0, commit({}, { events: [] })],
        ['a stream id without a kind', 'a' as StreamId, 0, commit()],
        ['an empty stream id', '' as StreamId, 0, commit()],
        ['a stream id over its bytes', `want/${'é'.repeat(510)}`, 0, commit()],
        ['a stream id with a lone surrogate', 'want/\ud800', 0, commit()],
        ['a stream id with NUL', 'want/a\0b', 0, commit()],
        ['an empty commit id', 'want/a', 0, commit({}, { commitId: '' })],
        ['a negative revision', 'want/a', -1, commit()],
        ['a revision that is no whole number', 'want/a', 0.5, commit()],
        ['a moment that is no whole number', 'want/a', 0, commit({}, { at: Number.NaN })],
      ] as const)('refuses %s', async (_name, stream, revision, refused) => {
        await expect(log.append(stream, revision, refused)).rejects.toMatchObject({ code: 'LOG_ARGUMENT' });
        expect(await walk(log)).toEqual([]);
      });

      it('takes a stream id of all its bytes', async () => {
        const stream: StreamId = `want/${'x'.repeat(limits.streamIdBytes - 5)}`;
        await log.append(stream, 0, commit());
        expect((await log.head(stream))?.stream).toBe(stream);
      });

      it('refuses a commit that is one byte too large, and writes nothing of it', async () => {
        const large = commitOf('build/a', limits.commitBytes + 1);
        await expect(log.append('build/a', 0, large)).rejects.toMatchObject({
          code: 'COMMIT_TOO_LARGE',
          stream: 'build/a',
          bytes: limits.commitBytes + 1,
        });
        expect(await log.head('build/a')).toBeNull();
      });

      it('takes a commit of exactly the limit and gives it back whole', async () => {
        const large = commitOf('build/a', limits.commitBytes);
        await log.append('build/a', 0, large);
        expect((await log.head('build/a'))?.state).toEqual(large.state);
      });

      it('counts bytes, not characters', async () => {
        const wide = commit({ text: '€'.repeat(limits.commitBytes / 3) });
        await expect(log.append('want/a', 0, wide)).rejects.toMatchObject({ code: 'COMMIT_TOO_LARGE' });
      });

      it('answers a repeated append as the first, and writes it once', async () => {
        const same = commit();
        expect(await log.append('want/a', 0, same)).toEqual({ revision: 1, duplicate: false });
        expect(await log.append('want/a', 0, same)).toEqual({ revision: 1, duplicate: true });
        expect(await all(log.read('want/a'))).toHaveLength(1);
      });

      it('answers a repeated append as the first after the stream has moved on', async () => {
        const same = commit();
        await log.append('want/a', 0, same);
        for (const revision of [1, 2, 3]) await log.append('want/a', revision, commit());
        expect(await log.append('want/a', 0, same)).toEqual({ revision: 1, duplicate: true });
        expect(await all(log.read('want/a'))).toHaveLength(4);
      });

      it('answers a retry after a lost answer as the append that happened', async () => {
        const faults: Fault[] = ['unavailableAfter'];
        const faulty = createFaultyLog(log, () => faults.shift() ?? 'none');
        const same = commit();
        await expect(faulty.append('want/a', 0, same)).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
        await log.append('want/a', 1, commit());
        expect(await faulty.append('want/a', 0, same)).toEqual({ revision: 1, duplicate: true });
      });

      it('lets one of 100 concurrent appends at one revision win', async () => {
        const settled = await Promise.allSettled(Array.from({ length: 100 }, () => log.append('want/a', 0, commit())));
        expect(settled.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
        const lost = settled.filter((each) => each.status === 'rejected');
        for (const { reason } of lost) expect(reason).toMatchObject({ code: 'REVISION_CONFLICT', actual: 1 });
        expect(await walk(log)).toHaveLength(1);
      });

      it('takes concurrent appends of one stream in the order of their calls', async () => {
        await Promise.all(Array.from({ length: 50 }, (_, n) => log.append('want/a', n, commit({ n }))));
        const numbers = (await all(log.read('want/a'))).map((each) => each.events[0]?.n);
        expect(numbers).toEqual(Array.from({ length: 50 }, (_, n) => n));
      });

      it('keeps what the caller changes afterwards out of the log', async () => {
        const fields = { type: 'Happened', v: 1, refs: ['a'] };
        await log.append('want/a', 0, commit({}, { events: [fields] }));
        fields.refs.push('b');
        expect((await log.head('want/a'))?.events[0]?.refs).toEqual(['a']);
      });
    });

    describe('read and head', () => {
      it('show nothing of a stream that does not exist', async () => {
        expect(await log.head('want/none')).toBeNull();
        expect(await all(log.read('want/none'))).toEqual([]);
        await log.append('want/nonesuch', 0, commit());
        expect(await log.head('want/none')).toBeNull();
      });

      it('refuse to read from revision 0', async () => {
        await expect(all(log.read('want/a', 0))).rejects.toMatchObject({ code: 'LOG_ARGUMENT' });
      });

      it('give back every field as it was stored', async () => {
        const given = commit(
          { text: 'ü\u0000"\n€', n: 1.5, list: [null, true] },
          { at: 1_325_376_000_123, state: { a: 1 } },
        );
        await log.append('build/clean/2012-01-31', 0, given);
        const stored: Commit = { ...given, stream: 'build/clean/2012-01-31', revision: 1 };
        expect(await log.head('build/clean/2012-01-31')).toEqual(stored);
        expect(await all(log.read('build/clean/2012-01-31'))).toEqual([stored]);
      });

      it('show an append as soon as it was answered', async () => {
        for (let revision = 0; revision < 10; revision++) {
          await log.append('want/a', revision, commit());
          expect((await log.head('want/a'))?.revision).toBe(revision + 1);
          expect(await all(log.read('want/a', revision + 1))).toHaveLength(1);
        }
      });

      it('walk a long stream in order from any revision', async () => {
        await Promise.all(Array.from({ length: 200 }, (_, n) => log.append('pool/a', n, commit())));
        for (const from of [1, 2, 64, 65, 128, 129, 200, 201]) {
          const revisions = (await all(log.read('pool/a', from))).map((each) => each.revision);
          expect(revisions).toEqual(Array.from({ length: 201 - from }, (_, n) => from + n));
        }
      });
    });

    describe('list', () => {
      it.each(['', 'x', 'null', '1', 'MS5hLjE', '💥', 'A'.repeat(10_000), '../../etc/passwd'])(
        'refuses the cursor %j',
        async (cursor) => {
          await expect(log.list({}, cursor)).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
        },
      );

      it('refuses a cursor that was tampered with', async () => {
        await log.append('want/a', 0, commit());
        const { nextCursor } = await log.list({});
        await expect(log.list({}, `${nextCursor}A`)).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
        await expect(log.list({}, ` ${nextCursor}`)).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
      });

      it.each(['empty', 'filled'])('says where to restart when the cursor is of another, %s feed', async (other) => {
        const lost = await adapter.newLog();
        if (other === 'filled') await lost.log.append('want/a', 0, commit());
        const { nextCursor } = await lost.log.list({});
        await lost.close();
        await log.append('want/b', 0, commit());
        const gone = await log.list({}, nextCursor).catch((error) => error);
        expect(gone).toMatchObject({ code: 'CURSOR_GONE' });
        expect((await log.list({}, gone.restartCursor)).items.map((item) => item.commit.stream)).toEqual(['want/b']);
      });

      it.each([0, -1, 1.5, 1001, Number.NaN])('refuses %d as a limit', async (limit) => {
        await expect(log.list({}, undefined, limit)).rejects.toMatchObject({ code: 'LOG_ARGUMENT' });
      });

      it('gives an empty page and a cursor to go on from when there is nothing', async () => {
        const empty = await log.list({});
        expect(empty).toMatchObject({ items: [], more: false });
        await log.append('want/a', 0, commit());
        expect((await log.list({}, empty.nextCursor)).items).toHaveLength(1);
      });

      it.each([1, 2, 3, 7, 9, 10, 11, 1000])('walks ten commits by pages of %d', async (limit) => {
        for (let n = 0; n < 10; n++) await log.append(`want/${n}`, 0, commit({ n }));
        const items = await walk(log, {}, limit);
        expect(items.map((item) => item.commit.events[0]?.n).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        const positions = items.map((item) => item.position);
        expect(positions).toEqual(positions.toSorted((a, b) => a - b));
        expect(new Set(positions).size).toBe(10);
      });

      it('says that there is no more on a full last page', async () => {
        for (let n = 0; n < 4; n++) await log.append(`want/${n}`, 0, commit());
        const first = await log.list({}, undefined, 2);
        expect(first.more).toBe(true);
        expect(await log.list({}, first.nextCursor, 2)).toMatchObject({ items: { length: 2 }, more: false });
      });

      it('finds later commits from the cursor of the last page', async () => {
        await log.append('want/a', 0, commit());
        const { nextCursor } = await log.list({});
        await log.append('want/a', 1, commit());
        expect((await log.list({}, nextCursor)).items.map((item) => item.commit.revision)).toEqual([2]);
      });

      it('walks past thousands of commits that do not match', async () => {
        const many = Array.from({ length: 6000 }, (_, n) =>
          log.append(`want/${n}`, 0, commit({ partitionRef: 'a/b' })),
        );
        await Promise.all(many);
        await log.append('want/last', 0, commit({ partitionRef: 'wanted/c' }));
        for (const limit of [1, 100]) {
          const found = await walk(log, { partitionPattern: 'wanted/*' }, limit);
          expect(found.map((item) => item.commit.stream)).toEqual(['want/last']);
        }
      });

      it("shows each commit once, in its stream's order, and never changes a page", async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
            const fresh = await adapter.newLog();
            try {
              await followsItsRules(fresh.log, steps);
            } finally {
              await fresh.close();
            }
          }),
          { numRuns: 40 },
        );
      });
    });

    describe('filter', () => {
      beforeEach(async () => {
        await log.append(
          'want/1',
          0,
          commit({ type: 'WantCreated', partitionRefs: ['a/x', 'b/y'], source: 'api' }, { at: 10 }),
        );
        await log.append(
          'want/2',
          0,
          commit({ type: 'WantCreated', partitionRefs: ['b/y/z'], source: 'cli' }, { at: 20 }),
        );
        await log.append('build/1', 0, commit({ type: 'PartitionLive', partitionRef: 'a/x' }, { at: 30 }));
        const mixed = [
          { type: 'PartitionLive', v: 1, partitionRef: 'c/1' },
          { type: 'RunSucceeded', v: 1, note: '"type":"WantCreated"' },
        ];
        await log.append('build/2', 0, commit({}, { at: 40, events: mixed }));
      });

      it.each<[string, EventFilter, string[]]>([
        ['nothing for no type', { types: [] }, []],
        ['nothing for an unknown type', { types: ['Want'] }, []],
        ['nothing for a type with a quote', { types: ['"'] }, []],
        ['no text that only looks like a type', { types: ['WantCreated'], streamKinds: ['build'] }, []],
        ['nothing when two events each match a part', { types: ['RunSucceeded'], partitionPattern: 'c/*' }, []],
        ['nothing for no stream kind', { streamKinds: [] }, []],
        ['nothing for a source that no event has', { wantSources: ['undefined', 'event'] }, []],
        ['types', { types: ['RunSucceeded', 'WantCreated'] }, ['build/2', 'want/1', 'want/2']],
        ['stream kinds', { streamKinds: ['build', 'pool'] }, ['build/1', 'build/2']],
        ['a ref', { partitionPattern: 'a/x' }, ['build/1', 'want/1']],
        ['a pattern within a segment', { partitionPattern: 'b/*' }, ['want/1']],
        ['a pattern across segments', { partitionPattern: 'b/**' }, ['want/1', 'want/2']],
        ['want sources', { wantSources: ['cli'] }, ['want/2']],
        ['a time from, included', { after: 30 }, ['build/1', 'build/2']],
        ['a time to, excluded', { before: 30 }, ['want/1', 'want/2']],
        ['all of it together', { types: ['WantCreated'], wantSources: ['api'], after: 10, before: 11 }, ['want/1']],
        ['everything when it is empty', {}, ['build/1', 'build/2', 'want/1', 'want/2']],
      ])('selects %s', async (_name, filter, streams) => {
        for (const limit of [1, 100]) {
          const found = await walk(log, filter, limit);
          expect(found.map((item) => item.commit.stream).toSorted()).toEqual(streams);
        }
      });
    });

    describe('doorbell', () => {
      it('does not ring for a refused append', async () => {
        await log.append('want/a', 0, commit());
        await nextTurn();
        const rung: string[] = [];
        log.onCommitted(() => rung.push('refused'));
        await log.append('want/a', 0, commit()).catch(() => {});
        await nextTurn();
        expect(rung).toEqual([]);
      });

      it('does not ring for a listener that left', async () => {
        const rung: string[] = [];
        const leave = log.onCommitted(() => rung.push('left'));
        const rings = new Promise<void>((resolve) => log.onCommitted(resolve));
        leave();
        await log.append('want/a', 0, commit());
        await rings;
        expect(rung).toEqual([]);
      });

      it('does not ring for a listener that leaves before the answer', async () => {
        const rung: string[] = [];
        const leave = log.onCommitted(() => rung.push('left'));
        const answer = log.append('want/a', 0, commit());
        leave();
        await answer;
        await nextTurn();
        expect(rung).toEqual([]);
      });

      it('does not ring for a listener that another one made leave', async () => {
        const rung: string[] = [];
        let leaveSecond = () => {};
        log.onCommitted(() => leaveSecond());
        leaveSecond = log.onCommitted(() => rung.push('second'));
        await log.append('want/a', 0, commit());
        await nextTurn();
        expect(rung).toEqual([]);
      });

      it('rings when there is something new to list', async () => {
        const listed = new Promise<number>((resolve) => {
          log.onCommitted(async () => resolve((await log.list({})).items.length));
        });
        await log.append('want/a', 0, commit());
        expect(await listed).toBe(1);
      });
    });
  });
}

type Step =
  | { readonly do: 'append'; readonly stream: number }
  | { readonly do: 'list'; readonly limit: number }
  | { readonly do: 'wait' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('append' as const), stream: fc.nat({ max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('list' as const), limit: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
);

/** Appends without waiting for the answer while another reader walks the feed. */
async function followsItsRules(log: EventLog, steps: readonly Step[]): Promise<void> {
  const revisions = new Map<StreamId, number>();
  const answers: Promise<unknown>[] = [];
  const seen: FeedItem[] = [];
  const pages: { cursor: string | undefined; limit: number; items: readonly FeedItem[] }[] = [];
  let cursor: string | undefined;

  async function listOnce(limit: number): Promise<boolean> {
    const page = await log.list({}, cursor, limit);
    pages.push({ cursor, limit: Math.max(1, page.items.length), items: page.items });
    seen.push(...page.items);
    cursor = page.nextCursor;
    return page.more;
  }

  for (const each of steps) {
    if (each.do === 'wait') await nextTurn();
    if (each.do === 'list') await listOnce(each.limit);
    if (each.do !== 'append') continue;
    const stream: StreamId = `want/${each.stream}`;
    const revision = revisions.get(stream) ?? 0;
    revisions.set(stream, revision + 1);
    answers.push(log.append(stream, revision, commit()));
  }
  await Promise.all(answers);
  while (await listOnce(3));
  for (const [stream, revision] of revisions) {
    const ofStream = seen.filter((item) => item.commit.stream === stream).map((item) => item.commit.revision);
    expect(ofStream).toEqual(Array.from({ length: revision }, (_, n) => n + 1));
  }
  expect(seen).toHaveLength(answers.length);
  for (const page of pages.filter((each) => each.items.length > 0)) {
    expect((await log.list({}, page.cursor, page.limit)).items).toEqual(page.items);
  }
}
