import { basename } from 'node:path';
import { ensureService, type FoundService, findService, ServiceNotStarted } from '../local/autostart.ts';
import { packageVersion } from '../local/version.ts';
import { Client } from './client.ts';
import { type CliError, notLoaded, unreachable } from './problem.ts';
import { findFolders, type Globals, remoteAddress } from './target.ts';

/** An unused service that a command started goes after this long. */
const idleSeconds = 300;
/** How long a service may take to answer; the first start of a large log reads it whole. */
const startSecondsMax = 60;

/**
 * A client of the service that the options mean: the one of `--url`, else the graph folder's own, which is started
 * where none runs.
 *
 * @param note says what takes time, on standard error.
 */
export function connect(globals: Globals, note: (line: string) => void): Client {
  const { url } = globals;
  if (url !== undefined) return new Client(async () => remoteAddress(url, globals.tokenFile));
  return new Client(async () => local(globals, note));
}

/** The running service or none: nothing is started. */
export async function findRunning(globals: Globals, timeoutSeconds: number): Promise<Client | null> {
  const { url } = globals;
  if (url !== undefined) return new Client(async () => remoteAddress(url, globals.tokenFile));
  const service = await findService(findFolders(globals).dataFolder, timeoutSeconds);
  return service?.version === packageVersion() ? new Client(async () => service) : null;
}

async function local(globals: Globals, note: (line: string) => void): Promise<FoundService> {
  const { graphFolder, dataFolder } = findFolders(globals);
  const service = graphFolder === null ? await findService(dataFolder) : await ensure(graphFolder, dataFolder, note);
  if (service === null) {
    throw unreachable(`No service runs on ${dataFolder}, and without the graph's folder (--graph DIR) none can start.`);
  }
  if (service.version !== packageVersion()) throw otherVersion(service);
  return service;
}

async function ensure(graphFolder: string, dataFolder: string, note: (line: string) => void): Promise<FoundService> {
  const onStart = () => note(`Starting landfall for ${basename(graphFolder)} …`);
  try {
    return await ensureService({ graphFolder, dataFolder, idleSeconds, limitSeconds: startSecondsMax, onStart });
  } catch (error) {
    throw error instanceof ServiceNotStarted ? notStarted(error) : error;
  }
}

function notStarted({ exitCode, lines, logFile }: ServiceNotStarted): CliError {
  const said = lines.map((line) => `\n${line.replace(/^landfall: /, '')}`).join('');
  if (exitCode === 1) return notLoaded(`The service did not start:${said}`);
  const why = exitCode === null ? `did not answer within ${startSecondsMax} s` : 'ended before it answered';
  return unreachable(`The service ${why}; its log is ${logFile}${said === '' ? '.' : `:${said}`}`);
}

function otherVersion({ pid, version }: FoundService): CliError {
  return unreachable(
    `The service that runs here (process ${pid}) is landfall ${version} and this command is ${packageVersion()}: ` +
      `stop it with "kill ${pid}", or use landfall ${version}.`,
  );
}
