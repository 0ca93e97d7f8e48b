import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Reads `add GROUP` and `del GROUP`; when the service ends, however it ends, its input closes, and every group still
 * listed is killed. Plain POSIX sh, so it needs nothing that the service needs.
 */
const script = `
trap '' HUP INT QUIT TERM
groups=' '
while read -r verb group; do
  case $verb in
    add) groups="$groups$group " ;;
    del) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -9 "-$group" 2>/dev/null; done
`;

/** Kills the process groups of a service that was itself killed. */
export interface Reaper {
  add(group: number): void;
  remove(group: number): void;
  close(): void;
}

/** The shell is started with the first group, and started anew should it ever end. */
export function createReaper(): Reaper {
  const groups = new Set<number>();
  let shell: ChildProcess | null = null;

  const start = (): ChildProcess => {
    const started = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], env: {} });
    started.on('error', () => undefined);
    started.on('exit', () => {
      if (shell === started) shell = null;
    });
    started.stdin?.on('error', () => undefined);
    started.unref();
    (started.stdin as unknown as { unref(): void }).unref();
    for (const group of groups) started.stdin?.write(`add ${group}\n`);
    return started;
  };

  return {
    add(group) {
      groups.add(group);
      if (shell) shell.stdin?.write(`add ${group}\n`);
      else shell = start();
    },
    remove(group) {
      if (groups.delete(group)) shell?.stdin?.write(`del ${group}\n`);
    },
    close() {
      shell?.stdin?.end();
      shell = null;
    },
  };
}
