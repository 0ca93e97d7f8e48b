import type { Pins } from '../../../lib/model/build.ts';
import { demand } from '../world/broken.ts';
import { type Entry, type TruePin, type Truth, wasLiveWithin } from './truth.ts';

export function pinsOf(pins: Pins): readonly TruePin[] {
  return pins.flatMap(({ pattern, instances }) =>
    Object.entries(instances).map(([part, instanceId]) => {
      const values = part.split('/');
      return { partitionRef: pattern.replaceAll(/\{[^}]*\}/g, () => values.shift() ?? ''), instanceId };
    }),
  );
}

/** Every input is pinned, as an instance that was live while the handler looked; of one build, as one run made them. */
export function demandPins(truth: Truth, buildId: string, pins: readonly TruePin[], { seq, startedSeq }: Entry): void {
  const given = pins.map((one) => one.partitionRef).sort();
  const needed = [...truth.inputsOf(buildId)].sort();
  demand(given.join() === needed.join(), 'every input is pinned', () => `${buildId} needs ${needed}, pinned: ${given}`);
  for (const { partitionRef, instanceId } of pins) {
    const instance = truth.partition(partitionRef).instances.get(instanceId);
    const wasLive = instance !== undefined && wasLiveWithin(instance, startedSeq, seq);
    demand(wasLive, 'pins were live when pinned', () => `${buildId} pins ${partitionRef}@${instanceId}`);
  }
  demandOneRunEach(truth, buildId, pins);
}

function demandOneRunEach(truth: Truth, buildId: string, pins: readonly TruePin[]): void {
  const byBuild = new Map<string, string>();
  for (const { partitionRef, instanceId } of pins) {
    const source = truth.partition(partitionRef).buildId;
    if (source === null) continue;
    const other = byBuild.get(source) ?? instanceId;
    const what = () => `${buildId} pins ${other} and ${instanceId} of ${source}`;
    demand(other === instanceId, 'inputs of one build are of one run', what);
    byBuild.set(source, instanceId);
  }
}
