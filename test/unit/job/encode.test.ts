import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { encode } from '../../../lib/job/encode.ts';
import type { WriteData } from '../../../lib/job/types.ts';

async function encoded(data: WriteData): Promise<{ text: string; rows: number | null; batches: number }> {
  const parts: Uint8Array[] = [];
  let rows: number | null = null;
  for await (const batch of encode(data)) {
    parts.push(batch.bytes);
    if (batch.rows !== null) rows = (rows ?? 0) + batch.rows;
  }
  return { text: Buffer.concat(parts).toString(), rows, batches: parts.length };
}

describe('what a job writes', () => {
  it.each<[unknown, RegExp]>([
    [{ a: 1 }, /not a single object; wrap one row in a list/],
    [null, /not null/],
    [[1], /row 1 is a number/],
    [[{ a: 1 }, 'text'], /item 2 is of the other kind/],
    [['text', { a: 1 }], /item 2 is of the other kind/],
    [[{ a: 1 }, { a: 1n }], /row 2 cannot be written as JSON/],
  ])('is refused where it is neither rows nor bytes: %o', async (data, message) => {
    await expect(encoded(data as WriteData)).rejects.toThrow(message);
  });

  it('is text or bytes as they are', async () => {
    expect(await encoded('täglich')).toMatchObject({ text: 'täglich', rows: null });
    expect(await encoded(Buffer.from('x'))).toMatchObject({ text: 'x', rows: null });
    expect(await encoded(['a', Buffer.from('b'), 'ç'])).toMatchObject({ text: 'abç', rows: null });
    expect(await encoded(Readable.from(['a', 'b']))).toMatchObject({ text: 'ab', rows: null });
    expect(await encoded(new Blob(['web']).stream())).toMatchObject({ text: 'web', rows: null });
  });

  it('is a line of JSON for each row', async () => {
    expect(await encoded([{ a: 1 }, [2]])).toMatchObject({ text: '{"a":1}\n[2]\n', rows: 2 });
    expect(await encoded([])).toMatchObject({ text: '', rows: null });
  });

  it('is pulled no faster than it is taken', async () => {
    let made = 0;
    const rows = (function* () {
      for (;;) yield { number: ++made, pad: 'x'.repeat(1_000) };
    })();
    const batches = encode(rows)[Symbol.asyncIterator]();
    await batches.next();
    expect(made).toBeLessThan(300);
    await batches.return(undefined);
  });
});
