import type { Pins } from './build.ts';
import type { Keys } from './graph.ts';

/** An input partition and the instance of it that a run is made from. */
export interface Pinned {
  readonly partitionRef: string;
  readonly instanceId: string;
}

export interface Pinnable {
  readonly pattern: string;
  readonly keys: Keys;
  readonly instanceId: string;
}

/** Groups by pattern and names each input by its key values alone, in the pattern's order: a claim stays small. */
export function pin(inputs: readonly Pinnable[]): Pins {
  const byPattern = new Map<string, Record<string, string>>();
  for (const { pattern, keys, instanceId } of inputs) {
    const instances = byPattern.get(pattern) ?? {};
    instances[Object.values(keys).join('/')] = instanceId;
    byPattern.set(pattern, instances);
  }
  return [...byPattern].map(([pattern, instances]) => ({ pattern, instances }));
}

/** The partition refs and instances that a claim names. */
export function pinned(pins: Pins): readonly Pinned[] {
  return pins.flatMap(({ pattern, instances }) =>
    Object.entries(instances).map(([keyPart, instanceId]) => ({ partitionRef: render(pattern, keyPart), instanceId })),
  );
}

function render(pattern: string, keyPart: string): string {
  const values = keyPart.split('/');
  let next = 0;
  return pattern.replaceAll(/\{[^}]*\}/g, () => values[next++] ?? '');
}

/** The same instances of the same inputs. */
export function samePins(a: Pins, b: Pins): boolean {
  const left = pinned(a);
  const right = new Map(pinned(b).map((one) => [one.partitionRef, one.instanceId]));
  return left.length === right.size && left.every((one) => right.get(one.partitionRef) === one.instanceId);
}
