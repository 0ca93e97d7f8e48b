import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Commit } from '../../lib/log/eventLog.ts';
import { openSqlite } from '../../lib/log/sqlite.ts';
import { canonicalJson } from '../../lib/model/canonicalJson.ts';
import type { Json } from '../../lib/model/json.ts';
import { allCommits, foldCommit, type Summary, summaryOf } from './fold.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const stored = (ending: string) => readdirSync(here).filter((name) => name.endsWith(ending));

const histories = stored('.jsonl.gz');
const databases = stored('-demo.db');

function readHistory(name: string): readonly Commit[] {
  const lines = gunzipSync(readFileSync(join(here, name)))
    .toString('utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Commit);
}

/** Where today's code comes to another state than the code that wrote the commit. */
function differences(commits: readonly Commit[]): readonly string[] {
  const states = new Map<string, Json>();
  return commits.flatMap((commit) => {
    const folded = foldCommit(states.get(commit.stream) ?? null, commit);
    states.set(commit.stream, folded);
    const carried = commit.state as Json;
    const same = carried === null || canonicalJson(carried) === canonicalJson(folded);
    return same ? [] : [`${commit.stream}@${commit.revision}: ${JSON.stringify(folded)}`];
  });
}

it('each release has left its history and its database', () => {
  expect(histories).toContain('0.1.0-demo.jsonl.gz');
  expect(databases).toContain('0.1.0-demo.db');
});

describe.each(histories)('the history %s', (name) => {
  it('folds to the states that its commits carry', () => {
    expect(differences(readHistory(name))).toEqual([]);
  });

  it('folds to the same last states as on the day it was recorded', () => {
    const summary = JSON.parse(readFileSync(join(here, name.replace('.jsonl.gz', '.json')), 'utf8')) as Summary;
    expect(summaryOf(readHistory(name))).toEqual(summary);
  });

  it('has every stream from its first commit on, without a gap', () => {
    const revisions = new Map<string, number>();
    for (const { stream, revision } of readHistory(name)) {
      expect(revision, stream).toBe((revisions.get(stream) ?? 0) + 1);
      revisions.set(stream, revision);
    }
  });
});

describe.each(databases)('the database %s', (name) => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landfall-history-'));
    path = join(folder, 'log.db');
    copyFileSync(join(here, name), path);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('opens whole, with commits that fold to what they carry, and takes new ones', async () => {
    const store = openSqlite(path);
    store.verify();
    const commits = await allCommits(store.log);
    expect(commits.length).toBeGreaterThan(100);
    expect(differences(commits)).toEqual([]);
    const { stream, revision, events, state } = (await store.log.head(commits.at(-1)!.stream))!;
    await store.log.append(stream, revision, { commitId: 'new', at: 0, events, state });
    expect((await store.log.head(stream))?.revision).toBe(revision + 1);
    await store.close();
  });

  it('has rows of all kinds of indexes', async () => {
    const store = openSqlite(path);
    const kinds = new Set((await store.index.partitions()).map((partition) => partition.split('/')[0]));
    expect([...kinds].sort()).toEqual(['due', 'list', 'waiter']);
    await store.close();
  });
});
