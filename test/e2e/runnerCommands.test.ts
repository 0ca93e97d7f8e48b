import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { leavesGroup } from './runnerFolder.ts';
import {
  command,
  failedWith,
  isRunning,
  openWorld,
  outputs,
  pidInLog,
  shell,
  untilEnded,
  type World,
} from './runnerWorld.ts';

const oneSecond = 1_000;

describe('command jobs', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.close());
  afterEach(() => vi.unstubAllEnvs());

  const run = (script: string, given = {}) => world.outcome(world.request(shell(script), given));
  const printed = async (script: string, given = {}) => {
    const request = world.request(shell(script), given);
    await world.outcome(request);
    return await world.log(request);
  };

  it.each<[string, RegExp, boolean]>([
    ['exit 4', /^The command exited with code 4\.$/, false],
    ['echo "no such day" >&2; exit 4', /code 4; its last line on standard error: no such day/, false],
    ['exit 75', /code 75, which asks for another try/, true],
    [`echo '{"type":"error","message":"bad day"}'; exit 75`, /^bad day$/, true],
    [`echo '{"type":"error","message":"bad day","retryable":true}'`, /^bad day$/, true],
    [`echo '{"type":"error","message":"bad day","retryable":false}'; exit 75`, /^bad day$/, false],
    [`echo '{"type":"error","message":"first"}'; echo '{"type":"error","message":"second"}'`, /^first$/, false],
    [`echo '{"type":"missing","partitionRefs":["a/1"]}'; exit 1`, /code 1/, false],
    ['kill -9 $$', /ended by SIGKILL, which landfall did not send/, true],
    ['kill -SEGV $$', /ended by SIGSEGV/, false],
    [`echo '{"type":"progress","value":"half"}'`, /progress line that cannot be taken: value must be a number/, false],
    [`echo '{"type":"wrote","partitionRef":"a/1"}'`, /a\/1 is not one of the run's outputs/, false],
    [`printf '{"type":"missing","partitionRefs":["%070000d"]}\\n' 0`, /missing line longer than 65536 bytes/, false],
    ['yes', /printed more than 67108864 bytes/, false],
  ])('that do `%s` fail with that reason', async (script, message, retryable) => {
    expect(await run(script)).toEqual(failedWith(message, retryable));
  });

  it('that cannot be started fail with that reason', async () => {
    const start = (program: string) => world.outcome(world.request(command(program)));
    expect(await start('no-such-program')).toEqual(failedWith(/no-such-program was not found/));
    expect(await start('./jobs/join.awk')).toEqual(failedWith(/permission denied/));
  });

  it.each([
    ['printf x > "$LANDFALL_OUTPUT_1"', /output made\/2 was not written: nothing is at .*made\/2/],
    [`echo '{"type":"wrote","partitionRef":"made/1"}'`, /made\/1 was only reported, not written/],
    ['mkdir "$LANDFALL_OUTPUT_1" "$LANDFALL_OUTPUT_2"', /is not a regular file/],
    ['ln -s /etc/passwd "$LANDFALL_OUTPUT_1"; printf x > "$LANDFALL_OUTPUT_2"', /is not a regular file/],
    [`echo '{"type":"wrote","partitionRef":"made/1","location":"/etc/passwd"}'`, /belongs at .*made\/1/],
    [
      `printf x > "$LANDFALL_OUTPUT_1"; echo '{"type":"wrote","partitionRef":"made/1","bytes":2}'`,
      /reported 2 bytes for made\/1, and wrote 1/,
    ],
  ])('that do `%s` have not succeeded', async (script, message) => {
    const fresh = await openWorld();
    const request = fresh.request(shell(script), { outputs: outputs(fresh.dataFolder, 2) });
    expect(await fresh.outcome(request)).toEqual(failedWith(message));
    await fresh.close();
  });

  it('see no shell but their own', async () => {
    const request = world.request(command('printf', '%s\n', '$HOME; echo `id`'));
    await world.outcome(request);
    expect(await world.log(request)).toBe('$HOME; echo `id`\n');
  });

  it('inherit no secret of the service', async () => {
    vi.stubEnv('LANDFALL_TOKEN', 'secret');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    expect(await printed('env')).not.toContain('secret');
  });

  it('find their run in the environment', async () => {
    const places = outputs(world.dataFolder, 1);
    const inputs = [await world.input('in/1', 'x')];
    const given = { outputs: places, inputs, keys: { month: '2012-01', stationId: 'KSEA' }, attempt: 2 };
    const lines = (await printed('env | grep ^LANDFALL_; cat "$LANDFALL_INPUT_TABLE"', given)).split('\n').toSorted();
    const location = places[0]!.location;
    expect(lines).toEqual([
      '',
      'LANDFALL_ATTEMPT=2',
      `LANDFALL_DATA_DIR=${world.dataFolder}`,
      expect.stringMatching(/^LANDFALL_DEADLINE=\d{4}-\d\d-\d\dT.*Z$/),
      `LANDFALL_INPUT=${inputs[0]!.location}`,
      expect.stringMatching(/^LANDFALL_INPUTS=.*inputs$/),
      'LANDFALL_INPUT_COUNT=1',
      expect.stringMatching(/^LANDFALL_INPUT_TABLE=.*inputs\.tsv$/),
      'LANDFALL_JOB=misbehave',
      'LANDFALL_KEY_MONTH=2012-01',
      'LANDFALL_KEY_STATION_ID=KSEA',
      `LANDFALL_OUTPUT=${location}`,
      `LANDFALL_OUTPUT_1=${location}`,
      'LANDFALL_OUTPUT_1_REF=made/1',
      'LANDFALL_OUTPUT_COUNT=1',
      expect.stringMatching(/^LANDFALL_RUNNER_ID=/),
      expect.stringMatching(/^LANDFALL_RUN_ID=run_/),
      `in/1\trun_of_in/1\t${inputs[0]!.location}`,
    ]);
  });

  it('get the same as one JSON object', async () => {
    const inputs = [await world.input('in/1', 'x')];
    const request = world.request(shell('cat >&2'), { keys: { month: '2012-01' }, inputs });
    await world.outcome(request);
    const { runId, job, attempt, keys } = request;
    const given = JSON.parse(await world.log(request));
    expect(given).toEqual({ runId, job, attempt, keys, inputs, outputs: [], deadline: expect.any(String) });
  });

  it('may be awk', async () => {
    const inputs = [await world.input('day/1', 'a\nb\n'), await world.input('day/2', 'c\n')];
    const places = outputs(world.dataFolder, 1);
    const given = { keys: { stationId: 'KSEA' }, inputs, outputs: places };
    const outcome = await world.outcome(world.request(command('awk', '-f', 'jobs/join.awk'), given));
    expect(outcome).toMatchObject({ kind: 'succeeded', outputs: [{ bytes: 21 }] });
    expect(await readFile(places[0]!.location, 'utf8')).toBe('KSEA a\nKSEA b\nKSEA c\n');
  });

  it('take a thousand inputs', async () => {
    const one = await world.input('in/1', 'x');
    const longRef = (index: number) => `in/${'9'.repeat(480)}${index}`;
    const inputs = Array.from({ length: 1_000 }, (_, index) => ({ ...one, partitionRef: longRef(index) }));
    expect(await printed('wc -l < "$LANDFALL_INPUT_TABLE"', { inputs })).toMatch(/^\s*1000\n$/);
  });

  it('print into their log what is no answer', async () => {
    const script = `echo plain; echo '{"type":"progress","value":1}'; echo '{"level":"info"}'; echo '{broken'; printf end`;
    expect(await printed(script)).toBe('plain\n{"level":"info"}\n{broken\nend');
  });

  it('tell rows, metadata and every missing ref', async () => {
    const places = outputs(world.dataFolder, 1);
    const script = `printf x > "$LANDFALL_OUTPUT"
      echo '{"type":"wrote","partitionRef":"made/1","rows":31,"bytes":1}'
      printf '{"type":"metadata","metadata":{"days":31}}'`;
    const outcome = await run(script, { outputs: places });
    const output = { partitionRef: 'made/1', location: places[0]!.location, rows: 31, bytes: 1 };
    expect(outcome).toEqual({ kind: 'succeeded', outputs: [output], metadata: { days: 31 } });
    const missing = `for ref in a/1 b/1 a/1; do echo "{\\"type\\":\\"missing\\",\\"partitionRefs\\":[\\"$ref\\"]}"; done`;
    expect(await run(missing)).toEqual({ kind: 'missing', partitionRefs: ['a/1', 'b/1'] });
  });

  it('leave no process of their group behind, whatever their end', async () => {
    const script = `trap '' TERM; sleep 1000 & echo pid $!`;
    const request = world.request(shell(script));
    expect(await world.outcome(request)).toMatchObject({ kind: 'succeeded' });
    await untilEnded(await pidInLog(world, request));
  });

  it('end when a process outside their group still holds their output', async () => {
    const request = world.request(shell(leavesGroup));
    expect(await world.outcome(request)).toMatchObject({ kind: 'succeeded' });
    process.kill(await pidInLog(world, request));
  });

  it('give a sign of life by writing an output', async () => {
    const script = 'for part in 1 2 3 4 5 6 7; do echo $part >> "$LANDFALL_OUTPUT"; sleep 0.3; done';
    const given = { outputs: outputs(world.dataFolder, 1), heartbeatSeconds: 1 };
    expect(await run(script, given)).toMatchObject({ kind: 'succeeded' });
  });

  it('are killed with their group when they ignore being asked to end', async () => {
    const script = `trap '' TERM; sleep 1000 & echo pid $!; while :; do sleep 1000; done`;
    const request = world.request(shell(script), { deadline: Date.now() + oneSecond });
    expect(await world.outcome(request)).toMatchObject({ kind: 'timedOut', limit: 'duration' });
    await untilEnded(await pidInLog(world, request));
  });

  it('leave no file of theirs behind', async () => {
    await run('true', { inputs: [await world.input('in/1', 'x')] });
    expect(await readdir(join(world.dataFolder, 'work'))).toEqual([]);
  });
});

describe('local runner', () => {
  it('runs no more at a time than it may, in order of arrival, and times them from their start', async () => {
    const world = await openWorld({ commandsMax: 1 });
    const order = join(world.dataFolder, 'order');
    const script = (name: string) => shell(`echo ${name} >> ${order}; sleep 0.8; echo ${name} >> ${order}`);
    const deadline = Date.now() + 2 * oneSecond;
    const names = ['a', 'b', 'c', 'd'];
    const outcomes = await Promise.all(names.map((name) => world.outcome(world.request(script(name), { deadline }))));
    expect(outcomes.map(({ kind }) => kind)).toEqual(names.map(() => 'succeeded'));
    expect(await readFile(order, 'utf8')).toBe('a\na\nb\nb\nc\nc\nd\nd\n');
    await world.close();
  });

  it('drops what waits when it is stopped', async () => {
    const world = await openWorld({ commandsMax: 1 });
    const first = world.request(shell('sleep 1000'));
    const second = world.request(shell('echo ran'));
    await world.runner.start(first);
    await world.runner.start(second);
    await world.runner.stop(second);
    await world.runner.stop(first);
    expect(await world.log(second)).toBe('');
    await world.close();
  });

  it('refuses what it cannot run, and everything once it is closed', async () => {
    const world = await openWorld();
    await expect(world.runner.start(world.request({ kind: 'event' }))).rejects.toThrow(/its job is an event/);
    const elsewhere = { ...world.request(shell('true')), runId: '../x' };
    await expect(world.runner.readLog(elsewhere)).rejects.toThrow(/not the id of a run/);
    const under = world.request(shell('echo pid $$; exec sleep 1000'));
    await world.runner.start(under);
    const pid = await pidInLog(world, under);
    await world.close();
    expect(await isRunning(pid)).toBe(false);
    await expect(world.runner.start(under)).rejects.toThrow(/the runner is closed/);
  });
});
