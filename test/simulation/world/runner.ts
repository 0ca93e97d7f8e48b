import type { RunHandle, Runner, RunOutcome, RunRequest } from '../../../lib/engine/ports.ts';
import { refsOf } from '../plan/manifest.ts';
import type { Plan } from '../plan/plan.ts';
import { Random } from '../plan/random.ts';

interface Execution {
  readonly handle: RunHandle;
  /** `null`: it never answers. */
  readonly endAt: number | null;
  readonly outcome: RunOutcome;
}

/** Executions in memory: what each comes to is drawn from the seed, its build and how often that was started. */
export class MemoryRunner implements Runner {
  readonly #plan: Plan;
  readonly #now: () => number;
  readonly #starts = new Map<string, number>();
  #executions = new Map<string, Execution>();

  constructor(plan: Plan, now: () => number) {
    this.#plan = plan;
    this.#now = now;
  }

  async start(request: RunRequest): Promise<void> {
    const { buildId, runId, attempt, execution } = request;
    const key = keyOf(request);
    if (this.#executions.has(key)) return;
    const nth = (this.#starts.get(buildId) ?? 0) + 1;
    this.#starts.set(buildId, nth);
    const random = new Random(this.#plan.seed, 'run', buildId, nth);
    const draw = random.weighted(this.#plan.settings.outcomes);
    const endAt = this.#now() + random.between(0, this.#plan.settings.runMsMax);
    const outcome = drawOutcome(random, this.#plan, request, draw);
    const handle = { buildId, runId, attempt, execution };
    this.#executions.set(key, { handle, endAt: draw === 'silent' ? null : endAt, outcome });
  }

  async stop(handle: RunHandle): Promise<void> {
    this.#executions.delete(keyOf(handle));
  }

  /** Those that have come to their end. */
  takeEnded(now: number): readonly Execution[] {
    const ended: Execution[] = [];
    for (const [key, execution] of this.#executions) {
      if (execution.endAt === null || execution.endAt > now) continue;
      ended.push(execution);
      this.#executions.delete(key);
    }
    return ended;
  }

  /** When the next one answers; `null` where none will. */
  nextAt(): number | null {
    let next: number | null = null;
    for (const { endAt } of this.#executions.values()) {
      if (endAt !== null) next = Math.min(next ?? endAt, endAt);
    }
    return next;
  }

  /** All are cut off. */
  lose(): void {
    this.#executions = new Map();
  }
}

function keyOf({ runId, attempt, execution }: RunHandle): string {
  return `${runId}.${attempt}.${execution}`;
}

function drawOutcome(random: Random, plan: Plan, request: RunRequest, draw: string): RunOutcome {
  switch (draw) {
    case 'failed':
    case 'failedForGood':
      return { kind: 'failed', message: 'drawn to fail', retryable: draw === 'failed' };
    case 'timedOut':
      return { kind: 'timedOut', limit: 'heartbeat', message: 'drawn to fall silent' };
    case 'missing':
      return missing(random, plan, request);
    case 'wrongOutputs':
      return { ...succeeded(request), outputs: written(request).slice(1) };
    default:
      return succeeded(request);
  }
}

/**
 * A ref that the run was not given; one that it was given by now does no harm any more. It is of an earlier job, so that
 * what runs discover never closes a circle, or the run's own, which is refused.
 */
function missing(random: Random, { manifest }: Plan, request: RunRequest): RunOutcome {
  const own = manifest.jobs.findIndex((job) => job.name === request.job);
  const later = new Set(manifest.jobs.slice(own).flatMap((job) => job.outputs));
  const earlier = manifest.partitions.filter(({ pattern }) => !later.has(pattern));
  const refs = earlier.flatMap(({ pattern }) => refsOf(pattern));
  const wanted = random.pick([...refs, ...request.outputs.map((output) => output.partitionRef)]);
  if (request.inputs.some((input) => input.partitionRef === wanted)) return succeeded(request);
  return { kind: 'missing', partitionRefs: random.chance(0.05) ? [] : [wanted] };
}

export function succeeded(request: Pick<RunRequest, 'outputs'>) {
  return { kind: 'succeeded' as const, outputs: written(request), metadata: {} };
}

function written({ outputs }: Pick<RunRequest, 'outputs'>) {
  return outputs.map(({ partitionRef, location }) => ({ partitionRef, location, rows: 1, bytes: 1 }));
}
