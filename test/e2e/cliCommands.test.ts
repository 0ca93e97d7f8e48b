import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { at, deep, run, want } from '../unit/cli/views.ts';
import { type Ended, FakeService, problem, runCli, startCli } from './fakeService.ts';

let service: FakeService;
beforeEach(async () => {
  service = await new FakeService().start();
});
afterEach(async () => {
  await service.stop();
});

/** The program in the graph's folder. */
const landfall = (...args: string[]): Promise<Ended> => runCli(args, { cwd: service.graphFolder });
const page = (...items: readonly unknown[]) => ({ body: { items, nextCursor: null } });

describe('a want', () => {
  it('is sent with every field in the API’s units', async () => {
    service.answers = { 'POST /wants': () => ({ status: 201, body: want() }) };
    const options = ['--sla', '1h30m', '--ttl', '2d', '--data-timestamp', '2014-05-17', '--comment', 'for --json'];
    const more = ['--depends', 'g:a/1', '--depends', 'g:a/2', '--fresh-after', '2014-05-17T06:00:00+02:00'];
    const { code, stdout } = await landfall(
      'want',
      'create',
      'a/1',
      'a/2',
      ...options,
      ...more,
      '--idempotency-key',
      'k',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(want());
    expect(service.asked[0]?.headers['idempotency-key']).toBe('k');
    expect(service.asked[0]?.body).toEqual({
      partitionRefs: ['a/1', 'a/2'],
      slaSeconds: 5_400,
      ttlSeconds: 172_800,
      dataTimestamp: '2014-05-17T00:00:00.000Z',
      externalDependencies: [
        { graph: 'g', partitionRef: 'a/1' },
        { graph: 'g', partitionRef: 'a/2' },
      ],
      freshAfter: '2014-05-17T04:00:00.000Z',
      comment: 'for --json',
      source: 'cli',
    });
  });

  it('is shown by its id, or by a partition with the other wants for it', async () => {
    const older = want({ wantId: 'want_2', state: 'expired' });
    service.answers = { 'GET /wants': () => page(want(), older), 'GET /wants/want_2': () => ({ body: older }) };
    const byRef = await landfall('want', 'status', 'weather/yearly/2014');
    expect(byRef.stdout).toMatch(
      /^want +want_01KAG7Z3M0ABCDEFGHJKMNPQRS\n[\s\S]*other wants for it:\n[\s\S]*want_2 +expired/,
    );
    expect(service.asked[0]?.query).toEqual({ partition: 'weather/yearly/2014', limit: '50' });
    expect((await landfall('want', 'status', 'want_2')).stdout).toMatch(/^want +want_2\nstate +expired\n/);
  });

  it('that nobody made is not found', async () => {
    service.answers = { 'GET /wants': () => page() };
    const { code, stderr } = await landfall('want', 'status', 'weather/yearly/2014');
    expect(code).toBe(3);
    expect(stderr).toContain('Nobody has wanted weather/yearly/2014');
  });

  it('is cancelled', async () => {
    service.answers = { 'DELETE /wants/want_1': () => ({ body: want({ wantId: 'want_1', state: 'cancelled' }) }) };
    expect(await landfall('want', 'cancel', 'want_1')).toEqual({ code: 0, stdout: 'want_1 cancelled\n', stderr: '' });
  });
});

describe('a list', () => {
  const three = (cursor: string | undefined) => {
    const at = Number(cursor ?? 0);
    return { body: { items: [run({ runId: `run_${at}` })], nextCursor: at === 2 ? null : `${at + 1}` } };
  };

  it('says that there is more, and reads all of it with --all', async () => {
    service.answers = { 'GET /runs': ({ query }) => three(query.cursor) };
    const first = await landfall('run', 'list', '--limit', '1', '--state', 'failed,timedOut', '--job', 'clean');
    expect(first.stderr).toBe('These are the first 1; --all shows all.\n');
    expect(service.asked[0]?.query).toMatchObject({ job: 'clean', limit: '1' });
    const all = await landfall('run', 'list', '--all', '--json');
    const { items, nextCursor } = JSON.parse(all.stdout);
    expect(items.map((one: { runId: string }) => one.runId)).toEqual(['run_0', 'run_1', 'run_2']);
    expect(nextCursor).toBeNull();
  });

  it('has no colour where there is no terminal, unless it is forced', async () => {
    service.answers = { 'GET /runs': () => page(run({ state: 'failed' })) };
    expect((await landfall('run', 'list')).stdout).not.toContain('\u001b');
    const forced = { cwd: service.graphFolder, env: { FORCE_COLOR: '1' } };
    expect((await runCli(['run', 'list'], forced)).stdout).toContain('\u001b[31mfailed');
    expect((await runCli(['run', 'list', '--no-color'], forced)).stdout).not.toContain('\u001b');
  });

  it('ends quietly when its reader goes away', async () => {
    const items = Array.from({ length: 20_000 }, () => run());
    service.answers = { 'GET /runs': () => page(...items) };
    const { child, ended } = startCli(['run', 'list', '--json'], { cwd: service.graphFolder });
    child.stdout.destroy();
    expect(await ended).toMatchObject({ code: 141, stderr: '' });
  });
});

describe('explanations', () => {
  it('are asked for by ref or want id', async () => {
    const reasons = [deep({ text: 'it waits' })];
    const answer = () => ({ body: { reasons } });
    service.answers = { 'GET /why/a/1': answer, 'GET /wants/want_1/why': answer };
    expect((await landfall('why', 'a/1')).stdout).toContain('└─ it waits');
    expect(JSON.parse((await landfall('why', 'want_1', '--json')).stdout)).toEqual({ reasons });
  });

  it('plan without writing', async () => {
    const plan = { runs: [{ job: 'clean', outputs: ['a/1'] }], reasons: [], estimateSeconds: 5 };
    service.answers = { 'POST /plan': () => ({ body: plan }) };
    expect((await landfall('plan', 'a/1')).stdout).toMatch(/^1 run, about 5s, in this order:\n/);
    expect(service.asked.map((one) => one.path)).toEqual(['/plan']);
  });

  it('draw lineage in the direction asked for', async () => {
    service.answers = { 'GET /lineage/a/1': () => ({ body: { nodes: [], edges: [] } }) };
    await landfall('lineage', 'a/1', '--down', '--depth', '3');
    await landfall('lineage', 'a/1');
    expect(service.asked.map((one) => one.query)).toEqual([{ direction: 'down', depth: '3' }, { direction: 'up' }]);
  });
});

describe('partitions', () => {
  it('are reported', async () => {
    const partitions = [
      { partitionRef: 'a/1', graph: 'g', instanceId: 'ext_1', changed: true },
      { partitionRef: 'a/2', graph: 'g', instanceId: 'ext_2', changed: false },
    ];
    service.answers = { 'POST /available': () => ({ body: { partitions } }) };
    const { stdout } = await landfall('partition', 'report', 'a/1', 'a/2', '--upstream', 'g', '--at', '2014-05-17');
    expect(stdout).toBe('a/1  live  ext_1\na/2  known already  ext_2\n');
    const [first] = (service.asked[0]!.body as { partitions: unknown[] }).partitions;
    expect(first).toEqual({ partitionRef: 'a/1', graph: 'g', at: '2014-05-17T00:00:00.000Z' });
  });

  it('are tainted only with --yes', async () => {
    service.answers = { 'POST /taint': () => ({ body: { partitionRefs: ['a/1'], affected: ['b/1'] } }) };
    const dry = await landfall('partition', 'taint', 'a/1', '--reason', 'wrong units');
    expect(dry.stdout).toBe('a/1 would be tainted\nb/1 would be tainted with it\n');
    expect(dry.stderr).toContain('--yes');
    await landfall('partition', 'taint', 'a/1', '--reason', 'wrong units', '--yes');
    expect(service.asked.map((one) => (one.body as { dryRun: boolean }).dryRun)).toEqual([true, false]);
  });
});

describe('a run', () => {
  /** Its log in parts, of which the last are given after it has ended. */
  function printing(...parts: readonly string[]): void {
    const log = Buffer.from(parts.join(''));
    let given = 0;
    service.answers = {
      'GET /runs/run_1/log': ({ query }) => {
        const from = Number(query.fromByte);
        const text = log.subarray(from, from + (parts[given]?.length ?? 0)).toString();
        given += 1;
        const headers = { 'landfall-log-end': `${from + text.length}`, 'landfall-log-ended': `${given > 2}` };
        return { body: text, headers };
      },
    };
  }

  it('has its log given as it is where no terminal is, all parts of it', async () => {
    printing('one\n', '\u001b[1mtwo\u001b[0m\n', 'three\n');
    expect(await landfall('run', 'log', 'run_1')).toEqual({
      code: 0,
      stdout: 'one\n\u001b[1mtwo\u001b[0m\nthree\n',
      stderr: '',
    });
    printing('one\n', 'two\n');
    const { stdout } = await landfall('run', 'log', 'run_1', '--json');
    expect(JSON.parse(stdout)).toEqual({ text: 'one\ntwo\n', end: 8, ended: true });
  });

  it('has a line in its log where the middle was dropped', async () => {
    service.answers = {
      'GET /runs/run_1/log': ({ query }) => {
        const isFirst = query.fromByte === '0';
        const headers = { 'landfall-log-end': '1000', 'landfall-log-ended': 'true' };
        return { body: isFirst ? 'last\n' : '', headers };
      },
    };
    const { stdout } = await landfall('run', 'log', 'run_1');
    expect(stdout).toBe('\n[landfall: 995 bytes of output were dropped here]\nlast\n');
  });

  it('has its log followed until nothing comes after its end', async () => {
    printing('one\n', '', 'two\n', 'three\n');
    const { code, stdout } = await landfall('run', 'log', 'run_1', '--follow');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'one\ntwo\nthree\n' });
  });

  it('is cancelled with a reason', async () => {
    service.answers = { 'POST /runs/run_1/cancel': () => ({ body: run({ runId: 'run_1', state: 'cancelled' }) }) };
    expect((await landfall('run', 'cancel', 'run_1', '--reason', 'stuck')).stdout).toBe('run_1 cancelled\n');
    expect(service.asked[0]?.body).toEqual({ reason: 'stuck' });
  });
});

describe('events', () => {
  const one = {
    eventId: 'e1',
    type: 'WantCreated',
    at: at('12:00:00'),
    graph: 'g',
    position: 1,
    partitionRefs: ['a/1'],
  };

  it('are lines, and the cursor to go on from', async () => {
    service.answers = {
      'GET /events': ({ query }) =>
        query.since === 'c0' ? { body: { items: [one], nextCursor: 'c1' } } : { body: { items: [], nextCursor: 'c1' } },
    };
    const args = ['events', '--since', 'c0', '--type', 'WantCreated', '--pattern', 'a/**'];
    const human = await landfall(...args);
    expect(human.stdout).toBe('2026-11-20 12:00:00  WantCreated       a/1\n');
    expect(human.stderr).toBe('What comes later: landfall events --since c1\n');
    expect(service.asked[0]?.query).toEqual({ since: 'c0', type: 'WantCreated', pattern: 'a/**', limit: '500' });
    const lines = (await landfall(...args, '--json')).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([one, { nextCursor: 'c1' }]);
  });

  it('of a lost generation end with 4 and where to start again', async () => {
    const gone = problem(410, 'cursor-gone', 'the feed was rebuilt', { restartCursor: 'c9' });
    service.answers = { 'GET /events': () => gone };
    const { code, stderr } = await landfall('events', '--since', 'old', '--follow', '--json');
    expect(code).toBe(4);
    expect(JSON.parse(stderr).restartCursor).toBe('c9');
  });

  it('are followed until Ctrl-C', async () => {
    const pause = Promise.withResolvers<never>();
    service.answers = {
      'GET /events': ({ query }) =>
        query.since === undefined ? { body: { items: [one], nextCursor: 'c1' } } : pause.promise,
    };
    const { child, said, ended } = startCli(['events', '--follow'], { cwd: service.graphFolder });
    await vi.waitUntil(() => service.calls('GET /events').length === 2, { timeout: 20_000 });
    expect(said.stdout).toContain('WantCreated');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, stderr: expect.stringContaining('--since c1') });
  });
});

describe('sla', () => {
  it('gives violations and those at risk as one value', async () => {
    service.answers = { 'GET /sla/violations': () => page(), 'GET /sla/at-risk': () => page() };
    const { stdout } = await landfall('sla', '--json');
    const empty = { items: [], nextCursor: null };
    expect(JSON.parse(stdout)).toEqual({ violations: empty, atRisk: empty });
  });
});
