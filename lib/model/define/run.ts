import { GRAPH_LIMITS } from '../graphLimits.ts';
import type { RunSpec } from '../manifest.ts';
import { Fields, isObject, show } from './fields.ts';

/** What a job runs. Paths are relative to the graph's folder. */
export type RunOption =
  /** A module whose default export is `defineJob(…)`, such as `./jobs/clean.ts`. */
  | string
  /** A program with its arguments, never a shell. `runtime` says what a deployment must bring, such as `python3.13`. */
  | { readonly command: readonly string[]; readonly runtime?: string }
  /** `RunRequested` is published, and whoever does the work reports back. */
  | { readonly event: true };

const MODULE = /\.(ts|mts|js|mjs)$/;

/** Reads `run`; what is wrong goes to `fields`. */
export function readRun(fields: Fields): RunSpec {
  const run = fields.get('run');
  if (typeof run === 'string') return moduleRun(run, fields);
  if (isObject(run) && 'command' in run) return commandRun(run, fields);
  if (isObject(run) && run.event === true && Object.keys(run).length === 1) return { kind: 'event' };
  fields.refuse(
    run === undefined ? 'has no run' : `has ${show(run)} as run`,
    "Write the path of a module ('./jobs/clean.ts'), { command: ['python3', 'jobs/clean.py'] } or { event: true }.",
  );
  return { kind: 'event' };
}

function moduleRun(text: string, fields: Fields): RunSpec {
  const path = text.replace(/^(\.\/)+/, '');
  const parts = path.split('/');
  if (
    parts.some((part) => part === '' || part === '.' || part === '..') ||
    path.includes('\\') ||
    path.length > 1_024
  ) {
    fields.refuse(`runs ${show(text)}, which is no path inside the graph's folder`, "Write it as './jobs/clean.ts'.");
  } else if (!MODULE.test(path)) {
    fields.refuse(
      `runs ${show(text)}, which is no module`,
      "Name a .ts, .mts, .js or .mjs file, or write { command: ['sh', 'jobs/clean.sh'] } for a program.",
    );
  }
  return { kind: 'module', path };
}

function commandRun(run: Readonly<Record<string, unknown>>, fields: Fields): RunSpec {
  const own = new Fields('Its run', run, ['command', 'runtime']);
  const command = own.list('command').filter((part) => typeof part === 'string');
  const isWhole = command.length === own.list('command').length && command.length > 0 && command[0] !== '';
  const isSmall =
    command.length <= GRAPH_LIMITS.commandArguments &&
    command.every((part) => part.length <= GRAPH_LIMITS.commandCharacters && !part.includes('\0'));
  if (!isWhole || !isSmall) {
    own.refuse(
      'has a command that cannot be started',
      `Write the program and its arguments as texts, at most ${GRAPH_LIMITS.commandArguments} of at most ${GRAPH_LIMITS.commandCharacters} characters.`,
    );
  }
  const runtime = own.text('runtime');
  fields.findings.push(...own.findings);
  return { kind: 'command', command, runtime };
}
