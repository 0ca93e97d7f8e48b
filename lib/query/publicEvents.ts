import { builds, stateOf } from '../engine/streams.ts';
import type { Commit } from '../log/eventLog.ts';
import type { BuildEvent } from '../model/build.ts';
import type { Json } from '../model/json.ts';
import type { WantEvent } from '../model/want.ts';
import { moment, momentOrNull } from './format.ts';
import { eventIdOf } from './lists.ts';
import type { EventView } from './views.ts';

/** The types that the feed shows: what others act on, and what a timeline is made of. */
export const publicTypes = [
  'WantCreated',
  'WantSatisfied',
  'WantFailed',
  'WantExpired',
  'WantCancelled',
  'PartitionLive',
  'PartitionTainted',
  'RunRequested',
  'RunStarted',
  'RunEnded',
  'SlaAtRisk',
  'SlaLate',
] as const;

/** The public events of one commit, in its order. */
export function publicEvents(graph: string, position: number, commit: Commit): readonly EventView[] {
  return commit.events.flatMap((event, i) => {
    const fields = fieldsOf(event as unknown as WantEvent | BuildEvent, commit);
    if (fields === null) return [];
    const common = { eventId: eventIdOf(commit, i), type: event.type, at: moment(commit.at), graph, position };
    return [{ ...fields, ...common } as EventView];
  });
}

type Fields = { readonly [field: string]: Json };

function fieldsOf(event: WantEvent | BuildEvent, commit: Commit): Fields | null {
  switch (event.type) {
    case 'WantCreated':
      return { wantId: event.wantId, partitionRefs: event.partitionRefs, source: event.source };
    case 'WantSatisfied':
      return { ...wantFields(event), state: 'satisfied' };
    case 'WantFailed':
    case 'WantExpired':
    case 'WantCancelled':
      return {
        ...wantFields(event),
        state: event.type.slice('Want'.length).toLowerCase(),
        reason: event.reason.text,
        runId: event.reason.runId ?? null,
      };
    case 'SlaAtRisk':
    case 'SlaLate': {
      const { slaDeadline, expectedAt, blame } = event;
      return { ...wantFields(event), slaDeadline: moment(slaDeadline), expectedAt: momentOrNull(expectedAt), blame };
    }
    case 'RunStarted':
      return startedFields(event, commit);
    case 'RunRequested': {
      const { runId, attempt, job, outputs, timeoutAt } = event;
      return { runId, attempt, job, partitionRefs: outputs, deadline: moment(timeoutAt) };
    }
    case 'RunEnded': {
      const { runId, attempt, job, outputs, state, error, missing, metadata } = event;
      return {
        runId,
        attempt,
        job,
        partitionRefs: outputs,
        state,
        reason: error ?? null,
        missing: missing ?? null,
        metadata: metadata ?? null,
      };
    }
    case 'PartitionLive': {
      const { partitionRef, instanceId, runId, location, rows, bytes } = event;
      return {
        partitionRef,
        instanceId,
        runId: runId ?? null,
        location: location ?? null,
        rows: rows ?? null,
        bytes: bytes ?? null,
      };
    }
    case 'PartitionTainted': {
      const { partitionRef, instanceId, reason, because } = event;
      return { partitionRef, instanceId, reason, because: because ?? null };
    }
    default:
      return null;
  }
}

function wantFields(
  event: Pick<Extract<WantEvent, { type: 'WantSatisfied' }>, 'wantId' | 'partitionRefs' | 'source'>,
): Fields {
  const { wantId, partitionRefs, source } = event;
  return { wantId, partitionRefs, source };
}

/** A run that starts from queued says so in few words: the rest stands in the state of its commit. */
function startedFields(event: Extract<BuildEvent, { type: 'RunStarted' }>, commit: Commit): Fields {
  const run = stateOf(builds, commit).run;
  const { runId, attempt } = event;
  const outputs = event.outputs ?? run?.outputs ?? [];
  return { runId, attempt, job: event.job ?? run?.job ?? null, partitionRefs: outputs, wantIds: event.wantIds ?? [] };
}
