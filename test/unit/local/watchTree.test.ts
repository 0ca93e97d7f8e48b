import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchTree } from '../../../lib/local/watchTree.ts';

describe('watch of a folder and what is below it', () => {
  let root: string;
  let ending: AbortController;
  let changed: string[];
  let failed: Error[];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'landfall-watch-'));
    mkdirSync(join(root, 'jobs'));
    mkdirSync(join(root, 'data'));
    ending = new AbortController();
    changed = [];
    failed = [];
    watchTree(root, {
      enters: (folder) => basename(folder) !== 'data',
      changed: (path) => changed.push(path.slice(root.length + 1)),
      failed: (error) => failed.push(error),
      signal: ending.signal,
    });
  });

  afterEach(() => {
    ending.abort();
    rmSync(root, { recursive: true, force: true });
  });

  const write = (path: string) => writeFileSync(join(root, path), 'x');
  const sees = (path: string) => vi.waitFor(() => expect(changed).toContain(path), 5_000);

  it('says nothing of a folder that it does not enter', async () => {
    write('data/2014-03-17');
    write('jobs/clean.ts'); // Told after it, were both told.
    await sees('jobs/clean.ts');
    expect(changed).not.toContain('data/2014-03-17');
  });

  it('tells of a file in a folder that came later, and in one that took the place of another', async () => {
    mkdirSync(join(root, 'jobs', 'more'));
    await sees('jobs/more');
    write('jobs/more/a.ts');
    await sees('jobs/more/a.ts');
    rmSync(join(root, 'jobs'), { recursive: true });
    mkdirSync(join(root, 'jobs'));
    await vi.waitFor(() => {
      write('jobs/b.ts');
      expect(changed).toContain('jobs/b.ts');
    }, 5_000);
    expect(failed).toEqual([]);
  });

  it('tells nothing after its end', async () => {
    const other = new AbortController();
    const told: string[] = [];
    watchTree(root, { enters: () => true, changed: (path) => told.push(path), failed: () => {}, signal: other.signal });
    ending.abort();
    write('jobs/clean.ts');
    await vi.waitFor(() => expect(told).toContain(join(root, 'jobs', 'clean.ts')), 5_000);
    expect(changed).toEqual([]);
    other.abort();
  });
});
