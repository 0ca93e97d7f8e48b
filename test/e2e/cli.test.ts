import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Ended, FakeService, ownVersion, problem, runCli } from './fakeService.ts';

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

/** Where nobody listens any more. */
async function unusedUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

describe('usage', () => {
  it.each([
    [['wnat'], '(Did you mean want?)'],
    [['want', 'lits'], '(Did you mean list?)'],
    [['status', 'a/1'], '(Did you mean landfall want status?)'],
    [['frobnicate'], 'See landfall --help.'],
    [['want', 'create'], "missing required argument 'refs'"],
    [['want', 'list', '--jsn'], '(Did you mean --json?)'],
    [['want', 'list', 'surplus'], 'See landfall want list --help.'],
    [['want', 'create', 'a/1', '--sla', '2 hours'], 'Write it like 45s, 90m, 2h, 1h30m or 2d.'],
    [['want', 'create', 'a/1', '--ttl', '0s'], 'It has to be at least 1s.'],
    [['want', 'create', 'a/1', '--data-timestamp', 'noon'], 'Write it like 2014-05-17'],
    [['want', 'create', 'a/1', '--depends', 'sensors'], 'Write it like sensors:sensors/raw/2014-05-17.'],
    [['want', 'list', '--limit', '0'], 'a whole number from 1'],
    [['lineage', 'a/1', '--up', '--down'], 'cannot be used with'],
    [['partition', 'taint', 'a/1'], "required option '--reason <text>'"],
    [['partition', 'report', 'a/1', 'a/2', '--location', 'x'], 'of one partition'],
    [['why', 'a//1'], 'has an empty segment'],
    [['why', '../a'], 'has the segment ".."'],
    [['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish.'],
    [['want', 'list', '--graph', 'nowhere'], 'has no landfall.config.ts'],
    [['want', 'list', '--url', 'ftp://x'], 'is not the address of a service'],
    [
      ['want', 'list', '--url', 'http://127.0.0.1:1', '--token-file', 'none'],
      'The token file none cannot be read (ENOENT).',
    ],
  ])('is refused with 2 and a way on: %j', async (args, sentence) => {
    const { code, stdout, stderr } = await landfall(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(sentence);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(service.asked).toEqual([]);
  });

  it('is a problem document with --json', async () => {
    const { code, stdout, stderr } = await landfall('frobnicate', '--json');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({
      type: 'urn:landfall:problem:usage',
      detail: expect.stringContaining('frobnicate'),
    });
  });

  it('needs a graph', async () => {
    rmSync(join(service.graphFolder, 'landfall.config.ts'));
    const { code, stderr } = await landfall('want', 'list');
    expect(code).toBe(2);
    expect(stderr).toContain('--graph DIR');
  });

  it('never sends a token in the clear to another machine', async () => {
    const args = ['want', 'list', '--url', 'http://192.0.2.1'];
    const { code, stderr } = await runCli(args, { env: { LANDFALL_TOKEN: 'secret' } });
    expect(code).toBe(2);
    expect(stderr).toContain('use https');
    expect(stderr).not.toContain('secret');
  });
});

describe('an answer that is no success', () => {
  const answers: readonly (readonly [number, number])[] = [
    [400, 2],
    [403, 4],
    [404, 3],
    [409, 4],
    [410, 4],
    [422, 4],
    [500, 5],
    [503, 5],
  ];
  it.each(answers)('%i ends with %i', async (status, exitCode) => {
    service.answers = { 'GET /wants': () => problem(status, 'some-kind', 'that is how it is') };
    const human = await landfall('want', 'list');
    expect(human).toEqual({ code: exitCode, stdout: '', stderr: 'landfall: that is how it is\n' });
  });

  it('is the API’s own problem document with --json', async () => {
    const errors = [{ pointer: '/partitionRefs/0', detail: 'nix is unknown' }];
    const document = problem(422, 'invalid-request', 'nix is unknown', { errors });
    service.answers = { 'POST /wants': () => document };
    const { code, stdout, stderr } = await landfall('want', 'create', 'nix', '--json');
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(JSON.parse(stderr)).toEqual(document.body);
  });

  it('401 ends with 4', async () => {
    const { code, stderr } = await runCli(['want', 'list', '--url', service.url], { env: { LANDFALL_TOKEN: 'wrong' } });
    expect(code).toBe(4);
    expect(stderr).toContain('who are you?');
    expect(stderr).not.toContain('wrong');
  });

  it('of a stranger is told as that', async () => {
    service.answers = { 'GET /wants': () => ({ body: '<html>' }) };
    const { code, stderr } = await landfall('want', 'list');
    expect(code).toBe(5);
    expect(stderr).toContain('is it a landfall service?');
  });

  it('429 is waited for as long as it says, then asked again', async () => {
    const busy = { ...problem(429, 'too-busy', 'later'), headers: { 'retry-after': '1' } };
    service.answers = { 'GET /wants': () => (service.calls('GET /wants').length < 3 ? busy : page()) };
    const { code } = await landfall('want', 'list');
    expect(code).toBe(0);
    expect(service.calls('GET /wants')).toHaveLength(3);
  });

  it('no answer at all ends with 5, without a stack', async () => {
    const { code, stderr } = await runCli(['want', 'list', '--url', await unusedUrl()]);
    expect(code).toBe(5);
    expect(stderr).toBe('landfall: The service cannot be reached (ECONNREFUSED).\n');
  });
});

describe('the service of a folder', () => {
  it('is found from a folder below', async () => {
    service.answers = { 'GET /wants': () => page() };
    const below = join(service.graphFolder, 'jobs/deep');
    mkdirSync(below, { recursive: true });
    expect(await runCli(['want', 'list'], { cwd: below })).toMatchObject({
      code: 0,
      stdout: 'There is no such want.\n',
    });
  });

  it('is found by its data folder alone', async () => {
    service.answers = { 'GET /wants': () => page() };
    const { code } = await runCli(['want', 'list', '--json'], { env: { LANDFALL_DATA_DIR: service.dataFolder } });
    expect(code).toBe(0);
  });

  it('is not started without the graph’s folder', async () => {
    rmSync(join(service.dataFolder, 'service.json'));
    const { code, stderr } = await runCli(['want', 'list'], { env: { LANDFALL_DATA_DIR: service.dataFolder } });
    expect(code).toBe(5);
    expect(stderr).toContain('No service runs on');
  });

  it('of another version is refused with 5, and what to do', async () => {
    service.version = '9.9.9';
    const { code, stderr, stdout } = await landfall('want', 'list');
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    const sentence = stderr.replaceAll(/\s+/g, ' ');
    expect(sentence).toContain(`(process ${process.pid}) is landfall 9.9.9 and this command is ${ownVersion}`);
    expect(sentence).toContain(`kill ${process.pid}`);
    expect(service.asked).toEqual([]);
  });

  it('gets the token only on this machine', async () => {
    service.answers = { 'GET /wants': () => page() };
    service.writeServiceFile({ url: service.url.replace('127.0.0.1', '0.0.0.0') });
    const { code } = await runCli(['want', 'list', '--data', service.dataFolder]);
    expect(code).toBe(5);
  });

  it('that cannot load its graph is told by its own lines, with 1', async () => {
    rmSync(join(service.dataFolder, 'service.json'));
    writeFileSync(join(service.graphFolder, 'landfall.config.ts'), 'export default 7;\n');
    const { code, stdout, stderr } = await landfall('want', 'list', '--json');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const document = JSON.parse(stderr);
    expect(document.type).toBe('urn:landfall:problem:not-loaded');
    expect(document.detail).toContain('landfall.config.ts');
    expect(document.detail).not.toMatch(/^ +at /m);
  });

  it('never has its token printed', async () => {
    service.answers = { 'GET /wants': () => problem(500, 'internal', 'broken') };
    const { stdout, stderr } = await landfall('want', 'list');
    expect(stdout + stderr).not.toContain(service.token);
    expect(service.asked[0]?.headers.authorization).toBe(`Bearer ${service.token}`);
  });
});
