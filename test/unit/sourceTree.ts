import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const notOurs = new Set(['node_modules', '.git', '.node', '.landfall', 'dist', 'coverage']);

export interface SourceFile {
  /** From the repository's root, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every file below the root that could be committed, by folder or single path; those that are absent are left out. */
export function filesOf(...places: readonly string[]): SourceFile[] {
  return places.flatMap((place) => walk(join(root, place))).map(toSource);
}

function walk(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return stats?.isFile() ? [path] : [];
  const names = readdirSync(path).filter((name) => !notOurs.has(name));
  return names.flatMap((name) => walk(join(path, name)));
}

const toSource = (path: string): SourceFile => ({
  path: relative(root, path).split(sep).join('/'),
  text: readFileSync(path, 'utf8'),
});

/** The code without its comments, so that a comment may speak of what is banned. Line numbers stay. */
export function codeOf(file: SourceFile): string {
  return file.text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** What a file imports or starts: packages by name, own files by path from the root. */
export function importsOf(file: SourceFile): string[] {
  const found = codeOf(file).matchAll(/(?:\bfrom|\bimport|\bimport\(|\bnew URL\()\s*'([^']+)'/g);
  const named = [...found].map(([, specifier = '']) => specifier);
  return named.map((to) => (to.startsWith('.') ? posix.join(dirname(file.path), to) : to));
}

/** `path:line: text` for each line of the code that matches. */
export function findLines(files: readonly SourceFile[], pattern: RegExp, read = codeOf): string[] {
  return files.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file.path}:${index + 1}: ${line.trim()}`] : [])),
  );
}
