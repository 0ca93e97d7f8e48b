/** A service that runs one job and closes its runner; then nothing is left for its process to wait for. */
import { createLocalRunner } from '../../lib/local/runner/localRunner.ts';
import { graphFolder } from './runnerFolder.ts';

const [dataFolder = ''] = process.argv.slice(2);
const { promise: ended, resolve } = Promise.withResolvers<void>();
const limits = { childIdleSeconds: 3_600 };
const runner = createLocalRunner({ graphFolder, dataFolder, limits, reports: { ended: async () => resolve() } });
const standard = { buildId: 'b', attempt: 1, execution: 1, job: 'j', codeVersion: 'v1', heartbeatSeconds: null };
const run = { kind: 'module', path: './jobs/misbehave.ts' } as const;
const given = {
  runId: 'run_1',
  run,
  deadline: Date.now() + 60_000,
  keys: { does: 'nothing' },
  outputs: [],
  inputs: [],
};
await runner.start({ ...standard, ...given });
await ended;
await runner.close();
