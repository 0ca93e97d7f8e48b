import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, resolve, sep } from 'node:path';
import { canonicalJson } from '../model/canonicalJson.ts';
import type { RunSpec } from '../model/manifest.ts';
import type { GraphFault } from './graphFault.ts';
import { readModules, relativePath } from './loadGraphModules.ts';
import { sha256 } from './sha256.ts';

/** What a job runs, as a hash, and what keeps it from running. */
export interface JobCode {
  readonly codeVersion: string;
  readonly faults: readonly GraphFault[];
}

/** Where the job is declared, for faults about its files. */
type Place = Pick<GraphFault, 'file' | 'line'>;

/**
 * The version of a job's code: SHA-256 over the run's own words and all content that they reach inside the graph's
 * folder, by relative path, with the versions of installed packages. So it is the same on every machine and in every
 * folder. Files that a job opens by itself, and programs of the machine, are not in it.
 */
export function readJobCode(folder: string, run: RunSpec, place: Place): JobCode {
  switch (run.kind) {
    case 'event':
      return { codeVersion: hashCode(run, new Map(), []), faults: [] };
    case 'command':
      return { codeVersion: hashCode(run, filesNamed(folder, run.command), []), faults: [] };
    case 'module':
      return readModuleCode(folder, run, place);
  }
}

function readModuleCode(folder: string, run: RunSpec & { kind: 'module' }, place: Place): JobCode {
  const path = resolve(folder, run.path);
  if (!isFile(path)) {
    const message = `The job's module ${run.path} does not exist.`;
    return { codeVersion: '', faults: [{ message, hint: "Add the file, or mend the job's run.", ...place }] };
  }
  const { files, packages, faults } = readModules(folder, path);
  return { codeVersion: hashCode(run, files, [...packages]), faults };
}

/** Those of a command's words that name files inside the folder; its programs are the machine's. */
function filesNamed(folder: string, command: readonly string[]): ReadonlyMap<string, Buffer> {
  const paths = command
    .filter((word) => !isAbsolute(word))
    .map((word) => resolve(folder, word))
    .filter((path) => path.startsWith(folder + sep) && isFile(path));
  return new Map(paths.map((path) => [relativePath(folder, path), readFileSync(path)]));
}

function hashCode(run: RunSpec, files: ReadonlyMap<string, Buffer>, packages: readonly string[]): string {
  const hashes = Object.fromEntries([...files].map(([path, content]) => [path, sha256(content)]));
  return sha256(canonicalJson({ run: { ...run }, files: hashes, packages: [...packages].sort() }));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
