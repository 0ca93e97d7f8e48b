import { registerHooks } from 'node:module';

/** This package's own entry, for graphs that have no copy of it installed. */
const ownEntry = new URL(import.meta.url.endsWith('.ts') ? '../index.ts' : '../index.js', import.meta.url).href;

/** Lets `import 'landfall'` find this package where nothing else is found by that name. Once per process. */
export function registerLandfallResolve(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      try {
        return nextResolve(specifier, context);
      } catch (error) {
        if (specifier !== 'landfall') throw error;
        return { url: ownEntry, shortCircuit: true };
      }
    },
  });
}
