import type { Cli } from '../cli.ts';
import { needFolders } from '../target.ts';

export interface DevOptions {
  readonly port?: number;
  /** Given by the command that started it: it runs in the background. */
  readonly idleSeconds?: number;
}

export async function dev(cli: Cli, { port, idleSeconds }: DevOptions): Promise<number> {
  const folders = needFolders(cli.globals);
  const { runService } = await import('../../local/service.ts');
  return runService({
    ...folders,
    ...(port === undefined ? {} : { port }),
    idleSeconds: idleSeconds ?? null,
    foreground: idleSeconds === undefined,
    print: (line) => cli.terminal.print(line),
  });
}

export async function doctor(cli: Cli, { rebuild = false }: { readonly rebuild?: boolean }): Promise<number> {
  const folders = needFolders(cli.globals);
  const { runDoctor } = await import('../../local/doctor.ts');
  return runDoctor({ ...folders, rebuild, print: (line) => cli.terminal.print(line) });
}
