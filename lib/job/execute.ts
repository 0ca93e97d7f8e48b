import { inspect } from 'node:util';
import type { RunOutcome } from '../engine/ports.ts';
import { isRetryableError } from './errors.ts';
import { failed } from './failed.ts';
import { checkedMetadata } from './metadata.ts';
import { type OpenRun, openRun, type RunSurroundings, type RunTicket } from './run.ts';
import type { Job } from './types.ts';

/** How the job itself brought the run to an end. */
export type JobOutcome = Exclude<RunOutcome, { kind: 'timedOut' }>;

/** Gives a job its run and judges what it did. Never rejects. */
export async function executeJob(job: Job, ticket: RunTicket, surroundings: RunSurroundings): Promise<JobOutcome> {
  const opened = openRun(ticket, surroundings);
  try {
    const metadata = await job(opened.run);
    await opened.close();
    return opened.verdict() ?? (await success(opened, metadata));
  } catch (error) {
    await opened.close();
    return opened.verdict() ?? failure(error, surroundings);
  }
}

async function success(opened: OpenRun, metadata: unknown): Promise<JobOutcome> {
  try {
    const checked = checkedMetadata(metadata);
    return { kind: 'succeeded', outputs: await opened.settledOutputs(), metadata: checked };
  } catch (error) {
    return failed(`The run is not complete: ${(error as Error).message}.`, false);
  }
}

/** What went wrong in code that is not landfall's: where it was goes into the message, its whole trace into the log. */
export function failure(error: unknown, { channel, placeOf }: RunSurroundings): JobOutcome {
  const text = error instanceof Error ? `${namePrefix(error)}${error.message || 'no message'}` : inspect(error);
  channel.log(`${error instanceof Error ? (error.stack ?? text) : text}\n`);
  const place = error instanceof Error ? placeOf(error) : null;
  return failed(`The job threw ${text}${place === null ? '' : ` (at ${place})`}`, isRetryableError(error));
}

function namePrefix(error: Error): string {
  return error.name === 'Error' || isRetryableError(error) ? '' : `${error.name}: `;
}
