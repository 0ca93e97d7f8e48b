import type { PartitionLive, PartitionTainted } from './build.ts';
import { instancesMax } from './build.ts';
import type { StoredEvent } from './storedEvent.ts';
import { unknownEvent } from './unknownEvent.ts';

export interface ExternalInstance {
  readonly instanceId: string;
  /** When it was reported (milliseconds). */
  readonly at: number;
  readonly dataAt?: number;
  readonly location?: string;
  readonly tainted?: string;
}

/** A partition that is reported, not built. */
export interface External {
  readonly stateVersion: 1;
  readonly graph: string;
  readonly partitionRef: string;
  readonly instance: ExternalInstance;
  /** Reported before it, the newest `instancesMax`. */
  readonly earlier: readonly ExternalInstance[];
}

/** Folds one event. @throws UnknownEvent for a type or version that this code does not know. */
export function evolveExternal(external: External | null, event: StoredEvent, at: number): External {
  const known = event as unknown as PartitionLive | PartitionTainted;
  if (known.v !== 1) throw unknownEvent('external', event);
  switch (known.type) {
    case 'PartitionLive':
      return reported(external, known, at);
    case 'PartitionTainted':
      if (external === null) throw unknownEvent('external', event);
      return {
        ...external,
        instance: taint(external.instance, known),
        earlier: external.earlier.map((one) => taint(one, known)),
      };
    default:
      known satisfies never;
      throw unknownEvent('external', event);
  }
}

function reported(external: External | null, event: PartitionLive, at: number): External {
  const instance: ExternalInstance = {
    instanceId: event.instanceId,
    at,
    ...(event.dataAt === undefined ? {} : { dataAt: event.dataAt }),
    ...(event.location === undefined ? {} : { location: event.location }),
  };
  const earlier = external === null ? [] : [...external.earlier, external.instance].slice(-instancesMax);
  return { stateVersion: 1, graph: event.graph ?? '', partitionRef: event.partitionRef, instance, earlier };
}

function taint(instance: ExternalInstance, event: PartitionTainted): ExternalInstance {
  return instance.instanceId === event.instanceId ? { ...instance, tainted: event.reason } : instance;
}
