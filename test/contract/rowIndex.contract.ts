import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../lib/log/eventLog.ts';
import { createFaultyIndex, type Fault } from '../../lib/log/faultyLog.ts';
import type { DroppableIndex, Row, RowRange } from '../../lib/log/rowIndex.ts';

export interface OpenIndex {
  readonly index: DroppableIndex;
  close(): Promise<void>;
}

export interface RowIndexAdapter {
  readonly name: string;
  /** An index without rows. */
  newIndex(): Promise<OpenIndex>;
}

function row(key: string, given: Partial<Row> = {}): Row {
  return { partition: 'p', key, nonce: 'n1', value: { of: key }, expiresAt: null, ...given };
}

async function keysOf(index: DroppableIndex, partition: string, range: RowRange = {}): Promise<string[]> {
  return (await index.query(partition, range)).rows.map((each) => each.key);
}

async function walkKeys(index: DroppableIndex, partition: string, range: RowRange): Promise<string[]> {
  const keys: string[] = [];
  let page = await index.query(partition, range);
  while (page.nextKey !== null) {
    keys.push(...page.rows.map((each) => each.key));
    page = await index.query(partition, { ...range, afterKey: page.nextKey });
  }
  return [...keys, ...page.rows.map((each) => each.key)];
}

/** What every adapter of the row index guarantees. */
export function rowIndexContract(adapter: RowIndexAdapter): void {
  describe(`row index: ${adapter.name}`, () => {
    let open: OpenIndex;
    let index: DroppableIndex;

    beforeEach(async () => {
      open = await adapter.newIndex();
      index = open.index;
    });
    afterEach(() => open.close());

    describe('put', () => {
      it.each<[string, Partial<Row>]>([
        ['an empty partition', { partition: '' }],
        ['an empty key', { key: '' }],
        ['an empty nonce', { nonce: '' }],
        ['a partition over its bytes', { partition: 'x'.repeat(limits.streamIdBytes + 1) }],
        ['a key over its bytes', { key: 'é'.repeat(513) }],
        ['a key with NUL', { key: 'a\0b' }],
        ['a key with a lone surrogate', { key: '\udc00' }],
        ['an expiry that is no whole number', { expiresAt: 0.5 }],
        ['a value larger than a commit', { value: { pad: 'x'.repeat(limits.commitBytes) } }],
      ])('refuses %s', async (_name, given) => {
        await expect(index.put(row('k', given))).rejects.toMatchObject({ code: 'LOG_ARGUMENT' });
        expect(await index.partitions()).toEqual([]);
      });

      it('takes a key of all its bytes', async () => {
        const longest = row('é'.repeat(512));
        await index.put(longest);
        expect(await index.get('p', longest.key)).toEqual(longest);
      });

      it('replaces the row with the same key, registration and all', async () => {
        await index.put(row('k'));
        const second = row('k', { nonce: 'n2', value: { second: true }, expiresAt: 5 });
        await index.put(second);
        expect(await index.get('p', 'k')).toEqual(second);
        expect(await keysOf(index, 'p')).toEqual(['k']);
      });

      it('keeps the later of two concurrent puts', async () => {
        await Promise.all([index.put(row('k')), index.put(row('k', { nonce: 'n2' }))]);
        expect((await index.get('p', 'k'))?.nonce).toBe('n2');
      });

      it('is the same again after a lost answer', async () => {
        const faults: Fault[] = ['unavailableAfter'];
        const faulty = createFaultyIndex(index, () => faults.shift() ?? 'none');
        await expect(faulty.put(row('k'))).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
        expect(await index.get('p', 'k')).toEqual(row('k'));
        await faulty.put(row('k'));
        expect(await keysOf(index, 'p')).toEqual(['k']);
      });

      it('keeps what the caller changes afterwards out of the row', async () => {
        const value = { refs: ['a'] };
        await index.put(row('k', { value }));
        value.refs.push('b');
        expect((await index.get('p', 'k'))?.value).toEqual({ refs: ['a'] });
      });
    });

    describe('deleteExact', () => {
      it('leaves another registration of the same key alone', async () => {
        await index.put(row('k', { nonce: 'n2' }));
        expect(await index.deleteExact(row('k'))).toBe(false);
        expect((await index.get('p', 'k'))?.nonce).toBe('n2');
      });

      it('says that there was nothing', async () => {
        expect(await index.deleteExact(row('k'))).toBe(false);
        await index.put(row('k'));
        expect(await index.deleteExact(row('k', { partition: 'q' }))).toBe(false);
      });

      it('removes the registration that was read, once', async () => {
        await index.put(row('k'));
        const twice = await Promise.all([index.deleteExact(row('k')), index.deleteExact(row('k'))]);
        expect(twice).toEqual([true, false]);
        expect(await index.get('p', 'k')).toBeNull();
        expect(await index.partitions()).toEqual([]);
      });
    });

    describe('query', () => {
      it.each([0, -1, 1.5, 1001])('refuses %d as a limit', async (limit) => {
        await expect(index.query('p', { limit })).rejects.toMatchObject({ code: 'LOG_ARGUMENT' });
        await expect(index.partitions(undefined, limit)).rejects.toMatchObject({ code: 'LOG_ARGUMENT' });
      });

      it('is empty for a partition without rows', async () => {
        await index.put(row('k'));
        expect(await index.query('pp')).toEqual({ rows: [], nextKey: null });
      });

      it('orders keys by their bytes', async () => {
        const keys = ['B', 'a', 'a/', 'aa', 'é', '\uffff', '😀'];
        for (const key of keys.toReversed()) await index.put(row(key));
        expect(await keysOf(index, 'p')).toEqual(keys);
        expect(await keysOf(index, 'p', { descending: true })).toEqual(keys.toReversed());
      });

      it('includes its first key and excludes its last', async () => {
        for (const key of ['a', 'b', 'c', 'd']) await index.put(row(key));
        expect(await keysOf(index, 'p', { from: 'b', to: 'd' })).toEqual(['b', 'c']);
        expect(await keysOf(index, 'p', { from: 'b', to: 'd', descending: true })).toEqual(['c', 'b']);
        expect(await keysOf(index, 'p', { from: 'c', to: 'b' })).toEqual([]);
        expect(await keysOf(index, 'p', { from: 'bb' })).toEqual(['c', 'd']);
      });

      it('has no next key on a full last page', async () => {
        for (const key of ['a', 'b']) await index.put(row(key));
        expect((await index.query('p', { limit: 2 })).nextKey).toBeNull();
        expect((await index.query('p', { limit: 1 })).nextKey).toBe('a');
        expect((await index.query('p', { limit: 1, descending: true })).nextKey).toBe('b');
      });

      it('shows a row that stands during the whole walk exactly once while others come and go', async () => {
        for (const key of ['b', 'd', 'f']) await index.put(row(key));
        const first = await index.query('p', { limit: 1 });
        await index.deleteExact(row('b'));
        for (const key of ['a', 'c']) await index.put(row(key));
        const rest = await walkKeys(index, 'p', { limit: 1, afterKey: first.nextKey! });
        expect(rest).toEqual(['c', 'd', 'f']);
      });
    });

    describe('clear and partitions', () => {
      it('lists partitions in order, by pages', async () => {
        for (const partition of ['q', 'p', '😀', '\uffff']) await index.put(row('k', { partition }));
        expect(await index.partitions()).toEqual(['p', 'q', '\uffff', '😀']);
        expect(await index.partitions(undefined, 2)).toEqual(['p', 'q']);
        expect(await index.partitions('q', 1)).toEqual(['\uffff']);
        expect(await index.partitions('😀')).toEqual([]);
      });

      it('removes every row, and takes new ones', async () => {
        for (const partition of ['q', 'p']) await index.put(row('k', { partition }));
        await index.clear();
        expect(await index.partitions()).toEqual([]);
        expect(await index.get('p', 'k')).toBeNull();
        await index.put(row('k'));
        expect(await index.partitions()).toEqual(['p']);
      });
    });

    it('does what a map does', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 80 }), async (operations) => {
          const fresh = await adapter.newIndex();
          try {
            const model = new Map<string, Row>();
            for (const each of operations) await doesTheSame(fresh.index, model, each);
          } finally {
            await fresh.close();
          }
        }),
        { numRuns: 60 },
      );
    });
  });
}

const key = fc.constantFrom('a', 'aa', 'b', 'b/1', 'é', '\uffff', '😀', 'z');
const partition = fc.constantFrom('p', 'q');
const nonce = fc.constantFrom('n1', 'n2');
const optionalKey = fc.option(key, { nil: undefined });

const operation = fc.oneof(
  fc.record({ do: fc.constant('put' as const), partition, key, nonce, value: fc.record({ n: fc.nat() }) }),
  fc.record({ do: fc.constant('delete' as const), partition, key, nonce }),
  fc.record({
    do: fc.constant('query' as const),
    partition,
    from: optionalKey,
    to: optionalKey,
    afterKey: optionalKey,
    descending: fc.boolean(),
    limit: fc.integer({ min: 1, max: 9 }),
  }),
);

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

async function doesTheSame(index: DroppableIndex, model: Map<string, Row>, each: Operation): Promise<void> {
  if (each.do === 'put') {
    const { do: _, ...fields } = each;
    model.set(`${each.partition} ${each.key}`, { ...fields, expiresAt: null });
    await index.put({ ...fields, expiresAt: null });
  } else if (each.do === 'delete') {
    const id = `${each.partition} ${each.key}`;
    const stands = model.get(id)?.nonce === each.nonce;
    if (stands) model.delete(id);
    expect(await index.deleteExact(each)).toBe(stands);
  } else {
    const { do: _, partition: name, from, to, afterKey, ...rest } = each;
    const range = { ...rest, ...(from && { from }), ...(to && { to }), ...(afterKey && { afterKey }) };
    expect(await index.query(name, range)).toEqual(expectedPage(model, each));
  }
}

function expectedPage(model: Map<string, Row>, query: Extract<Operation, { do: 'query' }>) {
  const { from, to, afterKey, descending, limit } = query;
  const rows = [...model.values()].filter((each) => each.partition === query.partition);
  rows.sort((a, b) => compareBytes(a.key, b.key) * (descending ? -1 : 1));
  const within = rows.filter(({ key: each }) => {
    if (from !== undefined && compareBytes(each, from) < 0) return false;
    if (to !== undefined && compareBytes(each, to) >= 0) return false;
    return afterKey === undefined || compareBytes(each, afterKey) * (descending ? -1 : 1) > 0;
  });
  const page = within.slice(0, limit);
  return { rows: page, nextKey: within.length > limit ? page.at(-1)!.key : null };
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
