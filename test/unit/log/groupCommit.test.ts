import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GroupCommit } from '../../../lib/log/groupCommit.ts';

describe('a group commit', () => {
  let db: DatabaseSync;
  let groups: number;
  let commits: GroupCommit;

  beforeEach(() => {
    db = new DatabaseSync(':memory:');
    groups = 0;
    commits = new GroupCommit(db, 'memory', () => {
      groups += 1;
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    commits.close();
    db.close();
  });

  it('refuses what comes after it was closed, patient or not', async () => {
    commits.close();
    await expect(commits.submit(() => 1)).rejects.toThrow('closed');
    await expect(commits.submitPatiently(() => 1)).rejects.toThrow('closed');
  });

  it('takes a patient write along with one that is waited for, in their order', async () => {
    const order: string[] = [];
    const patient = commits.submitPatiently(() => order.push('patient'));
    const prompt = commits.submit(() => order.push('prompt'));
    await Promise.all([patient, prompt]);
    expect(order).toEqual(['patient', 'prompt']);
    expect(groups).toBe(1);
  });

  it('gathers patient writes of several turns into one group of their own', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const first = commits.submitPatiently(() => 1);
    await new Promise((resolve) => setImmediate(resolve));
    const second = commits.submitPatiently(() => 2);
    expect(groups).toBe(0);
    vi.runAllTimers();
    expect(await Promise.all([first, second])).toEqual([1, 2]);
    expect(groups).toBe(1);
  });

  it('writes what waits patiently when it is closed', async () => {
    const answer = commits.submitPatiently(() => 'written');
    commits.close();
    expect(await answer).toBe('written');
  });
});
