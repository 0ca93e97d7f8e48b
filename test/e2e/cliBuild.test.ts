import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { at, deep, partition, run, want } from '../unit/cli/views.ts';
import { type Ended, FakeService, runCli, startCli } from './fakeService.ts';

let service: FakeService;
beforeEach(async () => {
  service = await new FakeService().start();
});
afterEach(async () => {
  await service.stop();
});

/** The program in the graph's folder. */
const landfall = (...args: string[]): Promise<Ended> => runCli(args, { cwd: service.graphFolder });

/** Twelve lines, a line in each answer. */
function logFrom(byte: number) {
  const log = Array.from({ length: 12 }, (_, i) => `line ${i}\n`).join('');
  const text = log.slice(byte, log.indexOf('\n', byte) + 1);
  return { body: text, headers: { 'landfall-log-end': `${byte + text.length}`, 'landfall-log-ended': 'true' } };
}

describe('build', () => {
  const event = (type: string, fields: object) => ({
    eventId: type,
    type,
    at: at('12:00:00'),
    graph: 'g',
    position: 1,
    ...fields,
  });
  const open = want({ wantId: 'want_1', partitionRefs: ['a/1'] });

  /** A want that the feed's pages bring to its end. */
  function story(end: ReturnType<typeof want>, ...pages: readonly (readonly object[])[]) {
    const told = [...pages];
    service.answers = {
      'POST /plan': () => ({ body: { runs: [{ job: 'clean', outputs: ['a/1'] }], reasons: [], estimateSeconds: 2 } }),
      'POST /wants': () => ({ status: 201, body: open }),
      'GET /events': ({ query }) => {
        if (query.waitSeconds === undefined) return { body: { items: [], nextCursor: 'end' } };
        expect(query.since).toMatch(/^(end|next)$/);
        return { body: { items: told.shift() ?? [], nextCursor: 'next' } };
      },
      'GET /wants/want_1': () => ({ body: told.length === 0 ? end : open }),
      'GET /partitions/a/1': () => ({
        body: partition({ partitionRef: 'a/1', state: end.state === 'satisfied' ? 'live' : 'failed' }),
      }),
      'GET /runs/run_1': () => ({ body: run({ runId: 'run_1', state: 'failed' }) }),
      'GET /runs/run_1/log': ({ query }) => logFrom(Number(query.fromByte)),
    };
  }

  const satisfied = want({ ...open, state: 'satisfied', endedAt: at('12:00:01') });
  const started = event('RunStarted', { runId: 'run_1', partitionRefs: ['a/1'] });
  const live = event('PartitionLive', { partitionRef: 'a/1', runId: 'run_1' });
  const foreign = event('PartitionLive', { partitionRef: 'z/9' });
  const ended = event('WantSatisfied', { wantId: 'want_1', state: 'satisfied' });

  it('makes one want, follows it from before it was made, and shows where it ended', async () => {
    story(satisfied, [started, foreign], [live], [ended]);
    const { code, stdout, stderr } = await landfall('build', 'a/1');
    expect(stdout).toBe(`live      a/1  ${partition().instance?.instanceId}\n`);
    expect(stderr).toContain('1 run, about 2s.');
    expect(stderr).toMatch(/1 of 1 partition, 1 running\n$/);
    expect(code).toBe(0);
    expect(service.asked.map((one) => one.path).slice(0, 3)).toEqual(['/plan', '/events', '/wants']);
    expect(service.calls('POST /wants')).toHaveLength(1);
  });

  it('prints with --json the want, what concerns it, and the want as it ended', async () => {
    story(satisfied, [started, foreign], [live, ended]);
    const { code, stdout, stderr } = await landfall('build', 'a/1', '--json');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([open, started, live, ended, satisfied]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('ends with 1 after a failure, with its reason, the end of the log, and where to see more', async () => {
    const reasons = [{ ...deep({ kind: 'upstreamFailed', runId: 'run_1', text: 'run run_1 failed: boom' }) }];
    story(want({ ...open, state: 'failed', endedAt: at('12:00:01'), reasons }), [
      event('WantFailed', { wantId: 'want_1', state: 'failed' }),
    ]);
    const { code, stdout } = await landfall('build', 'a/1');
    expect(code).toBe(1);
    expect(stdout).toContain('want_1 failed:\n- run run_1 failed: boom\n');
    expect(stdout).not.toContain('line 1\n');
    expect(stdout).toContain('  line 2\n');
    expect(stdout).toMatch(/ {2}line 11\nSee more: landfall run log run_1\n$/);
  });

  it('asks for what is there to be made anew with --rebuild', async () => {
    story(satisfied, [ended]);
    await landfall('build', 'a/1', '--rebuild');
    const bodies = service.asked.flatMap((one) => (one.body === undefined ? [] : [one.body as { freshAfter: string }]));
    expect(bodies.map((body) => Math.abs(Date.parse(body.freshAfter) - Date.now()) < 60_000)).toEqual([true, true]);
  });

  it('sees the end of a want without its event', async () => {
    story(satisfied, [], []);
    expect((await landfall('build', 'a/1')).code).toBe(0);
  });

  it('leaves the want open when it is interrupted, and says so', async () => {
    story(open);
    const pause = Promise.withResolvers<never>();
    service.answers = {
      ...service.answers,
      'GET /events': ({ query }) =>
        query.waitSeconds === undefined ? { body: { items: [], nextCursor: 'end' } } : pause.promise,
    };
    const { child, ended: end } = startCli(['build', 'a/1'], { cwd: service.graphFolder });
    await vi.waitUntil(() => service.calls('GET /events').length === 2, { timeout: 20_000 });
    child.kill('SIGINT');
    const { code, stderr } = await end;
    expect(code).toBe(130);
    expect(stderr).toContain('want_1 stays open.\nTo end it too: landfall want cancel want_1\n');
    expect(service.calls('DELETE /wants/want_1')).toEqual([]);
  });
});
