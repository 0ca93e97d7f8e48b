import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire, findPackageJSON, isBuiltin, stripTypeScriptTypes } from 'node:module';
import { extname, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SourceTextModule } from 'node:vm';
import type { GraphFault } from './graphFault.ts';
import { syntaxFault } from './loadGraphErrors.ts';

/** What a module is made of: itself and everything that it imports. Nothing of it was run. */
export interface ModuleGraph {
  /** Content by path relative to the graph's folder. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** `name@version` of the installed packages. */
  readonly packages: ReadonlySet<string>;
  readonly faults: readonly GraphFault[];
}

const TYPESCRIPT = ['.ts', '.mts', '.cts'];
const JAVASCRIPT = ['.js', '.mjs', '.cjs'];
/** An import that is found when the module runs; only one with a literal text can be followed. */
const DYNAMIC_IMPORT = /\b(import|require)\s*\(\s*(['"])([^'"\n]+)\2/g;
const OWN_PACKAGE = new URL('../../package.json', import.meta.url);

interface Import {
  readonly specifier: string;
  /** False where the module may do without it. */
  readonly required: boolean;
}

/** Reads a module and all that it reaches. Needs `--experimental-vm-modules`: Node's own parser finds the imports. */
export function readModules(folder: string, entry: string): ModuleGraph {
  const files = new Map<string, Buffer>();
  const packages = new Set<string>();
  const faults: GraphFault[] = [];
  const open = [entry];
  for (const path of open) {
    const file = relativePath(folder, path);
    if (files.has(file)) continue;
    const content = readFileSync(path);
    files.set(file, content);
    try {
      for (const found of importsOf(path, content.toString())) {
        const target = resolveImport(path, found.specifier);
        if (target.kind === 'file') open.push(target.path);
        if (target.kind === 'package') packages.add(target.nameAndVersion);
        if (target.kind === 'missing' && found.required) {
          faults.push(missingImport(file, content.toString(), found.specifier, target.path));
        }
      }
    } catch (error) {
      faults.push(syntaxFault(error, file));
    }
  }
  return { files, packages, faults };
}

/** With `/` on every system, so that hashes are the same. */
export function relativePath(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}

function importsOf(path: string, source: string): readonly Import[] {
  const extension = extname(path);
  if (![...TYPESCRIPT, ...JAVASCRIPT].includes(extension)) return [];
  const code = TYPESCRIPT.includes(extension) ? stripTypeScriptTypes(source, { sourceUrl: path }) : source;
  const dynamic = [...code.matchAll(DYNAMIC_IMPORT)].map((match) => ({ specifier: match[3]!, required: false }));
  if (extension === '.cjs' || extension === '.cts') return dynamic;
  return [...staticImports(path, code), ...dynamic];
}

function staticImports(path: string, code: string): readonly Import[] {
  try {
    const { moduleRequests } = new SourceTextModule(code, { identifier: path });
    return moduleRequests.map(({ specifier }) => ({ specifier, required: true }));
  } catch (error) {
    // The other parser, which takes plain JavaScript too, says in which line.
    stripTypeScriptTypes(code, { sourceUrl: path });
    throw error;
  }
}

type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly nameAndVersion: string }
  | { readonly kind: 'builtin' }
  | { readonly kind: 'missing'; readonly path: string | null };

function resolveImport(from: string, specifier: string): Target {
  if (isBuiltin(specifier)) return { kind: 'builtin' };
  if (!/^(\.{0,2}\/|file:)/.test(specifier)) return packageOf(from, specifier);
  const path = fileURLToPath(new URL(specifier, pathToFileURL(from)));
  if (isFile(path)) return { kind: 'file', path };
  const required = extname(from) === '.cjs' || extname(from) === '.cts' ? requirePath(from, specifier) : null;
  return required === null ? { kind: 'missing', path } : { kind: 'file', path: required };
}

function requirePath(from: string, specifier: string): string | null {
  try {
    return createRequire(from).resolve(specifier);
  } catch {
    return null;
  }
}

function packageOf(from: string, specifier: string): Target {
  const path = packageFile(from, specifier);
  if (path === null) return { kind: 'missing', path: null };
  const { name, version } = JSON.parse(readFileSync(path, 'utf8')) as { name?: string; version?: string };
  return { kind: 'package', nameAndVersion: `${name ?? specifier}@${version ?? ''}` };
}

function packageFile(from: string, specifier: string): string | URL | null {
  try {
    // The package's own `#…` imports are described by its own package.json.
    return findPackageJSON(specifier.startsWith('#') ? '.' : specifier, pathToFileURL(from)) ?? null;
  } catch {
    return specifier === 'landfall' || specifier.startsWith('landfall/') ? OWN_PACKAGE : null;
  }
}

function missingImport(file: string, source: string, specifier: string, path: string | null): GraphFault {
  return {
    message: `${file} imports "${specifier}", which does not exist.`,
    hint:
      path === null ? `Install the package (npm install ${specifier}), or mend its name.` : fileHint(specifier, path),
    file,
    line: lineOf(source, specifier),
  };
}

function fileHint(specifier: string, path: string): string {
  const withoutExtension = path.slice(0, path.length - extname(path).length);
  const similar = [`${path}.ts`, `${path}/index.ts`, `${path}.js`, `${withoutExtension}.ts`, `${withoutExtension}.mts`];
  const found = similar.find((candidate) => existsSync(candidate));
  if (found === undefined) return 'Mend the path, or add the file.';
  const base = found.startsWith(path) ? specifier : specifier.slice(0, specifier.length - extname(path).length);
  const written = base + found.slice(found.startsWith(path) ? path.length : withoutExtension.length);
  return `Write "${written}": Node takes an import by the file's whole name.`;
}

function lineOf(source: string, specifier: string): number | null {
  const index = source
    .split('\n')
    .findIndex((line) => line.includes(`'${specifier}'`) || line.includes(`"${specifier}"`));
  return index < 0 ? null : index + 1;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
