#!/usr/bin/env node
// The plain-JavaScript entry: it must parse on any Node from 14 on, so that an old one gets a sentence and no stack.
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const here = (path) => new URL(path, import.meta.url);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 12)) {
  const clone = existsSync(here('../landfall')) ? ' In a clone, start ./landfall, which brings one.' : '';
  console.error(`landfall: needs Node 24.12 or newer, and this is ${process.versions.node}.${clone}`);
  process.exitCode = 1;
} else if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  console.log(JSON.parse(readFileSync(here('../package.json'), 'utf8')).version);
} else {
  start();
}

function start() {
  // Experimental features are landfall's choice, not the user's concern; other warnings are one line, without a stack.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') console.error(`landfall: warning: ${warning.message}`);
  });
  // Beside the dependencies, so that it belongs to who may write the code, and goes when they are installed anew.
  // Where that folder is read-only, Node goes on without a cache.
  module.enableCompileCache(fileURLToPath(here('../node_modules/.cache/landfall')));
  // A clone runs its sources; the package holds only what was compiled from them.
  const main = here(existsSync(here('../lib/cli/main.ts')) ? '../lib/cli/main.ts' : '../dist/cli/main.js');
  import(main.href)
    .then((cli) => cli.main(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code;
    })
    .catch((error) => {
      console.error(`landfall: ${error instanceof Error ? error.message : error}`);
      process.exitCode = 1;
    });
}
