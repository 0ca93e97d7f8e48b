import { describe, expect, it } from 'vitest';
import type { StoredEvent, StreamId } from '../../lib/log/eventLog.ts';
import { compileGraph } from '../../lib/model/compile.ts';
import type { Manifest, ManifestJob } from '../../lib/model/manifest.ts';
import { demandOrder, PoolRows } from './checkers/poolOrder.ts';
import { demandReplay } from './checkers/replay.ts';
import { demandEnd, demandRest } from './checkers/rest.ts';
import { Truth } from './checkers/truth.ts';
import type { Broken } from './world/broken.ts';
import type { Body } from './world/messages.ts';

const job: ManifestJob = {
  id: 'j',
  name: 'j',
  owner: null,
  outputs: ['out/a', 'out/b'],
  inputs: [{ pattern: 'in', mapping: { kind: 'same' } }],
  run: { kind: 'module', path: './j.ts' },
  pool: 'pool',
  weight: 2,
  timeoutSeconds: 60,
  heartbeatSeconds: null,
  retry: { attempts: 2, backoffSeconds: 1, maxBackoffSeconds: 1 },
  expectedSeconds: null,
  codeVersion: 'code',
};

const next: ManifestJob = {
  ...job,
  id: 'k',
  name: 'k',
  outputs: ['end'],
  inputs: job.outputs.map((pattern) => ({ pattern, mapping: { kind: 'same' } })),
};

const manifest: Manifest = {
  format: 1,
  name: 'sim',
  owner: null,
  partitions: [
    { pattern: 'in', external: true, owner: null, from: null },
    ...['out/a', 'out/b', 'end'].map((pattern) => ({ pattern, external: false, owner: null, from: null })),
  ],
  jobs: [job, next],
  pools: { pool: { capacity: 3, reservedForDeadlines: 1 } },
  upstreams: [],
  hash: 'manifest',
};

const moment = { kind: 'sweep' } as const;

/** A log that is written by hand. */
class History {
  readonly truth = new Truth(compileGraph(manifest));
  readonly #revisions = new Map<string, number>();
  #at = 1_000;

  /** @param since how many commits there were when whoever wrote it began. */
  write(stream: StreamId, events: readonly object[], cause: Body = moment, since = this.truth.seq): this {
    const revision = (this.#revisions.get(stream) ?? 0) + 1;
    this.#revisions.set(stream, revision);
    const seq = this.truth.seq + 1;
    const stored = events.map((event) => ({ v: 1, ...event })) as unknown as readonly StoredEvent[];
    const commit = { stream, revision, commitId: `commit ${seq}`, at: ++this.#at, events: stored, state: null };
    this.truth.apply({ commit, seq, startedSeq: since, cause });
    return this;
  }

  want(wantId: string, refs: readonly string[], more: object = {}): this {
    const fields = { wantId, partitionRefs: refs, ttlSeconds: 1, source: 'api', ...more };
    return this.write(`want/${wantId}`, [{ type: 'WantCreated', ...fields }]);
  }

  ended(type: string, wantId: string, refs: readonly string[], more: object = {}): this {
    return this.write(`want/${wantId}`, [{ type, wantId, partitionRefs: refs, source: 'api', ...more }]);
  }

  report(instanceId: string): this {
    return this.write('external/sim/in', [{ type: 'PartitionLive', graph: 'sim', partitionRef: 'in', instanceId }]);
  }

  taintInput(instanceId: string): this {
    return this.write('external/sim/in', [{ type: 'PartitionTainted', partitionRef: 'in', instanceId, reason: '' }]);
  }

  claim(runId: string, instanceId: string, since?: number): this {
    const claim = { runId, attempt: 1, job: 'j', outputs: job.outputs, wantIds: [], codeVersion: 'code', manifest: '' };
    const pins = [{ pattern: 'in', instances: { '': instanceId } }];
    return this.write('build/j', [{ type: 'RunQueued', ...claim, pins, pool: 'pool', weight: 2 }], moment, since);
  }

  grant(runId: string, more: object = {}): this {
    const granted = [{ buildId: 'j', runId, attempt: 1, weight: 2, hasDeadline: true, ...more }];
    return this.write('pool/pool', [{ type: 'PoolGranted', released: [], granted }]);
  }

  start(runId: string): this {
    return this.write('build/j', [{ type: 'RunStarted', runId, attempt: 1, execution: 1, timeoutAt: 9_000 }]);
  }

  end(runId: string, state: string, published: readonly string[], cause?: Body): this {
    const ended = { type: 'RunEnded', runId, attempt: 1, execution: 1, job: 'j', outputs: job.outputs, state };
    const live = published.map((partitionRef) => ({ type: 'PartitionLive', partitionRef, instanceId: runId, runId }));
    return this.write('build/j', [ended, ...live], cause);
  }

  running(): this {
    return this.want('w', ['out/a']).report('i1').claim('r1', 'i1').grant('r1').start('r1');
  }
}

const history = () => new History();
const wantEvent = (type: string, wantId: string) => ({
  type,
  wantId,
  partitionRefs: [],
  source: 'api',
  slaDeadline: 0,
});

/** What must never be written, and the promise that it breaks. */
const written: readonly [string, () => unknown][] = [
  ['a want is created once', () => history().want('w', ['out/a']).want('w', ['out/a'])],
  [
    'ended is final',
    () => history().want('w', ['out/a']).ended('WantCancelled', 'w', []).ended('WantCancelled', 'w', []),
  ],
  ['satisfied means there', () => history().want('w', ['out/a']).ended('WantSatisfied', 'w', ['out/a'])],
  ['a want expires after its TTL', () => history().want('w', ['out/a']).ended('WantExpired', 'w', ['out/a'])],
  [
    'expiry looks once more',
    () => history().report('i1').want('w', ['in'], { ttlSeconds: 0 }).ended('WantExpired', 'w', ['in']),
  ],
  [
    'told once',
    () => {
      const late = [wantEvent('SlaLate', 'w')];
      const one = history().want('w', ['out/a'], { slaSeconds: 0 });
      return one.write('want/w', late).write('want/w', late);
    },
  ],
  [
    'only a violation is told',
    () =>
      history()
        .want('w', ['out/a'], { slaSeconds: 0, dataTimestamp: 0 })
        .write('want/w', [wantEvent('SlaLate', 'w')]),
  ],
  [
    'one derived want per partition',
    () => history().want('d1', ['out/a'], { source: 'derived' }).want('d2', ['out/a'], { source: 'derived' }),
  ],
  ['a report counts once', () => history().report('i1').report('i1')],
  ['one run per build', () => history().running().claim('r2', 'i1')],
  ['nobody builds what nobody wants', () => history().report('i1').claim('r1', 'i1')],
  ['pins were live when pinned', () => history().want('w', ['out/a']).report('i1').report('i2').claim('r1', 'i1')],
  ['pins were live when pinned', () => history().want('w', ['out/a']).report('i1').taintInput('i1').claim('r1', 'i1')],
  ['a run starts after its grant', () => history().want('w', ['out/a']).report('i1').claim('r1', 'i1').start('r1')],
  ['a run goes from queued to running to ended', () => history().running().start('r1')],
  ['all outputs or none', () => history().running().end('r1', 'succeeded', ['out/a'])],
  ['all outputs or none', () => history().running().end('r1', 'failed', ['out/a', 'out/b'])],
  ['only what has not started is dropped', () => history().running().end('r1', 'dropped', [])],
  [
    'a late answer changes nothing',
    () => {
      const handle = { buildId: 'j', runId: 'r1', attempt: 1, execution: 2 };
      const outcome = { kind: 'failed', message: '', retryable: false } as const;
      return history().running().end('r1', 'failed', [], { kind: 'answer', handle, outcome });
    },
  ],
  ['a pool is never over its capacity', () => history().grant('r1', { weight: 4 })],
  ['the reserved share is kept for deadlines', () => history().grant('r1', { weight: 3, hasDeadline: false })],
  [
    'a run keeps its share until it ends',
    () => {
      const released = [{ buildId: 'j', runId: 'r1', attempt: 1, weight: 2, hasDeadline: true }];
      return history()
        .running()
        .write('pool/pool', [{ type: 'PoolGranted', released, granted: [] }]);
    },
  ],
  [
    'only descendants are tainted',
    () => {
      const because = { type: 'PartitionTainted', partitionRef: 'out/a', instanceId: 'r1', reason: '', because: 'in' };
      return history().running().end('r1', 'succeeded', job.outputs).write('build/j', [because]);
    },
  ],
];

/** What must not be so at rest. */
const atRest: readonly [string, () => History][] = [
  ['what is there satisfies', () => history().want('w', ['in']).report('i1')],
  ['no wake-up is lost', () => history().want('w', ['out/a']).report('i1')],
  ['missing inputs are wanted', () => history().want('w', ['end'])],
  ['a failure fails its wants', () => history().running().end('r1', 'failed', [])],
  ['nobody builds what nobody wants', () => history().want('d', ['out/a'], { source: 'derived' })],
  [
    'nobody builds what nobody wants',
    () => history().want('w', ['out/a']).report('i1').claim('r1', 'i1').ended('WantCancelled', 'w', []),
  ],
  ['a pool never rests with room', () => history().want('w', ['out/a']).report('i1').claim('r1', 'i1')],
  ['taint reaches all descendants', () => history().running().taintInput('i1')],
  [
    'taint reaches all descendants',
    () =>
      history().running().end('r1', 'succeeded', job.outputs).ended('WantSatisfied', 'w', ['out/a']).taintInput('i1'),
  ],
];

function promiseBrokenBy(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return (error as Broken).promise;
  }
}

describe('checkers', () => {
  it.each(written)('refuse a commit: %s', (promise, write) => {
    expect(promiseBrokenBy(write)).toBe(promise);
  });

  it.each(atRest)('refuse a rest: %s', (promise, write) => {
    const { truth } = write();
    expect(promiseBrokenBy(() => demandRest(truth))).toBe(promise);
  });

  it('accept a want that is built', () => {
    const { truth } = history().running().end('r1', 'succeeded', job.outputs).ended('WantSatisfied', 'w', ['out/a']);
    demandRest(truth);
    demandEnd(truth);
  });

  it('refuse an end at which something is open', () => {
    expect(promiseBrokenBy(() => demandEnd(history().want('w', ['out/a']).truth))).toBe('every wait has an end');
    const run = history().running().ended('WantCancelled', 'w', ['out/a']);
    expect(promiseBrokenBy(() => demandEnd(run.truth))).toBe('every wait has an end');
  });

  it('refuse a state that the events do not give', () => {
    const { truth } = history().want('w', ['out/a']);
    demandReplay(truth);
    const [entry] = truth.entries;
    const commit = { ...entry!.commit, state: { stateVersion: 1, status: 'failed' } };
    truth.entries.splice(0, 1, { ...entry!, commit });
    expect(promiseBrokenBy(() => demandReplay(truth))).toBe('the log is the truth');
  });

  it('refuse a grant past a run that waits', () => {
    const { truth } = history().want('w', ['out/a']).report('i1').claim('r1', 'i1');
    const rows = new PoolRows();
    const row = { partition: 'pool/pool', nonce: 'n', expiresAt: null };
    rows.put({ ...row, key: '1', value: { buildId: 'j', runId: 'r1', attempt: 1 } }, 1);
    rows.put({ ...row, key: '2', value: { buildId: 'k', runId: 'r2', attempt: 1 } }, 1);
    const granted = [{ buildId: 'k', runId: 'r2', attempt: 1, weight: 1, hasDeadline: true }];
    const events = [{ type: 'PoolGranted', v: 1, released: [], granted }] as unknown as readonly StoredEvent[];
    const commit = { stream: 'pool/pool', revision: 1, commitId: 'c', at: 1, events, state: null } as const;
    const entry = { commit, seq: 9, startedSeq: 8, cause: moment };
    expect(promiseBrokenBy(() => demandOrder(truth, rows, entry, 5))).toBe('nothing overtakes');
    expect(promiseBrokenBy(() => demandOrder(truth, rows, entry, 1))).toBeNull();
  });
});
