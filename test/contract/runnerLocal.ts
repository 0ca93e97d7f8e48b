import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunReports } from '../../lib/engine/ports.ts';
import { createLocalRunner } from '../../lib/local/runner/localRunner.ts';
import type { RunSpec } from '../../lib/model/manifest.ts';
import type { OpenRunner } from './runner.contract.ts';

const graphFolder = fileURLToPath(new URL('./runnerGraph', import.meta.url));

/** A local runner on a data folder of its own, whose job is one that does what the key `does` says. */
export async function openLocalRunner(run: RunSpec, reports: RunReports): Promise<OpenRunner> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'landfall-runner-'));
  const runner = createLocalRunner({ graphFolder, dataFolder, reports, limits: { graceSeconds: 0.5 } });
  let made = 0;
  return {
    runner,
    request(behaviour, given) {
      made += 1;
      const place = (number: number) => ({
        partitionRef: `made/${number}`,
        keys: { does: behaviour },
        location: join(dataFolder, 'objects', String(made), `made${number}`),
      });
      return {
        buildId: `behave/${behaviour}`,
        runId: `run_${made}`,
        attempt: 1,
        execution: 1,
        job: 'behave',
        keys: { does: behaviour },
        run,
        codeVersion: 'v1',
        deadline: Date.now() + 60_000,
        heartbeatSeconds: null,
        outputs: [place(1), place(2)],
        inputs: [],
        ...given,
      };
    },
    contentAt: (location) => readFile(location, 'utf8').catch(() => null),
    async close() {
      await runner.close();
      await rm(dataFolder, { recursive: true });
    },
  };
}
