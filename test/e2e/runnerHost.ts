/** A service that is to be killed: starts runs that would never end, in a data folder. */
import { createLocalRunner } from '../../lib/local/runner/localRunner.ts';
import type { RunSpec } from '../../lib/model/manifest.ts';
import { graphFolder, leavesGroup } from './runnerFolder.ts';

const [dataFolder = ''] = process.argv.slice(2);
const runner = createLocalRunner({ graphFolder, dataFolder, reports: { ended: async () => undefined } });

async function start(runId: string, run: RunSpec, does: string): Promise<void> {
  const standard = { buildId: 'b', attempt: 1, execution: 1, job: 'j', codeVersion: 'v1', heartbeatSeconds: null };
  const deadline = Date.now() + 600_000;
  await runner.start({ ...standard, runId, run, deadline, keys: { does }, outputs: [], inputs: [] });
}

const script = `trap '' TERM HUP; sleep 1001 & echo pid $$; exec sleep 1002`;
await start('run_command', { kind: 'command', command: ['sh', '-c', script], runtime: null }, '');
await start('run_outside', { kind: 'command', command: ['sh', '-c', leavesGroup], runtime: null }, '');
await start('run_module', { kind: 'module', path: './jobs/misbehave.ts' }, 'saysAndBlocks');
setInterval(() => undefined, 60_000);
