import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunHandle, Runner, RunOutcome, RunReports, RunRequest } from '../../lib/engine/ports.ts';

/** What the job of a request does. Each adapter brings a job for each; all take their time from the real clock. */
export type Behaviour =
  /** Writes `content of <ref>` to every output, with the metadata `{ rows: 1 }`. */
  | 'writes'
  | 'writesNothing'
  /** Also writes, or says that it wrote, `elsewhere/1`. */
  | 'writesAnother'
  | 'writesTwice'
  /** Writes everything, then fails for good with the message `no luck`. */
  | 'fails'
  /** Fails with the message `try later`, and asks for another try. */
  | 'failsForNow'
  /** Ends its own process with code 3. */
  | 'quits'
  /** Names `other/1` and `other/2`. */
  | 'isMissing'
  | 'namesNothingMissing'
  /** Writes everything, with metadata of more than 4,096 bytes. */
  | 'boasts'
  /** Never ends, and says nothing. */
  | 'hangs'
  /** Never ends, and does not listen when asked to. */
  | 'isDeaf'
  /** Tells of its progress ten times a second, for two and a half; then as `writes`. */
  | 'beats';

export interface OpenRunner {
  readonly runner: Runner;
  /** A request for a job that does so, with two outputs at places of their own. */
  request(behaviour: Behaviour, given?: Partial<RunRequest>): RunRequest;
  /** What is at a location; `null`: nothing. */
  contentAt(location: string): Promise<string | null>;
  close(): Promise<void>;
}

export interface RunnerAdapter {
  readonly name: string;
  newRunner(reports: RunReports): Promise<OpenRunner>;
}

/** Takes reports, and lets a test wait for them. */
class Ends implements RunReports {
  readonly all: { readonly handle: RunHandle; readonly outcome: RunOutcome }[] = [];
  refusals = 0;

  async ended(handle: RunHandle, outcome: RunOutcome): Promise<void> {
    this.refusals -= 1;
    if (this.refusals >= 0) throw new Error('the log is not reachable');
    this.all.push({ handle, outcome });
  }

  of({ runId, attempt, execution }: RunHandle): RunOutcome[] {
    const isIt = ({ handle }: { handle: RunHandle }) =>
      handle.runId === runId && handle.attempt === attempt && handle.execution === execution;
    return this.all.filter(isIt).map(({ outcome }) => outcome);
  }

  async next(handle: RunHandle): Promise<RunOutcome> {
    return await vi.waitUntil(() => this.of(handle)[0], { timeout: 10_000, interval: 10 });
  }
}

/** What every runner does, whatever it runs jobs on. */
export function runnerContract({ name, newRunner }: RunnerAdapter): void {
  describe(`${name} runner`, () => {
    let ends: Ends;
    let open: OpenRunner;

    beforeAll(async () => {
      open = await newRunner({ ended: (handle, outcome) => ends.ended(handle, outcome) });
    });
    beforeEach(() => {
      ends = new Ends();
    });
    afterAll(async () => {
      await open.close();
    });

    const outcomeOf = async (behaviour: Behaviour, given: Partial<RunRequest> = {}): Promise<RunOutcome> => {
      const request = open.request(behaviour, given);
      await open.runner.start(request);
      return await ends.next(request);
    };
    const contents = (request: RunRequest) =>
      Promise.all(request.outputs.map((output) => open.contentAt(output.location)));
    const inOneSecond = () => Date.now() + 1_000;

    describe('refuses as final', () => {
      it.each<[Behaviour, RegExp]>([
        ['writesNothing', /made\/1.* not written/],
        ['writesAnother', /elsewhere\/1/],
        ['writesTwice', /made\/1.* twice/],
        ['fails', /no luck/],
        ['quits', /code 3/],
        ['namesNothingMissing', /at least one ref/],
        ['boasts', /4096/],
      ])('a job that %s, and says so', async (behaviour, message) => {
        const outcome = await outcomeOf(behaviour);
        expect(outcome).toEqual({ kind: 'failed', retryable: false, message: expect.stringMatching(message) });
      });
    });

    it('lets a job ask for another try', async () => {
      const outcome = await outcomeOf('failsForNow');
      expect(outcome).toEqual({ kind: 'failed', retryable: true, message: expect.stringContaining('try later') });
    });

    it('leaves nothing at the locations of an execution that failed', async () => {
      const request = open.request('fails');
      await open.runner.start(request);
      await ends.next(request);
      expect(await contents(request)).toEqual([null, null]);
    });

    it('times a run out at its deadline', async () => {
      const outcome = await outcomeOf('hangs', { deadline: inOneSecond() });
      expect(outcome).toMatchObject({ kind: 'timedOut', limit: 'duration' });
    });

    it('times out a run that does not listen', async () => {
      const outcome = await outcomeOf('isDeaf', { deadline: inOneSecond() });
      expect(outcome).toMatchObject({ kind: 'timedOut', limit: 'duration' });
    });

    it('times a run out that gives no sign of life, and not one that does', async () => {
      const [silent, alive] = await Promise.all([
        outcomeOf('hangs', { heartbeatSeconds: 2 }),
        outcomeOf('beats', { heartbeatSeconds: 2 }),
      ]);
      expect(silent).toMatchObject({ kind: 'timedOut', limit: 'heartbeat' });
      expect(alive).toMatchObject({ kind: 'succeeded' });
    });

    it('reports nothing of a run that was stopped', async () => {
      const stopped = open.request('hangs');
      await open.runner.start(stopped);
      await open.runner.stop(stopped);
      await outcomeOf('writes');
      expect(ends.of(stopped)).toEqual([]);
    });

    it('takes it for done to stop a run that is unknown, or over', async () => {
      const request = open.request('writes');
      await open.runner.stop(request);
      await open.runner.start(request);
      await ends.next(request);
      await open.runner.stop(request);
      expect(ends.of(request)).toHaveLength(1);
    });

    it('does not start an execution that is under way again', async () => {
      const request = open.request('hangs', { deadline: inOneSecond() });
      await open.runner.start(request);
      await Promise.all([open.runner.start(request), open.runner.start(request)]);
      await ends.next(request);
      await outcomeOf('writes');
      expect(ends.of(request)).toHaveLength(1);
    });

    it('tells where everything was written, and the metadata', async () => {
      const request = open.request('writes');
      await open.runner.start(request);
      const outputs = request.outputs.map(({ partitionRef, location }) =>
        expect.objectContaining({ partitionRef, location }),
      );
      expect(await ends.next(request)).toEqual({ kind: 'succeeded', outputs, metadata: { rows: 1 } });
      expect(await contents(request)).toEqual(['content of made/1', 'content of made/2']);
    });

    it('takes missing inputs for no failure', async () => {
      expect(await outcomeOf('isMissing')).toEqual({ kind: 'missing', partitionRefs: ['other/1', 'other/2'] });
    });

    it('runs executions side by side, each with its own end', async () => {
      const first = open.request('hangs');
      const second = open.request('writes', { runId: first.runId, execution: 2 });
      await open.runner.start(first);
      await open.runner.start(second);
      expect(await ends.next(second)).toMatchObject({ kind: 'succeeded' });
      expect(ends.of(first)).toEqual([]);
      await open.runner.stop(first);
    });

    it('reports an end until it is taken', async () => {
      ends.refusals = 2;
      expect(await outcomeOf('writes')).toMatchObject({ kind: 'succeeded' });
      expect(ends.all).toHaveLength(1);
    });
  });
}
