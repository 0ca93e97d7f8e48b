import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { GraphFault } from '../../../lib/local/graphFault.ts';
import { loadGraph } from '../../../lib/local/loadGraph.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'landfall-load-')));
let folders = 0;

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A graph's folder outside the clone, with these files. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = join(root, `graph ${++folders}`);
  mkdirSync(folder);
  write(folder, files);
  return folder;
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** A config with one job that runs `run`, on the third line. */
function configRunning(run: string): string {
  return `import { defineGraph, job, partitions } from 'landfall';
const out = partitions('out/{date:day}');
const make = job('make', { outputs: [out], run: ${run} });
export default defineGraph({ name: 'test', jobs: [make] });
`;
}

const module = "import { defineJob } from 'landfall';\nexport default defineJob(async () => ({}));\n";

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that has ended, but that nobody has waited for yet, still has its number.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

async function faultsOf(folder: string): Promise<readonly GraphFault[]> {
  const loaded = await loadGraph(folder, { timeoutSeconds: 60 });
  if (loaded.kind === 'loaded') throw new Error('The graph was loaded.');
  return loaded.faults;
}

async function versionOf(folder: string): Promise<string> {
  const loaded = await loadGraph(folder, { timeoutSeconds: 60 });
  if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.faults));
  return loaded.manifest.jobs[0]!.codeVersion;
}

describe('loading a graph', { timeout: 60_000 }, () => {
  it('refuses a folder without a config', async () => {
    expect(await faultsOf(folderWith({}))).toMatchObject([{ file: 'landfall.config.ts', line: null }]);
  });

  it.each<[string, string, Partial<GraphFault>]>([
    [
      'an enum',
      'const one = 1;\n\nenum Colour { red }\nexport default one;\n',
      { line: 3, message: 'landfall.config.ts has a TypeScript enum, which Node cannot run.' },
    ],
    [
      'a parameter property',
      'class Job {\n  constructor(private name: string) {}\n}\nexport default new Job("x");\n',
      { line: 2, message: 'landfall.config.ts has a TypeScript parameter property, which Node cannot run.' },
    ],
    ['broken syntax', 'export default {\n  name: ,\n};\n', { line: 2 }],
    [
      'a missing file',
      "\nimport { out } from './partitions.ts';\nexport default out;\n",
      { line: 2, message: 'landfall.config.ts imports "./partitions.ts", which does not exist.' },
    ],
    [
      'a missing package',
      "import left from 'no-such-package-at-all';\nexport default left;\n",
      { line: 1, message: 'landfall.config.ts imports "no-such-package-at-all", which does not exist.' },
    ],
    [
      'an import without its extension',
      "\nimport { out } from './lib/out';\nexport default out;\n",
      { line: 2, hint: 'Write "./lib/out.ts": Node takes an import by the file\'s whole name.' },
    ],
    [
      'an import of the compiled file',
      "\nimport { out } from './lib/out.js';\nexport default out;\n",
      { line: 2, hint: 'Write "./lib/out.ts": Node takes an import by the file\'s whole name.' },
    ],
    [
      'a type imported as a value',
      "\nimport { Out } from './lib/out.ts';\nexport default 1 as Out;\n",
      { line: 2, hint: 'Mend the name; where it is a type, write import type { … }.' },
    ],
    [
      'what throws',
      "import { out } from './lib/out.ts';\n\nthrow new Error('no such day');\n",
      { line: 3, message: 'landfall.config.ts failed while it was loaded: no such day.' },
    ],
    [
      'what throws no error',
      'export default 1;\nthrow undefined;\n',
      { message: 'landfall.config.ts failed while it was loaded: it threw undefined.' },
    ],
    [
      'what throws below',
      "import { fail } from './lib/out.ts';\nexport default fail();\n",
      { file: 'lib/out.ts', line: 3 },
    ],
    ['no default export', 'export const graph = 1;\n', { message: 'landfall.config.ts does not export a graph.' }],
    ['a plain object', "export default { name: 'x' };\n", { message: 'landfall.config.ts does not export a graph.' }],
    [
      'what ends the process',
      'process.exit(0);\nexport default 1;\n',
      { message: 'landfall.config.ts ended its process while it was loaded.' },
    ],
    [
      'what waits for ever',
      'await new Promise(() => {});\nexport default 1;\n',
      { message: 'landfall.config.ts ended its process while it was loaded.' },
    ],
  ])('refuses %s, with file and line', async (_, config, expected) => {
    const helper =
      'export const out = 1;\nexport interface Out { a: 1 }\nexport const fail = () => { throw new Error("deep"); };\n';
    const faults = await faultsOf(folderWith({ 'landfall.config.ts': config, 'lib/out.ts': helper }));
    expect(faults).toMatchObject([{ file: 'landfall.config.ts', ...expected }]);
    for (const { message, hint } of faults) expect(`${message} ${hint}`).not.toMatch(/\n|\bat .*:\d+:\d+/);
  });

  it('ends a config that loops, with what it started', async () => {
    const folder = folderWith({
      'landfall.config.mjs': `import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
const started = spawn('sleep', ['600']);
writeFileSync('pids.json', JSON.stringify([process.pid, started.pid]));
for (;;);
`,
    });
    const loaded = await loadGraph(folder, { timeoutSeconds: 2 });
    expect(loaded).toMatchObject({
      kind: 'refused',
      faults: [{ message: 'landfall.config.mjs did not end loading within 2 seconds.' }],
    });
    const pids = JSON.parse(readFileSync(join(folder, 'pids.json'), 'utf8')) as number[];
    expect(pids).toHaveLength(2);
    await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 10_000 });
  });

  it('tells all faults of a graph at once, each at its own line', async () => {
    const folder = folderWith({
      'landfall.config.ts': `import { defineGraph, job, partitions } from 'landfall';

const raw = partitions('raw/{date:week}' as 'raw/{date:day}', { external: true });
const daily = partitions('daily/{date:day}');
const lost = partitions('lost/{date:day}');

const clean = job('clean', { outputs: [daily], inputs: [lost.same()], run: './gone.ts' });
const heavy = job('heavy', {
  outputs: [partitions('heavy/{date:day}')],
  inputs: [daily.same()],
  run: './jobs/enum.ts',
  pool: 'nowhere',
});

export default defineGraph({
  name: 'test',
  jobs: [clean, heavy] as never,
  partitions: [raw],
  stores: [],
} as never);
`,
      'jobs/enum.ts': '\nenum A { b }\nexport default A;\n',
    });
    const found = (await faultsOf(folder)).map(({ message, file, line }) => `${file}:${line} ${message}`);
    expect(found.sort()).toEqual(
      [
        'jobs/enum.ts:2 jobs/enum.ts has a TypeScript enum, which Node cannot run.',
        'landfall.config.ts:15 The graph has the field "stores", which this version does not know.',
        'landfall.config.ts:3 The pattern raw/{date:week} gives the key "date" the type "week", which does not exist.',
        'landfall.config.ts:5 No job makes lost/{date:day}, and it is not external.',
        "landfall.config.ts:7 The job's module gone.ts does not exist.",
        'landfall.config.ts:8 The job heavy names the pool nowhere, which does not exist.',
      ].sort(),
    );
  });

  it('places what another file declares in that file', async () => {
    const folder = folderWith({
      'landfall.config.ts':
        "import { defineGraph } from 'landfall';\nimport { lost } from './lib/lost.ts';\nexport default defineGraph({ name: 'x', partitions: [lost] });\n",
      'lib/lost.ts': "import { partitions } from 'landfall';\n\nexport const lost = partitions('lost');\n",
    });
    expect(await faultsOf(folder)).toMatchObject([{ file: 'lib/lost.ts', line: 3 }]);
  });

  it.each(['landfall.config.ts', 'landfall.config.mjs', 'landfall.config.js'])(
    'loads %s, and anew each time',
    async (name) => {
      const folder = folderWith({ [name]: configRunning('{ event: true }') });
      const first = await loadGraph(folder);
      expect(first).toMatchObject({ kind: 'loaded', configFile: name, manifest: { name: 'test' } });
      writeFileSync(join(folder, name), configRunning('{ event: true }').replace("'test'", "'changed'"));
      const second = await loadGraph(folder);
      expect(second).toMatchObject({ kind: 'loaded', manifest: { name: 'changed' } });
      if (first.kind === 'loaded' && second.kind === 'loaded') {
        expect(second.manifest.hash).not.toBe(first.manifest.hash);
        expect(second.graph.locate('out/2012-02-29')?.kind).toBe('built');
      }
    },
  );
});

describe('code version', { timeout: 60_000 }, () => {
  const files = {
    'landfall.config.ts': configRunning("'./jobs/make.ts'"),
    'jobs/make.ts': `import { add } from './add.ts';\nimport type { T } from './types.ts';\n${module}export const two = add(1);\n`,
    'jobs/add.ts':
      "export const add = (one: number) => one + 1;\nexport const later = () => import('../lib/later.mjs');\n",
    'jobs/types.ts': 'export type T = 1;\n',
    'lib/later.mjs': 'export {};\n',
    'jobs/other.ts': 'export {};\n',
  };

  it('is the same in another folder, and whatever else changes', async () => {
    const folder = folderWith(files);
    const copy = join(root, 'elsewhere', 'deeper');
    cpSync(folder, copy, { recursive: true });
    write(copy, { 'jobs/other.ts': 'export const other = 1;\n', 'jobs/types.ts': 'export type T = 2;\n' });
    expect(await versionOf(copy)).toBe(await versionOf(folder));
  });

  it.each([['jobs/make.ts'], ['jobs/add.ts'], ['lib/later.mjs']])('changes with %s', async (changed) => {
    const folder = folderWith(files);
    const before = await versionOf(folder);
    write(folder, { [changed]: `${files[changed as keyof typeof files]}\n// Changed.\n` });
    expect(await versionOf(folder)).not.toBe(before);
  });

  it('changes with the version of a package, not with its files', async () => {
    const installed = {
      'node_modules/dep/package.json': '{"name":"dep","version":"1.0.0","type":"module","main":"a.js"}',
      'node_modules/dep/a.js': 'export {};',
    };
    const folder = folderWith({
      ...files,
      ...installed,
      'jobs/make.ts': `import 'dep';\nimport 'node:fs';\n${module}`,
    });
    const before = await versionOf(folder);
    write(folder, { 'node_modules/dep/a.js': 'export const a = 1;' });
    expect(await versionOf(folder)).toBe(before);
    write(folder, {
      'node_modules/dep/package.json': installed['node_modules/dep/package.json'].replace('1.0.0', '1.0.1'),
    });
    expect(await versionOf(folder)).not.toBe(before);
  });

  it('of a command changes with its words and with the files of the folder that they name', async () => {
    const config = configRunning("{ command: ['awk', '-f', 'jobs/make.awk', '/etc/hostname'] }");
    const folder = folderWith({ 'landfall.config.ts': config, 'jobs/make.awk': '{ print }\n' });
    const before = await versionOf(folder);
    write(folder, { 'jobs/make.awk': '{ print $1 }\n' });
    const withFile = await versionOf(folder);
    write(folder, { 'landfall.config.ts': config.replace("'-f'", "'-v', 'a=1', '-f'") });
    expect(new Set([before, withFile, await versionOf(folder)]).size).toBe(3);
  });

  it('takes modules that import each other in a circle', async () => {
    const circle = { 'jobs/make.ts': `import './add.ts';\n${module}`, 'jobs/add.ts': "import './make.ts';\n" };
    expect(await versionOf(folderWith({ ...files, ...circle }))).toMatch(/^[0-9a-f]{64}$/);
  });
});
