import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ProfileLine {
  readonly what: string;
  /** Of the time that was not idle, 0 to 1. */
  readonly share: number;
}

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const linesMax = 12;

/** The functions that take most time themselves, from the profiles of the process that worked most. */
export function topSelfTimes(profileFolder: string): readonly ProfileLine[] {
  const files = readdirSync(profileFolder).map((name) => join(profileFolder, name));
  const profiles = files.map((file) => selfTimes(JSON.parse(readFileSync(file, 'utf8')) as CpuProfile));
  const busiest = profiles.toSorted((a, b) => total(b) - total(a))[0] ?? new Map<string, number>();
  const all = total(busiest);
  return [...busiest]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, linesMax)
    .map(([what, microseconds]) => ({ what, share: microseconds / all }));
}

function total(times: ReadonlyMap<string, number>): number {
  return [...times.values()].reduce((sum, time) => sum + time, 0);
}

function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): Map<string, number> {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  for (const [i, id] of samples.entries()) {
    const name = names.get(id)!;
    if (name === '(idle)' || name === '(program)') continue;
    times.set(name, (times.get(name) ?? 0) + timeDeltas[i]!);
  }
  return times;
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const place = url.startsWith('file:') ? fileURLToPath(url).replace(root, '') : url;
  return `${name} ${place}:${lineNumber + 1}`;
}
