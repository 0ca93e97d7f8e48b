import { execFile } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { partition, run, want } from '../unit/cli/views.ts';
import { type Ended, FakeService, runCli } from './fakeService.ts';

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

const bin = fileURLToPath(new URL('../../bin/landfall.mjs', import.meta.url));

/** What the script makes of a line with the cursor at its end. */
async function completeInBash(script: string, line: string): Promise<string> {
  const program = `landfall() { "${process.execPath}" "${bin}" "$@"; }
    source "${script}"; COMP_LINE='${line}'; COMP_POINT=${line.length}; _landfall; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return (await promisify(execFile)('bash', ['-c', program], { cwd: service.graphFolder })).stdout;
}

/** A key waits 300 ms at most, which a busy machine may need for itself: then it is pressed again. */
async function soon<T>(press: () => Promise<T>, offered: T): Promise<void> {
  await vi.waitFor(async () => expect(await press()).toEqual(offered), { timeout: 60_000 });
}

describe('completion', () => {
  const complete = async (...words: string[]) => (await landfall('__complete', '--', ...words)).stdout.split('\n');
  const names = async (...words: string[]) => (await complete(...words)).map((line) => line.split('\t')[0]);

  it('offers commands and options with what they do', async () => {
    expect(await complete('wa')).toEqual(['want\task for partitions, and see what was asked for', '']);
    expect(await names('partition', '')).toEqual(['list', 'show', 'report', 'taint', 'help', '']);
    expect(await names('run', 'log', '--f')).toEqual(['--follow', '']);
    expect(await names('want', 'create', '--gr')).toEqual(['--graph', '']);
    expect(await names('completion', '')).toEqual(['bash', 'zsh', 'fish', '']);
    expect(await names('want', 'create', '--comment', '')).toEqual(['']);
    expect(await names('__')).toEqual(['']);
  });

  it('offers refs up to their next slash, and ids', async () => {
    service.answers = {
      'GET /partitions': () =>
        page(partition({ partitionRef: 'weather/daily/2014-05-17' }), partition({ partitionRef: 'web/1' })),
      'GET /wants': () => page(want({ partitionRefs: ['weather/yearly/2014'] })),
      'GET /runs': () => page(run({ runId: 'run_1' })),
    };
    await soon(() => names('build', 'we'), ['weather/', 'web/', '']);
    await soon(() => names('build', '--rebuild', 'weather/'), ['weather/daily/', 'weather/yearly/', '']);
    await soon(() => names('why', 'want_'), [want().wantId, '']);
    await soon(() => names('want', 'cancel', ''), [want().wantId, '']);
    await soon(() => names('run', 'show', ''), ['run_1', '']);
  });

  it('offers nothing, quickly and without a word, where the service does not answer', async () => {
    service.answers = { 'GET /runs': () => new Promise<never>(() => {}) };
    expect(await landfall('__complete', '--', 'run', 'show', '')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('starts no service', async () => {
    rmSync(join(service.dataFolder, 'service.json'));
    expect(await landfall('__complete', '--', 'build', 'we')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(existsSync(join(service.dataFolder, 'service.log'))).toBe(false);
  });

  it('is put into bash by its script', async () => {
    const script = join(service.graphFolder, 'completion.bash');
    writeFileSync(script, (await landfall('completion', 'bash')).stdout);
    service.answers = {
      'GET /partitions': () => page(partition({ partitionRef: 'sales/region=eu/2014' })),
      'GET /wants': () => page(),
    };
    await soon(() => completeInBash(script, 'landfall build sales/region='), 'eu/\n');
    expect(await completeInBash(script, 'landfall wan')).toBe('want\n');
  });
});
