import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logPath, openRunLog, readLogPart, readWholeLog } from '../../../lib/local/runner/runLog.ts';

const limits = { logHeadBytes: 10, logTailBytes: 8 };

describe('the log of a run', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landfall-log-'));
    path = logPath(folder, { buildId: 'b', runId: 'run_1', attempt: 1, execution: 1 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('drops what cannot be written, and never throws', async () => {
    const log = openRunLog('/dev/full', limits);
    log.write(Buffer.from('lost'));
    expect(log.bytes).toBe(4);
    log.close();
  });

  it('takes nothing once it is closed', async () => {
    const log = openRunLog(path, limits);
    log.write(Buffer.from('kept'));
    log.close();
    log.write(Buffer.from('late'));
    expect((await readWholeLog(path)).toString()).toBe('kept');
  });

  it('is no file where nothing was printed', async () => {
    openRunLog(path, limits).close();
    expect(existsSync(path)).toBe(false);
    expect(await readWholeLog(path)).toHaveLength(0);
  });

  it('keeps its start and its end, and says how much is between', async () => {
    const log = openRunLog(path, limits);
    log.write(Buffer.from('0123456789abcdefghijklmnopqrst'));
    log.close();
    expect((await readWholeLog(path)).toString()).toBe(
      '0123456789\n[landfall: 12 bytes of output were dropped here]\nmnopqrst',
    );
    expect(await readLogPart(path, 12)).toMatchObject({ start: 22, next: 26 });
  });

  it('never takes more room than its limits, and keeps half of its end at least', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), async (sizes) => {
        await rm(join(folder, 'logs'), { recursive: true, force: true });
        const log = openRunLog(path, limits);
        let printed = '';
        for (const size of sizes) {
          const chunk = String.fromCharCode(97 + (size % 26)).repeat(size);
          printed += chunk;
          log.write(Buffer.from(chunk));
        }
        log.close();
        const kept = (await readWholeLog(path)).toString();
        expect(await sizeOf(join(folder, 'logs'))).toBeLessThanOrEqual(18);
        expect(kept.startsWith(printed.slice(0, 10))).toBe(true);
        expect(kept.endsWith(printed.slice(10).slice(-4))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name)));
  return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0);
}
