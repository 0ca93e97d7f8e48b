import type { Commit, StoredEvent } from '../../../lib/log/eventLog.ts';
import type { Body } from './messages.ts';
import type { Command } from './person.ts';
import type { Handler } from './steps.ts';
import type { World } from './world.ts';

/** A message in a few words. */
export function describeBody(body: Body): string {
  switch (body.kind) {
    case 'commit':
      return `react to ${body.commit.stream}@${body.commit.revision} (${namesOf(body.commit)})`;
    case 'wake':
      return `wake those who wait for ${body.wake.awaited} (${body.wake.cause})`;
    case 'due':
      return `due moment of ${body.due.subject}`;
    case 'sweep':
      return 'look for due moments';
    case 'answer': {
      const { runId, attempt, execution } = body.handle;
      return `execution ${runId}.${attempt}.${execution} answers ${body.outcome.kind}`;
    }
    case 'restart':
      return `start ${body.handle.runId}.${body.handle.attempt} again`;
    case 'command':
      return describeCommand(body.command);
  }
}

export function describeCommand(command: Command): string {
  const { kind, ...rest } = command;
  return `${kind} ${JSON.stringify(rest)}`;
}

export function describeCommit(world: World, commit: Commit, { id }: Handler): string {
  const events = commit.events.map((event) => describeEvent(event)).join(', ');
  return `#${world.truth.seq + 1} h${id} writes ${commit.stream}@${commit.revision}: ${events}`;
}

function namesOf(commit: Commit): string {
  return commit.events.map((event) => event.type).join(', ');
}

const told = ['runId', 'attempt', 'execution', 'state', 'partitionRef', 'instanceId', 'because', 'missing', 'reason'];
const toldOfPools = ['released', 'granted', 'pins', 'deadline', 'retryAt', 'error'];

function describeEvent(event: StoredEvent): string {
  const fields = [...told, ...toldOfPools].flatMap((name) =>
    event[name] === undefined ? [] : [`${name} ${JSON.stringify(event[name])}`],
  );
  return fields.length === 0 ? event.type : `${event.type} (${fields.join(', ')})`;
}
