import type { RunTicket } from '../../job/run.ts';
import type { Keys } from '../../model/graph.ts';

/**
 * What a job's process inherits: what programs need to start and to reach the network. Nothing else, so that a run does
 * not depend on which terminal the service was started from, and sees none of its secrets.
 */
const inheritedNames = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'TMPDIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
];

/** Names the runner that started a process: how a later one finds what an earlier one left. */
export const RUNNER_ID_NAME = 'LANDFALL_RUNNER_ID';
export const DATA_FOLDER_NAME = 'LANDFALL_DATA_DIR';

/** Of every process of a job. */
export function jobEnvironment(dataFolder: string, runnerId: string): Record<string, string> {
  const environment: Record<string, string> = { [DATA_FOLDER_NAME]: dataFolder, [RUNNER_ID_NAME]: runnerId };
  for (const name of inheritedNames) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/** Files that hold what may be too long for the environment. */
export interface InputLists {
  /** One location a line, in the order of the run's inputs. */
  readonly locations: string;
  /** The same, each line `partitionRef`, `instanceId` and `location` with tabs between. */
  readonly table: string;
}

/**
 * What a command finds in its environment, so that it need not parse JSON: `LANDFALL_OUTPUT_<n>` and `_REF`, counted
 * from 1, and `LANDFALL_OUTPUT` where there is only one; inputs likewise as lists in files, because a thousand of them
 * are longer than an environment may be.
 */
export function commandEnvironment(ticket: RunTicket, lists: InputLists): Record<string, string> {
  const environment: Record<string, string> = {
    LANDFALL_RUN_ID: ticket.runId,
    LANDFALL_JOB: ticket.job,
    LANDFALL_ATTEMPT: String(ticket.attempt),
    LANDFALL_DEADLINE: new Date(ticket.deadline).toISOString(),
    LANDFALL_INPUT_COUNT: String(ticket.inputs.length),
    LANDFALL_INPUTS: lists.locations,
    LANDFALL_INPUT_TABLE: lists.table,
    LANDFALL_OUTPUT_COUNT: String(ticket.outputs.length),
    ...keyVariables(ticket.keys),
  };
  for (const [index, output] of ticket.outputs.entries()) {
    environment[`LANDFALL_OUTPUT_${index + 1}`] = output.location;
    environment[`LANDFALL_OUTPUT_${index + 1}_REF`] = output.partitionRef;
  }
  const [onlyOutput, ...otherOutputs] = ticket.outputs;
  if (onlyOutput && otherOutputs.length === 0) environment.LANDFALL_OUTPUT = onlyOutput.location;
  const [onlyInput, ...otherInputs] = ticket.inputs;
  if (onlyInput && otherInputs.length === 0) environment.LANDFALL_INPUT = onlyInput.location;
  return environment;
}

/** `month` is LANDFALL_KEY_MONTH, `stationId` LANDFALL_KEY_STATION_ID. */
function keyVariables(keys: Keys): Record<string, string> {
  return Object.fromEntries(Object.entries(keys).map(([key, value]) => [`LANDFALL_KEY_${variableName(key)}`, value]));
}

function variableName(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]/g, '_')
    .toUpperCase();
}
