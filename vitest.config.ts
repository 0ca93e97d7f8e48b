import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { suites } from './lib/cli/testSuites.ts';
import packageJson from './package.json' with { type: 'json' };

/** `import 'landfall'` in a test or an example is this clone's source, by the same entries as the package's. */
const alias = Object.entries(packageJson.exports).map(([entry, targets]) => ({
  find: new RegExp(`^${entry.replace('.', 'landfall')}$`),
  replacement: fileURLToPath(new URL(targets['landfall-source'], import.meta.url)),
}));

export default defineConfig({
  resolve: { alias },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: suites
      .filter((suite) => suite.kind === 'vitest')
      .map(({ name, testSecondsMax }) => ({
        extends: true,
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          testTimeout: testSecondsMax * 1000,
          hookTimeout: testSecondsMax * 1000,
        },
      })),
  },
});
