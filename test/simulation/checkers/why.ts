import type { Engine } from '../../../lib/engine/context.ts';
import type { Query } from '../../../lib/query/context.ts';
import type { DeepReasonView } from '../../../lib/query/views.ts';
import { whyWant } from '../../../lib/query/wants.ts';
import { demand } from '../world/broken.ts';
import type { TruePartition, TrueRun, TrueWant, Truth } from './truth.ts';

/** Wants that are asked about at one rest: each answer walks far. */
const wantsAsked = 8;

/**
 * "Why not yet?" tells the truth: it names every missing input on every level and nothing else, every run that is under
 * way as what it is, and has nothing to say of what is there. Judged by the raw log alone.
 */
export async function demandWhy(engine: Engine, truth: Truth): Promise<void> {
  const { log, index } = engine;
  const query: Query = { log, index, engine, generation: 'simulation', signs: { progress: () => null } };
  const wants = [...truth.wants.values()];
  const open = wants.filter((want) => want.status === 'open').slice(0, wantsAsked);
  for (const want of open) demandReasons(truth, want, await whyWant(query, want.wantId));
  const satisfied = wants.findLast((want) => want.status === 'satisfied');
  if (satisfied === undefined) return;
  const reasons = await whyWant(query, satisfied.wantId);
  say(reasons.length === 0, () => `${satisfied.wantId} is satisfied, and why names ${reasons[0]?.text}`);
}

function say(holds: boolean, what: () => string): void {
  demand(holds, 'why tells the truth', what);
}

function demandReasons(truth: Truth, want: TrueWant, reasons: readonly DeepReasonView[]): void {
  say(reasons.length > 0, () => `${want.wantId} is open, and why names nothing`);
  for (const reason of reasons) {
    say(reason.since !== null, () => `why ${want.wantId} does not say since when ${reason.partitionRef} is missing`);
  }
  const held = want.dependencies.filter((one) => !truth.isLive(truth.partition(one.partitionRef, one.graph)));
  const missing = want.refs.filter((ref) => !truth.isLive(truth.partition(ref), want.freshAfter));
  const expected = [
    ...held.map((one) => one.partitionRef),
    ...missing.flatMap((ref) => blockersOf(truth, truth.partition(ref))),
  ];
  demandSame(`why ${want.wantId}`, expected, reasons);
  for (const reason of reasons.slice(held.length)) demandReason(truth, reason);
}

/** What stands directly before a missing partition: itself where it is reported or under way, else its missing inputs. */
function blockersOf(truth: Truth, partition: TruePartition): readonly string[] {
  const { buildId, partitionRef } = partition;
  if (buildId === null || truth.build(buildId).run !== null) return [partitionRef];
  const missing = truth.inputsOf(buildId).filter((ref) => !truth.isLive(truth.partition(ref)));
  return missing.length > 0 ? missing : [partitionRef];
}

const namedMax = 50;

function demandSame(what: string, expected: readonly string[], reasons: readonly DeepReasonView[]): void {
  const named = reasons.map((reason) => reason.partitionRef ?? '');
  const wrong = named.find((ref) => !expected.includes(ref));
  say(wrong === undefined, () => `${what} names ${wrong}, which does not stand in the way`);
  const left = expected.find((ref) => !named.includes(ref));
  say(left === undefined || named.length >= namedMax, () => `${what} does not name ${left}`);
}

function demandReason(truth: Truth, reason: DeepReasonView): void {
  const ref = reason.partitionRef ?? '';
  const partition = truth.partition(ref);
  const run = partition.buildId === null ? null : truth.build(partition.buildId).run;
  switch (reason.kind) {
    case 'missingExternal':
      say(partition.isExternal, () => `why calls ${ref} external`);
      return;
    case 'running':
    case 'poolFull':
    case 'retryAt':
      say(isAs(run, reason), () => `why says of ${ref}: ${reason.text}; its run is ${run?.status ?? 'none'}`);
      return;
    case 'missingInput':
      say(!truth.isLive(partition), () => `why calls ${ref} missing, which is live`);
      demandSame(`why, behind ${ref},`, blockersOf(truth, partition), reason.because);
      for (const deeper of reason.because) demandReason(truth, deeper);
      return;
    case 'queued':
      say(run === null || run.status === 'queued', () => `why says that ${ref} is about to begin`);
      return;
    case 'upstreamFailed': {
      const failure = partition.buildId === null ? null : truth.build(partition.buildId).failure;
      say(failure?.runId === reason.runId, () => `why blames run ${reason.runId} for ${ref}`);
      return;
    }
    default:
      reason.kind satisfies never;
  }
}

const statusOf = { running: 'running', poolFull: 'queued', retryAt: 'retrying' } as const;

function isAs(run: TrueRun | null, { kind, runId }: DeepReasonView): boolean {
  return run !== null && run.runId === runId && run.status === statusOf[kind as keyof typeof statusOf];
}
