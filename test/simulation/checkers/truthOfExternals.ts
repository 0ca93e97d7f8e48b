import type { PartitionLive, PartitionTainted } from '../../../lib/model/build.ts';
import { demand } from '../world/broken.ts';
import type { Entry, TruePartition, Truth } from './truth.ts';

export function applyExternal(truth: Truth, id: string, { commit, seq }: Entry): void {
  const graph = id.slice(0, id.indexOf('/'));
  const partition = truth.partition(id.slice(graph.length + 1), graph);
  for (const event of commit.events as unknown as readonly (PartitionLive | PartitionTainted)[]) {
    const { instanceId } = event;
    if (event.type === 'PartitionTainted') {
      taint(partition, instanceId, seq);
      continue;
    }
    const isNew = !partition.instances.has(instanceId);
    demand(isNew, 'a report counts once', () => `${id} was reported as ${instanceId} twice`);
    const instance = { instanceId, freshAt: commit.at, pins: [], fromSeq: seq, untilSeq: null, taintedSeq: null };
    truth.publish(partition, instance);
  }
}

export function taint(partition: TruePartition, instanceId: string, seq: number): void {
  const instance = partition.instances.get(instanceId);
  const name = () => `${partition.partitionRef}@${instanceId}`;
  demand(instance !== undefined, 'a taint names an instance', name);
  demand(instance.taintedSeq === null, 'a taint is told once', name);
  instance.taintedSeq = seq;
}
