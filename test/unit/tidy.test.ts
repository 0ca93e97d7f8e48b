import { describe, expect, it } from 'vitest';
import { filesOf, findLines, importsOf, type SourceFile } from './sourceTree.ts';

const library = filesOf('lib');
const programs = filesOf('lib', 'bin', 'functions', 'tools', 'bench', 'examples', 'vitest.config.ts');
const tests = filesOf('test');
const everything = filesOf('.');
const codeFiles = [...programs, ...tests].filter((file) => /\.(ts|mjs)$/.test(file.path));

const inFolder = (folder: string) => library.filter((file) => file.path.startsWith(`lib/${folder}/`));

describe('import directions', () => {
  const logPort = ['lib/log/eventLog.ts', 'lib/log/rowIndex.ts', 'lib/log/errors.ts'];
  const ports = ['lib/model/', 'lib/engine/ports.ts', ...logPort];
  /** Folder, and what of lib it may import beside itself. */
  const inward: Readonly<Record<string, readonly string[]>> = {
    model: [],
    log: ['lib/model/'],
    engine: ['lib/model/', ...logPort],
    query: [...ports, 'lib/engine/'],
    push: ports,
    api: [...ports, 'lib/engine/', 'lib/query/', 'lib/push/'],
    job: ports,
  };

  it.each(Object.entries(inward))('lib/%s imports only what lies further in', (folder, allowed) => {
    const outward = (file: SourceFile) =>
      importsOf(file)
        .filter((to) => to.startsWith('lib/') && ![`lib/${folder}/`, ...allowed].some((place) => to.startsWith(place)))
        .map((to) => `${file.path} imports ${to}`);
    expect(inFolder(folder).flatMap(outward)).toEqual([]);
  });

  it('nothing but the command line imports lib/cli', () => {
    const others = library.filter((file) => !file.path.startsWith('lib/cli/'));
    const offenders = others.filter((file) => importsOf(file).some((to) => to.startsWith('lib/cli/')));
    expect(offenders.map((file) => file.path)).toEqual([]);
  });

  it('lib/api knows no transport', () => {
    const transports = /^(node:)?(http|https|http2|net|tls)$/;
    const offenders = inFolder('api').filter((file) => importsOf(file).some((to) => transports.test(to)));
    expect(offenders.map((file) => file.path)).toEqual([]);
  });
});

describe('banned calls', () => {
  const decided = ['model', 'engine', 'query', 'push'];
  const time = 'the moment that the caller hands in, or Clock.now()';
  const chance = 'Ids, which the caller hands in';
  const pure = [...decided, 'api'];
  const banned = [
    { call: 'Date.now', pattern: /\bDate\.now\b/, folders: decided, instead: time },
    { call: 'new Date()', pattern: /\bnew Date\(\)/, folders: decided, instead: time },
    { call: 'performance.now', pattern: /\bperformance\.now\b/, folders: decided, instead: time },
    { call: 'Math.random', pattern: /\bMath\.random\b/, folders: decided, instead: chance },
    { call: 'randomUUID', pattern: /\brandomUUID\b/, folders: decided, instead: chance },
    { call: 'setTimeout', pattern: /\bset(Timeout|Interval|Immediate)\b/, folders: decided, instead: 'a due row' },
    {
      call: 'node:*',
      pattern: /\b(from|import)\b\W*'node:/,
      folders: ['model'],
      instead: 'a port that an adapter implements',
    },
    { call: 'process', pattern: /\bprocess\.\w/, folders: pure, instead: 'an argument' },
    { call: 'console', pattern: /\bconsole\.\w/, folders: pure, instead: 'a thrown error or a returned value' },
  ];

  it.each(banned)('$call is not used where it is banned', ({ pattern, folders, instead }) => {
    expect(findLines(folders.flatMap(inFolder), pattern), `use ${instead}`).toEqual([]);
  });
});

describe('source', () => {
  const word = (...letters: readonly string[]) => letters.join('');

  it('holds no note of unfinished work', () => {
    const notes = new RegExp(`\\b(${word('FIX', 'ME')}|${word('TO', 'DO')}|${word('X', 'XX')})\\b`);
    expect(findLines(codeFiles, notes, (file) => file.text)).toEqual([]);
  });

  it('focuses and skips no test', () => {
    const names = 'only|skip|todo|skipIf|runIf|fails';
    expect(findLines(tests, new RegExp(`\\b(it|test|describe|each|for)\\.(${names})\\b`))).toEqual([]);
  });

  it('has no file that nothing imports', () => {
    const entries = new Set(['lib/index.ts', 'lib/cli/main.ts']);
    const imported = new Set([...programs, ...tests].flatMap(importsOf));
    const dead = library.map((file) => file.path).filter((path) => path.endsWith('.ts') && !imported.has(path));
    expect(dead.filter((path) => !entries.has(path))).toEqual([]);
  });

  it('names no place of one particular machine', () => {
    const places = new RegExp(`(^|[^\\w.])/(${word('wo', 'rk')}|${word('ro', 'ot')}|home/\\w+|Users/\\w+)/`);
    expect(findLines(everything, places, (file) => file.text)).toEqual([]);
  });
});

describe('package', () => {
  const read = (path: string): string => filesOf(path)[0]?.text ?? '';
  const manifest = JSON.parse(read('package.json'));

  it('pins every dependency to one version', () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
  });

  it('has lockfiles without addresses of a registry, and with a checksum of all that Linux installs', () => {
    const locks = everything.filter((file) => file.path.endsWith('package-lock.json'));
    expect(locks.length).toBe(3);
    expect(findLines(locks, /"resolved"|https?:\/\/[^"]*\.tgz/, (file) => file.text)).toEqual([]);
    const unchecked = locks.flatMap(({ text }) =>
      Object.entries<{ integrity?: string; optional?: boolean }>(JSON.parse(text).packages)
        .filter(([path, { integrity, optional }]) => path !== '' && !integrity && !optional)
        .map(([path]) => path),
    );
    expect(unchecked).toEqual([]);
  });

  it('asks for the same Node everywhere', () => {
    const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(manifest.engines.node) ?? [];
    expect(read('tools/setup.sh')).toMatch(new RegExp(`node_major=${major}\\nnode_minor=${minor}\\b`));
    expect(read('bin/landfall.mjs')).toContain(`major === ${major} && minor < ${minor}`);
  });

  it('has a section of the changelog for its version', () => {
    expect(read('CHANGELOG.md')).toContain(`\n## ${manifest.version}`);
  });
});
