import { runnerContract } from './runner.contract.ts';
import { openLocalRunner } from './runnerLocal.ts';

runnerContract({
  name: 'local module',
  newRunner: (reports) => openLocalRunner({ kind: 'module', path: './jobs/behave.ts' }, reports),
});

runnerContract({
  name: 'local command',
  newRunner: (reports) =>
    openLocalRunner({ kind: 'command', command: ['sh', 'jobs/behave.sh'], runtime: null }, reports),
});
