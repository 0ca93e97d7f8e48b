// Exits 0 when node_modules already holds exactly what package-lock.json asks for, by npm's own record of it:
// so a developer's `npm ci` or `npm install` is not followed by a second installation.
import { readFileSync } from 'node:fs';

const packagesOf = (file) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).packages;

function isInstalled() {
  const { '': _root, ...wanted } = packagesOf('package-lock.json');
  const present = packagesOf('node_modules/.package-lock.json');
  const same = (path) => present[path]?.version === wanted[path]?.version;
  const absentByChoice = (path) => present[path] === undefined && wanted[path]?.optional === true;
  return [...Object.keys(wanted), ...Object.keys(present)].every((path) => same(path) || absentByChoice(path));
}

try {
  process.exitCode = isInstalled() ? 0 : 1;
} catch {
  process.exitCode = 1;
}
