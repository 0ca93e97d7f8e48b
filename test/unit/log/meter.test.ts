import { describe, expect, it } from 'vitest';
import type { NewCommit } from '../../../lib/log/eventLog.ts';
import { createMemoryIndex } from '../../../lib/log/memoryIndex.ts';
import { createMemoryLog } from '../../../lib/log/memoryLog.ts';
import { createMeter } from '../../../lib/log/meter.ts';
import { storedBytes } from '../../../lib/log/stored.ts';

function newMeter() {
  return createMeter(createMemoryLog(), createMemoryIndex());
}

function commitOf(bytes: number): NewCommit {
  const empty = { commitId: 'c', at: 1, events: [{ type: 'Happened', v: 1 }], state: { pad: '' } };
  return { ...empty, state: { pad: 'x'.repeat(bytes - storedBytes('want/a', empty)) } };
}

describe('the meter', () => {
  it.each([
    [1023, 1],
    [1024, 1],
    [1025, 2],
    [2049, 3],
  ])('counts an append of %d bytes as %d', async (bytes, units) => {
    const meter = newMeter();
    await meter.log.append('want/a', 0, commitOf(bytes));
    expect(meter.units()).toEqual({ appends: units, rows: 0, sequencer: 0.01, total: units + 0.01 });
  });

  it('counts a refused append, which the feed never sees', async () => {
    const meter = newMeter();
    await expect(meter.log.append('want/a', 3, commitOf(100))).rejects.toMatchObject({ code: 'REVISION_CONFLICT' });
    expect(meter.units()).toEqual({ appends: 1, rows: 0, sequencer: 0, total: 1 });
  });

  it('counts a repeated append twice, and its commit once', async () => {
    const meter = newMeter();
    for (let n = 0; n < 2; n++) await meter.log.append('want/a', 0, commitOf(100));
    expect(meter.units()).toMatchObject({ appends: 2, sequencer: 0.01 });
  });

  it('counts rows put and deleted, and no reads', async () => {
    const meter = newMeter();
    const row = { partition: 'p', key: 'k', nonce: 'n', value: {}, expiresAt: null };
    await meter.index.put({ ...row, value: { pad: 'x'.repeat(1024) } });
    await meter.index.deleteExact(row);
    await meter.index.deleteExact(row);
    await meter.index.query('p');
    await meter.log.head('want/a');
    expect(meter.units()).toEqual({ appends: 0, rows: 4, sequencer: 0, total: 4 });
  });
});
