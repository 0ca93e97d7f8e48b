import { readFileSync } from 'node:fs';

let version: string | null = null;

/** This package's own version. */
export function packageVersion(): string {
  version ??= (JSON.parse(readFileSync(findPackage(), 'utf8')) as { version: string }).version;
  return version;
}

/** From `lib/local` in a clone, from `dist/local` in a package. */
function findPackage(): URL {
  return new URL('../../package.json', import.meta.url);
}
