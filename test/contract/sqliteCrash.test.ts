import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StreamId } from '../../lib/log/eventLog.ts';
import { openSqlite } from '../../lib/log/sqlite.ts';
import { newFolder, removeFolder } from './sqliteFolder.ts';

const child = fileURLToPath(new URL('./sqliteAppend.child.ts', import.meta.url));
const trials = 12;

let folder: string;
let path: string;
const running = new Set<ChildProcess>();

afterAll(() => {
  for (const each of running) each.kill('SIGKILL');
});

function useFolder(): void {
  folder = newFolder();
  path = `${folder}/log.db`;
}

/** Runs the appending child through a shell, so that a limit may stand before it. */
function start(name: string, commitsMax: string, limit = ''): ChildProcess {
  const script = `${limit} exec "$0" "$@"`;
  const args = ['-c', script, process.execPath, child, path, name, commitsMax];
  const started = spawn('/bin/sh', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(started);
  started.once('close', () => running.delete(started));
  return started;
}

/** What the child printed until its end; `onLine` sees the count of lines as they come. */
async function outputOf(started: ChildProcess, onLine: (count: number) => void = () => {}): Promise<string[]> {
  const parts: string[] = [];
  let lines = 0;
  started.stdout!.setEncoding('utf8').on('data', (part: string) => {
    parts.push(part);
    lines += part.split('\n').length - 1;
    onLine(lines);
  });
  await once(started, 'close');
  return parts.join('').split('\n').slice(0, -1);
}

function acknowledged(lines: readonly string[]): Map<StreamId, number> {
  const pairs = lines.map((line) => line.split(' ')).filter(([stream]) => stream!.startsWith('want/'));
  return new Map(pairs.map(([stream, revision]) => [stream as StreamId, Number(revision)]));
}

/** Everything acknowledged is there, nothing has a gap, and the feed shows it all once. */
async function expectWhole(expected: ReadonlyMap<StreamId, number>): Promise<void> {
  const store = openSqlite(path);
  store.verify();
  const counts = new Map<StreamId, number>();
  const gaps: string[] = [];
  for (let page = await store.log.list({}, undefined, 1000); ; page = await store.log.list({}, page.nextCursor, 1000)) {
    for (const { commit } of page.items) {
      if (commit.revision !== (counts.get(commit.stream) ?? 0) + 1) gaps.push(`${commit.stream}@${commit.revision}`);
      counts.set(commit.stream, commit.revision);
    }
    if (!page.more) break;
  }
  expect(gaps).toEqual([]);
  for (const [stream, revision] of expected) {
    expect(counts.get(stream) ?? 0).toBeGreaterThanOrEqual(revision);
    expect(await store.index.get(stream, `${revision - 1}`)).not.toBeNull();
  }
  await store.close();
}

describe('a killed writer', () => {
  const moments = fc.sample(fc.integer({ min: 0, max: 800 }), { numRuns: trials, seed: 20120131 });
  const expected = new Map<StreamId, number>();
  beforeAll(useFolder);
  afterAll(() => removeFolder(folder));

  it.each(moments.map((moment, trial) => [moment, trial]))(
    'loses nothing that was acknowledged, killed after %d answers (trial %d on one file)',
    async (moment, trial) => {
      const started = start(`t${trial}.`, 'Infinity');
      const lines = await outputOf(started, (count) => {
        if (count > moment) started.kill('SIGKILL');
      });
      expect(started.signalCode).toBe('SIGKILL');
      expect(lines.length).toBeGreaterThan(moment);
      for (const [stream, revision] of acknowledged(lines)) expected.set(stream, revision);
      await expectWhole(expected);
    },
  );
});

describe('a writer', () => {
  beforeEach(useFolder);
  afterEach(() => removeFolder(folder));

  it('loses nothing that was acknowledged when its disk refuses, and says what to do', async () => {
    const lines = await outputOf(start('a', 'Infinity', 'ulimit -f 600;'));
    expect(lines.at(-1)).toMatch(/^refused LOG_UNAVAILABLE the disk of \S+ (cannot be read or written|is full).*/);
    expect(acknowledged(lines).size).toBeGreaterThan(0);
    await expectWhole(acknowledged(lines));
  });

  it('makes the file once together with another one that finds none', async () => {
    const outputs = await Promise.all(['a', 'b'].map((name) => outputOf(start(name, '5'))));
    const expected = acknowledged(outputs.flat());
    expect([...expected.values()]).toEqual(Array(40).fill(5));
    await expectWhole(expected);
  });
});
