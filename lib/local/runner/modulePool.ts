import { extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunOutcome, RunRequest } from '../../engine/ports.ts';
import type { RunTicket } from '../../job/run.ts';
import type { JobProcess, ProcessListener } from './execution.ts';
import { causeOfDeath } from './exitReasons.ts';
import type { RunnerLimits } from './limits.ts';
import { type ChildEnd, type ModuleChild, moduleChild } from './moduleChild.ts';
import type { ProcessGroups } from './processGroups.ts';

/** Source where this file is source, compiled where it is compiled. */
const entry = fileURLToPath(new URL('./child.ts', import.meta.url)).replace(/\.ts$/, extname(import.meta.url));

export interface ModulePool {
  /** Resolves when a process has the run: what it takes to start one is not the run's time. */
  launch(request: RunRequest, ticket: RunTicket, listener: ProcessListener): Promise<JobProcess>;
  /** No run that starts from now on uses code that was loaded before. */
  retire(): void;
  close(): Promise<void>;
}

export interface ModulePoolOptions {
  readonly graphFolder: string;
  readonly dataFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly groups: ProcessGroups;
  readonly limits: RunnerLimits;
}

/**
 * Warm child processes for module jobs. A child is used again as long as all code that it has loaded is current: a new
 * code version of any job ends all, since jobs share files that the loader never reads twice.
 */
export function createModulePool({
  graphFolder,
  dataFolder,
  environment,
  groups,
  limits,
}: ModulePoolOptions): ModulePool {
  const versions = new Map<string, string>();
  const children = new Set<ModuleChild>();
  let idle: { child: ModuleChild; timer: NodeJS.Timeout }[] = [];
  let retired = new WeakSet<ModuleChild>();

  const spawn = (): ModuleChild => {
    const args = [`--max-old-space-size=${limits.heapMegabytesMax}`, entry];
    const child = moduleChild(
      groups.spawn(process.execPath, args, {
        cwd: graphFolder,
        env: { ...environment, NODE_COMPILE_CACHE: join(dataFolder, 'compile-cache') },
        stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      }),
    );
    children.add(child);
    void child.gone.then(() => forget(child));
    return child;
  };

  const forget = (child: ModuleChild): void => {
    children.delete(child);
    takeFromIdle(child);
  };

  /** Its timer goes too: it would keep a service that ends alive for as long as a child may be idle. */
  const takeFromIdle = (child: ModuleChild): void => {
    for (const { timer } of idle.filter((waiting) => waiting.child === child)) clearTimeout(timer);
    idle = idle.filter((waiting) => waiting.child !== child);
  };

  /** Out of the list at once: a child that is being ended must not be given a run. */
  const dismiss = async (child: ModuleChild): Promise<void> => {
    takeFromIdle(child);
    void child.group.kill();
    await child.gone;
  };

  const retire = (): void => {
    retired = new WeakSet(children);
    for (const { child } of idle) void dismiss(child);
  };

  const noteVersion = ({ run, codeVersion }: RunRequest): void => {
    const path = run.kind === 'module' ? run.path : '';
    const known = versions.get(path);
    if (known !== undefined && known !== codeVersion) retire();
    versions.set(path, codeVersion);
  };

  const take = (): ModuleChild => {
    const found = idle.pop();
    if (!found) return spawn();
    clearTimeout(found.timer);
    return found.child;
  };

  const giveBack = async (child: ModuleChild, end: ChildEnd): Promise<void> => {
    const isGood =
      end.kind === 'ended' &&
      end.message.isClean &&
      end.message.residentBytes < limits.childBytesMax &&
      child.runs < limits.runsPerChildMax &&
      !retired.has(child);
    if (!isGood) return dismiss(child);
    const timer = setTimeout(() => void dismiss(child), limits.childIdleSeconds * 1000);
    idle.push({ child, timer });
  };

  return {
    async launch(request, ticket, listener) {
      noteVersion(request);
      const child = take();
      await child.ready;
      const modulePath = resolve(graphFolder, request.run.kind === 'module' ? request.run.path : '');
      let isStopped = false;
      const ended = child.run({ modulePath, graphFolder, ticket }, listener).then(async (end): Promise<RunOutcome> => {
        await (isStopped ? dismiss(child) : giveBack(child, end));
        return end.kind === 'ended' ? end.message.outcome : causeOfDeath(end, limits);
      });
      const stop = async (): Promise<void> => {
        isStopped = true;
        await child.group.terminate();
      };
      return { ended, stop };
    },
    retire,
    async close() {
      await Promise.all([...children].map(dismiss));
    },
  };
}
