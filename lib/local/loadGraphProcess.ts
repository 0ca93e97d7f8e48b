import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GraphFault } from './graphFault.ts';
import type { Loaded } from './loadGraphChild.ts';

const CHILD = fileURLToPath(new URL('./loadGraphChild.ts', import.meta.url));
const NODE_OPTIONS = [
  // The parser that finds a module's imports without running it.
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
];
const STDERR_CHARACTERS_MAX = 4_096;

/**
 * Runs the config in a process of its own, which so can neither hang nor end this one, and starts with no module of an
 * earlier load. Its whole process group is ended with it.
 */
export async function loadInProcess(folder: string, config: string, timeoutSeconds: number): Promise<Loaded> {
  const child = spawn(process.execPath, [...NODE_OPTIONS, CHILD, folder, config], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const { promise, resolve } = Promise.withResolvers<Loaded>();
  const fail = (message: string, hint: string): void => resolve(failed({ message, hint, file: config, line: null }));
  const errors = collectErrors(child);
  const timer = setTimeout(
    () =>
      fail(`${config} did not end loading within ${timeoutSeconds} seconds.`, 'Take away what waits or loops in it.'),
    timeoutSeconds * 1_000,
  );
  child.once('message', (message) => resolve(message as Loaded));
  child.once('error', (error) => fail(`Node could not be started: ${error.message}.`, 'Free memory or processes.'));
  child.once('close', () => fail(...endedEarly(config, errors())));
  const loaded = await promise;
  clearTimeout(timer);
  endGroup(child);
  return loaded;
}

function failed(fault: GraphFault): Loaded {
  return { kind: 'failed', faults: [fault] };
}

function collectErrors(child: ChildProcess): () => string {
  let text = '';
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-STDERR_CHARACTERS_MAX);
  });
  return () => text;
}

function endedEarly(config: string, errors: string): [message: string, hint: string] {
  const said = /^\s*((?:\w*Error|Uncaught)[^\n]*)$/m.exec(errors)?.[1];
  return [
    `${config} ended its process while it was loaded${said === undefined ? '' : `: ${said}`}.`,
    'Take away what exits, waits for ever, or throws later on; a config only says what the graph is.',
  ];
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended by itself.
  }
}
