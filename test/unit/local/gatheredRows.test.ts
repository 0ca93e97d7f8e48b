import { beforeEach, describe, expect, it } from 'vitest';
import { GatheredRows } from '../../../lib/local/gatheredRows.ts';
import { createMemoryIndex } from '../../../lib/log/memoryIndex.ts';
import type { DroppableIndex, Row } from '../../../lib/log/rowIndex.ts';

const row = (key: string, nonce = 'n', size = 1): Row => ({
  partition: 'list',
  key,
  nonce,
  value: { size },
  expiresAt: null,
});

describe('gathered rows', () => {
  let index: DroppableIndex;
  let puts: string[];
  let rows: GatheredRows;
  const stored = async () => (await index.query('list')).rows;

  beforeEach(() => {
    index = createMemoryIndex();
    puts = [];
    const watched: DroppableIndex = {
      ...index,
      put(one) {
        puts.push(one.key);
        return index.put(one);
      },
    };
    rows = new GatheredRows(watched);
  });

  it('do not remove another registration, gathered or stored', async () => {
    await index.put(row('stored'));
    await rows.put(row('gathered'));
    expect(await rows.deleteExact(row('stored', 'other'))).toBe(false);
    expect(await rows.deleteExact(row('gathered', 'other'))).toBe(false);
    expect(await rows.deleteExact(row('absent'))).toBe(false);
    await rows.flush();
    expect(await stored()).toEqual([row('gathered'), row('stored')]);
  });

  it('are written once, as they were put last', async () => {
    await rows.put(row('a', 'n', 1));
    await rows.put(row('a', 'm', 2));
    expect(await rows.get('list', 'a')).toEqual(row('a', 'm', 2));
    await rows.flush();
    expect(await stored()).toEqual([row('a', 'm', 2)]);
    expect(puts).toEqual(['a']);
  });

  it('are not written where they were removed before', async () => {
    await rows.put(row('a'));
    expect(await rows.deleteExact(row('a'))).toBe(true);
    expect(await rows.get('list', 'a')).toBeNull();
    expect(await rows.deleteExact(row('a'))).toBe(false);
    await rows.flush();
    expect(puts).toEqual([]);
  });

  it('remove what is stored, also where it was put anew since', async () => {
    await index.put(row('a'));
    await index.put(row('b'));
    await rows.put(row('b', 'again'));
    expect(await rows.deleteExact(row('a'))).toBe(true);
    expect(await rows.deleteExact(row('b', 'again'))).toBe(true);
    expect(await rows.deleteExact(row('b'))).toBe(false);
    expect((await stored()).length).toBe(2);
    await rows.flush();
    expect(await stored()).toEqual([]);
  });
});
