import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { defineJob, isJob } from '../../../lib/job/defineJob.ts';
import { executeJob } from '../../../lib/job/execute.ts';
import { RetryableError, type Run } from '../../../lib/job/index.ts';
import type { RunTicket } from '../../../lib/job/run.ts';
import { memoryPlaces } from './memoryPlaces.ts';

const place = (name: string) => ({ partitionRef: name, keys: {}, location: `/${name}` });
const ticket: RunTicket = {
  runId: 'run_1',
  job: 'clean',
  attempt: 1,
  keys: { month: '2012-01' },
  deadline: Date.UTC(2030, 0),
  outputs: [place('out/1')],
  inputs: [{ ...place('in/1'), instanceId: 'run_0' }],
};

describe('a job', () => {
  let files: Map<string, string>;
  let said: (string | number)[];
  let abort: AbortController;

  beforeEach(() => {
    files = new Map([['/in/1', '{"a":1}\n']]);
    said = [];
    abort = new AbortController();
  });

  const execute = (job: (run: Run) => Promise<unknown>) =>
    executeJob(
      defineJob(async (run) => (await job(run)) as object),
      ticket,
      {
        places: memoryPlaces(files),
        channel: { progress: (value) => void said.push(value), log: (text) => void said.push(text) },
        signal: abort.signal,
        placeOf: () => null,
      },
    );
  const failing = (message: unknown, retryable = false) => ({ kind: 'failed', message, retryable });
  const write = (run: Run) => run.write(run.outputs[0], 'x');

  it('fails when it reads what is no input', async () => {
    const outcome = await execute(async (run) => run.read('in/2').text());
    expect(outcome).toEqual(failing(expect.stringContaining('in/2 is not an input of this run')));
  });

  it('fails when its metadata is no small JSON object', async () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    for (const metadata of [7, [1], loop, { big: 1n }, { text: 'x'.repeat(4096) }, new Date(0)]) {
      const outcome = await execute(async (run) => {
        if (!files.has('/out/1')) await write(run);
        return metadata;
      });
      expect(outcome).toEqual(failing(expect.stringMatching(/^The run is not complete: metadata/)));
    }
  });

  it('fails for a write that failed although the failure was caught', async () => {
    const outcome = await execute(async (run) => {
      await run.write('out/1', [{ a: 1n }]).catch(() => undefined);
    });
    expect(outcome).toEqual(failing(expect.stringMatching(/out\/1 was not written: row 1 cannot be written as JSON/)));
  });

  it('fails with the reason that its rows failed with', async () => {
    const outcome = await execute(async (run) => {
      await run.write('out/1', {
        async *[Symbol.asyncIterator]() {
          yield { a: 1 };
          throw new RetryableError('source is down');
        },
      });
    });
    expect(outcome).toEqual(failing('The job threw source is down', true));
    expect(files.has('/out/1')).toBe(false);
  });

  it('fails when it throws what is no error', async () => {
    const outcome = await execute(async () => {
      throw { code: 7 };
    });
    expect(outcome).toEqual(failing('The job threw { code: 7 }'));
  });

  it('keeps a reason within bounds', async () => {
    const outcome = await execute(async () => {
      throw new Error('x'.repeat(10_000));
    });
    expect(outcome).toEqual(failing(expect.stringMatching(/^.{2000}$/)));
  });

  it('knows a retryable error of another copy of this package', async () => {
    const outcome = await execute(async () => {
      throw Object.assign(new Error('later'), { [Symbol.for('landfall.RetryableError')]: true });
    });
    expect(outcome).toEqual(failing('The job threw later', true));
  });

  it('has missed inputs also when it catches that', async () => {
    const outcome = await execute(async (run) => {
      try {
        run.missing(['a/1', 'a/1']);
      } catch (error) {
        throw new Error('wrapped', { cause: error });
      }
    });
    expect(outcome).toEqual({ kind: 'missing', partitionRefs: ['a/1'] });
  });

  it('cannot write when it is over', async () => {
    let late: Promise<void> | undefined;
    await execute(async (run) => {
      void turn().then(() => {
        late = write(run);
      });
    });
    await turn();
    await turn();
    await expect(late).rejects.toThrow(/run run_1 is over/);
    expect(files.has('/out/1')).toBe(false);
  });

  it('stops writing when it is cancelled', async () => {
    const outcome = await execute(async (run) => {
      abort.abort();
      await write(run);
    });
    expect(outcome).toMatchObject({ kind: 'failed' });
  });

  it('may return before its writes are done', async () => {
    const outcome = await execute(async (run) => {
      void write(run);
    });
    expect(outcome).toMatchObject({ kind: 'succeeded', outputs: [{ bytes: 1, rows: null }] });
  });

  it('sees its run', async () => {
    const outcome = await execute(async (run) => {
      run.progress(7);
      run.progress(Number.NaN);
      run.log('%d days', 31);
      const rows: unknown[] = [];
      for await (const row of run.read(run.inputs[0]!).rows()) rows.push(row);
      await run.write('out/1', rows as object[]);
      return { deadline: run.deadline, text: await run.read('in/1').text(), keys: run.keys };
    });
    expect(said).toEqual([1, 0, '31 days\n']);
    expect(outcome).toEqual({
      kind: 'succeeded',
      outputs: [{ partitionRef: 'out/1', location: '/out/1', rows: 1, bytes: 8 }],
      metadata: { deadline: '2030-01-01T00:00:00.000Z', text: '{"a":1}\n', keys: { month: '2012-01' } },
    });
  });

  it('is known by a brand', () => {
    expect(isJob(defineJob(async () => undefined))).toBe(true);
    expect(isJob(async () => undefined)).toBe(false);
  });
});
