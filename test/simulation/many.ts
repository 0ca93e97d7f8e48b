import { Worker } from 'node:worker_threads';
import type { Outcome } from './world/simulation.ts';

export interface PlayedSeeds {
  /** In the order of the seeds, once all are played. */
  readonly outcomes: Outcome[];
  steps: number;
}

export function brokenOf({ outcomes }: PlayedSeeds): readonly Outcome[] {
  return outcomes.filter((outcome) => outcome.broken !== null);
}

const threads = 2;
const chunkSeeds = 20;

/** Plays many seeds in threads; a seed's history is the same in each. */
export async function playSeeds(
  from: number,
  count: number,
  progress: (played: PlayedSeeds) => void = () => {},
): Promise<PlayedSeeds> {
  const played: PlayedSeeds = { outcomes: [], steps: 0 };
  let next = from;
  const takeChunk = () => {
    const chunk = { from: next, count: Math.min(chunkSeeds, from + count - next) };
    next += chunk.count;
    return chunk.count > 0 ? chunk : null;
  };
  const add = (outcomes: readonly Outcome[]) => {
    played.outcomes.push(...outcomes);
    for (const { steps } of outcomes) played.steps += steps;
    progress(played);
  };
  await Promise.all(Array.from({ length: threads }, () => work(takeChunk, add)));
  played.outcomes.sort((a, b) => a.seed - b.seed);
  return played;
}

type Chunk = { readonly from: number; readonly count: number };

function work(takeChunk: () => Chunk | null, add: (outcomes: readonly Outcome[]) => void): Promise<void> {
  const worker = new Worker(new URL('./many.worker.ts', import.meta.url));
  return new Promise<void>((resolve, reject) => {
    const goOn = () => {
      const chunk = takeChunk();
      if (chunk !== null) return worker.postMessage(chunk);
      resolve(worker.terminate().then(() => undefined));
    };
    worker.on('message', (outcomes: readonly Outcome[]) => {
      add(outcomes);
      goOn();
    });
    worker.on('error', reject);
    goOn();
  });
}
