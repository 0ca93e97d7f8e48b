import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GraphFault } from './graphFault.ts';

/** What was thrown while a file was parsed. */
export function syntaxFault(error: unknown, file: string): GraphFault {
  const { code, message, stack } = readError(error);
  const line = /^[^\n]*:(\d+)\n/.exec(stack)?.[1];
  const place = { file, line: line === undefined ? null : Number(line) };
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    const construct = /^TypeScript (.*) is not supported/.exec(message)?.[1] ?? 'syntax';
    return {
      message: `${file} has a TypeScript ${construct}, which Node cannot run.`,
      hint: `${REPLACEMENTS[construct] ?? 'Write it in plain JavaScript with types'}; "erasableSyntaxOnly" in tsconfig.json shows such places in the editor.`,
      ...place,
    };
  }
  return { message: `${file} cannot be parsed: ${sentence(message)}`, hint: 'Mend the syntax.', ...place };
}

const REPLACEMENTS: Readonly<Record<string, string>> = {
  enum: 'Write a constant object or a union of texts instead of an enum',
  'parameter property': 'Declare the field in the class and assign it in the constructor',
  'namespace declaration': 'Use a module instead of a namespace',
  'import equals declaration': 'Write import … from …',
};

/** What was thrown while the config ran. */
export function thrownFault(error: unknown, folder: string, config: string): GraphFault {
  const { message, stack } = readError(error);
  const { file, line } = placeIn(stack, folder) ?? { file: config, line: null };
  const missing = /^The requested module '(.*)' does not provide an export named '(.*)'$/.exec(message);
  if (missing !== null) {
    return {
      message: `${file} imports "${missing[2]}" from "${missing[1]}", which exports nothing of that name.`,
      hint: 'Mend the name; where it is a type, write import type { … }.',
      file,
      line,
    };
  }
  return { message: `${file} failed while it was loaded: ${sentence(message)}`, hint: 'Mend what throws.', file, line };
}

function readError(error: unknown): { code: string | null; message: string; stack: string } {
  if (!(error instanceof Error)) return { code: null, message: `it threw ${String(error)}`, stack: '' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return { code, message: error.message, stack: error.stack ?? '' };
}

/** The first line of the stack that is in the graph's folder. */
function placeIn(stack: string, folder: string): { file: string; line: number } | null {
  for (const [, file, line] of stack.matchAll(/((?:file:\/\/)?\/[^\s():]+):(\d+)/g)) {
    const path = pathOf(file!);
    if (path.startsWith(folder + sep) && !path.includes(`${sep}node_modules${sep}`)) {
      return { file: relative(folder, path).split(sep).join('/'), line: Number(line) };
    }
  }
  return null;
}

/** The path of a `file:` URL; a path stays as it is. */
export function pathOf(fileOrUrl: string): string {
  return fileOrUrl.startsWith('file:') ? fileURLToPath(fileOrUrl) : fileOrUrl;
}

function sentence(message: string): string {
  const [first = ''] = message.split('\n');
  const short = first.length > 300 ? `${first.slice(0, 300)}…` : first;
  return /[.!?…]$/.test(short) ? short : `${short}.`;
}
