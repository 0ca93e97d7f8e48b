import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How a client finds the service of a data folder. */
export interface ServiceFile {
  readonly url: string;
  readonly pid: number;
  readonly tokenPath: string;
  readonly version: string;
}

export const lockFile = 'service.lock';
export const tokenFile = 'token';
const serviceFile = 'service.json';

/** `null` where there is none, or none that can be read. It may be left from a service that was killed. */
export async function readServiceFile(dataFolder: string): Promise<ServiceFile | null> {
  const text = await readFile(join(dataFolder, serviceFile), 'utf8').catch(() => null);
  try {
    return text === null ? null : (JSON.parse(text) as ServiceFile);
  } catch {
    return null;
  }
}

/** Whole or not at all: a client never reads half of it. */
export async function writeServiceFile(dataFolder: string, service: ServiceFile): Promise<void> {
  const path = join(dataFolder, serviceFile);
  await writeFile(`${path}.new`, `${JSON.stringify(service)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

export async function removeServiceFile(dataFolder: string): Promise<void> {
  await rm(join(dataFolder, serviceFile), { force: true });
}
