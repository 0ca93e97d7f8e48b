import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { apiLimits } from '../../lib/api/limits.ts';
import { problemKinds } from '../../lib/api/problems.ts';
import { routesOf } from '../../lib/api/routes.ts';
import { exitCodes } from '../../lib/cli/exitCodes.ts';
import { declareProgram } from '../../lib/cli/program.ts';
import { suites } from '../../lib/cli/testSuites.ts';
import { reportLimits } from '../../lib/engine/externalCommands.ts';
import { wantLimits } from '../../lib/engine/wantCommands.ts';
import { MESSAGE_LENGTH_MAX, METADATA_BYTES_MAX, MISSING_REFS_MAX, REF_BYTES_MAX } from '../../lib/job/limits.ts';
import { commandEnvironment } from '../../lib/local/runner/environment.ts';
import { ANSWER_BYTES_MAX, runnerLimits } from '../../lib/local/runner/limits.ts';
import { serverLimits } from '../../lib/local/server/limits.ts';
import { limits } from '../../lib/log/eventLog.ts';
import { instancesMax, learnedMax } from '../../lib/model/build.ts';
import { GRAPH_LIMITS } from '../../lib/model/graphLimits.ts';
import { PARTITION_REF_BYTES_MAX } from '../../lib/model/ref.ts';
import { publicTypes } from '../../lib/query/publicEvents.ts';
import { filesOf } from './sourceTree.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const packageFile = JSON.parse(read('package.json'));
const pages = filesOf('.').filter(({ path }) => path.endsWith('.md'));

/** What stands outside code blocks and code spans. */
function prose(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
}

/** As GitHub makes the anchor of a heading. */
function anchorsOf(text: string): readonly string[] {
  const headings = [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)];
  return headings.map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('links of the documentation', () => {
  const links = pages.flatMap(({ path, text }) =>
    [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => ({ path, target }))
      .filter(({ target }) => !/^[a-z]+:/.test(target)),
  );

  it('are there at all', () => {
    expect(links.length).toBeGreaterThan(40);
  });

  it('lead to files of the project, and to headings in them', () => {
    const broken = links.filter(({ path, target }) => {
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? path : relative(root, join(root, dirname(path), file));
      if (to.startsWith('..') || !existsSync(join(root, to))) return true;
      return anchor !== undefined && !anchorsOf(read(to)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

const program = declareProgram(
  packageFile,
  async () => undefined,
  () => undefined,
);

interface Declared {
  readonly words: string;
  readonly command: Command;
}

/** Every command that does something, with its whole name. */
function commandsOf(command: Command, words: string): readonly Declared[] {
  const below = command.createHelp().visibleCommands(command);
  const own = below.filter((one) => one.name() !== 'help');
  if (own.length === 0) return [{ words, command }];
  return own.flatMap((one) => commandsOf(one, `${words} ${one.name()}`));
}

/** Without the options that all commands share, which the page tells once. */
function helpOf(command: Command): string {
  return command
    .helpInformation()
    .replace(/\nGlobal Options:[\s\S]*$/, '\n')
    .trimEnd();
}

/** They tell of commands that are gone, or not there yet, too. */
const alsoOfOtherVersions = ['CHANGELOG.md', 'docs/STATUS.md'];

describe('command line in the documentation', () => {
  const declared = commandsOf(program, 'landfall');
  const page = read('docs/reference/cli.md');

  it('is told whole, as it says itself', () => {
    expect(page).toContain(helpOf(program));
    for (const { words, command } of declared) {
      const section = page.split(`\n## \`${words}\`\n`)[1]?.split('\n## ')[0] ?? '';
      expect(section, words).toContain(helpOf(command));
    }
  });

  it('has no command that does not exist', () => {
    const told = [...page.matchAll(/^## `(landfall [^`]*)`$/gm)].map(([, words]) => words);
    expect(told.toSorted()).toEqual(declared.map(({ words }) => words).toSorted());
    const known = declared.map(({ words }) => words.split(' '));
    const groups = new Set(known.flatMap((words) => words.slice(0, -1).join(' ')));
    const present = pages.filter(({ path }) => !alsoOfOtherVersions.includes(path));
    const unknown = present.flatMap(({ path, text }) =>
      commandLinesIn(text)
        .filter((words) => !known.some((one) => one.every((word, i) => words[i] === word)))
        .filter((words) => !groups.has(words.join(' ')))
        .map((words) => `${path}: ${words.join(' ')}`),
    );
    expect(unknown).toEqual([]);
  });

  it('has every exit code', () => {
    for (const code of Object.values(exitCodes)) expect(page).toContain(`\n| ${code} | `);
  });

  it('names the suites of the test command', () => {
    const contributing = read('CONTRIBUTING.md');
    for (const { name } of suites) expect(contributing).toContain(`\`${name}\``);
  });
});

/** What is called `landfall …` in code blocks and code spans: the words up to the first option or argument. */
function commandLinesIn(text: string): readonly (readonly string[])[] {
  const blocks = [...text.matchAll(/^```[a-z]*\n([\s\S]*?)^```$/gm)].flatMap(([, code = '']) => code.split('\n'));
  const spans = [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  const lines = [...blocks.map((line) => line.replace(/^\$ /, '')), ...spans];
  return lines.flatMap((line) => {
    const said = /^(?:\.\/)?landfall ((?:[a-z_]+ ?)+)/.exec(line)?.[1];
    return said === undefined ? [] : [['landfall', ...said.trim().split(' ')]];
  });
}

describe('events in the documentation', () => {
  it('are all told', () => {
    const page = read('docs/reference/events.md');
    const told = [...page.matchAll(/^\| `([A-Z]\w+)` \|/gm)].map(([, type]) => type);
    expect(told.toSorted()).toEqual(publicTypes.toSorted());
  });
});

describe('HTTP API in the documentation', () => {
  const page = read('docs/reference/api.md');

  it('has every call, and no other', () => {
    const calls = routesOf(20).map(({ method, path }) => `${method} ${path.replace('{partitionRef+}', '{ref}')}`);
    const told = [...page.matchAll(/^\| `((?:GET|POST|DELETE) \/[^`]*)` \|/gm)].map(([, call]) => call);
    expect(told.toSorted()).toEqual(calls.toSorted());
  });

  it('has every kind of problem with its status', () => {
    for (const [kind, { status }] of Object.entries(problemKinds))
      expect(page).toContain(`\n| ${status} | \`${kind}\` |`);
  });
});

describe('limits in the documentation', () => {
  const rows = [...read('docs/reference/limits.md').matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)];
  const told = new Map(rows.map(([, name = '', value = '']) => [name, value.trim().replaceAll(',', '')]));
  const { modulesMax: _modules, commandsMax: _commands, ...fixedOfRunner } = runnerLimits({});
  const single = {
    PARTITION_REF_BYTES_MAX,
    METADATA_BYTES_MAX,
    MISSING_REFS_MAX,
    MESSAGE_LENGTH_MAX,
    ANSWER_BYTES_MAX,
    learnedMax,
    instancesMax,
  };
  const groups = { GRAPH_LIMITS, apiLimits, wantLimits, reportLimits, serverLimits, limits };
  const known = new Map<string, number>([
    ...Object.entries(single),
    ...Object.entries({ ...groups, runnerLimits: fixedOfRunner }).flatMap(([group, values]) =>
      Object.entries(values).map(([name, value]): [string, number] => [`${group}.${name}`, value]),
    ),
  ]);

  it('have the values of the code, and none is left out', () => {
    for (const [name, value] of known) expect(told.get(name), name).toBe(String(value));
    expect(REF_BYTES_MAX).toBe(PARTITION_REF_BYTES_MAX);
  });

  it('are all limits of the code', () => {
    const byCores = ['runnerLimits.modulesMax', 'runnerLimits.commandsMax'];
    expect([...told.keys()].filter((name) => !known.has(name) && !byCores.includes(name))).toEqual([]);
  });
});

describe('variables of a command in the documentation', () => {
  it('are all told', () => {
    const place = { partitionRef: 'a/2012', keys: {}, location: '/out' };
    const ticket = { runId: 'run', job: 'job', attempt: 1, keys: {}, deadline: 0 };
    const inputs = [{ ...place, instanceId: 'one' }];
    const environment = commandEnvironment({ ...ticket, outputs: [place], inputs }, { locations: '', table: '' });
    const page = read('docs/reference/jobs.md');
    for (const name of Object.keys(environment)) expect(page).toContain(`\`${name.replace('_1', '_<n>')}\``);
  });
});
