import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { mutants } from './list.ts';
import { applyEdit } from './mutant.ts';

/** Loaded before everything else by `node --import`: switches off the rule of the mutant that the environment names. */
const name = process.env.SIMULATION_MUTANT;
const mutant = mutants.find((one) => one.name === name);
if (mutant === undefined) throw new Error(`there is no mutant ${name}`);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const mutated = new Map<string, string>();
for (const edit of mutant.edits) {
  const path = `${root}${edit.file}`;
  mutated.set(path, applyEdit(mutated.get(path) ?? readFileSync(path, 'utf8'), edit));
}

registerHooks({
  load(url, context, nextLoad) {
    const source = url.startsWith('file:') ? mutated.get(fileURLToPath(url)) : undefined;
    if (source === undefined) return nextLoad(url, context);
    return { format: 'module-typescript', source, shortCircuit: true };
  },
});
