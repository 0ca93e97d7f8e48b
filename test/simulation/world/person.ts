import type { Engine } from '../../../lib/engine/context.ts';
import { type Report, reportAvailable, taintPartitions } from '../../../lib/engine/externalCommands.ts';
import type { RunOutcome } from '../../../lib/engine/ports.ts';
import { acceptRun, cancelOpenRun, reportRun } from '../../../lib/engine/runCommands.ts';
import { cancelWant, createWant } from '../../../lib/engine/wantCommands.ts';
import type { WantFields } from '../../../lib/model/want.ts';
import type { Truth } from '../checkers/truth.ts';
import { foreignRef } from '../plan/manifest.ts';
import type { Action } from '../plan/plan.ts';

/** A call of the API, in full: tried again, it says the same. */
export type Command =
  | { readonly kind: 'createWant'; readonly fields: WantFields }
  | { readonly kind: 'cancelWant'; readonly wantId: string }
  | { readonly kind: 'report'; readonly reports: readonly Report[] }
  | { readonly kind: 'taint'; readonly partitionRef: string }
  | { readonly kind: 'cancelRun'; readonly buildId: string; readonly runId: string }
  | { readonly kind: 'accept'; readonly buildId: string; readonly runId: string; readonly by: string }
  | {
      readonly kind: 'reportRun';
      readonly buildId: string;
      readonly runId: string;
      readonly capability: string;
      readonly outcome: RunOutcome;
    };

/** Does it; what an accepted run gives is answered, everything else answers nothing. */
export async function execute(engine: Engine, command: Command): Promise<{ capability: string } | null> {
  switch (command.kind) {
    case 'createWant':
      await createWant(engine, command.fields);
      return null;
    case 'cancelWant':
      await cancelWant(engine, command.wantId, { text: 'cancelled by a person' });
      return null;
    case 'report':
      await reportAvailable(engine, command.reports);
      return null;
    case 'taint':
      await taintPartitions(engine, [command.partitionRef], 'found bad by a person', false);
      return null;
    case 'cancelRun':
      await cancelOpenRun(engine, command.buildId, command.runId, 'cancelled by a person');
      return null;
    case 'accept':
      return acceptRun(engine, command.buildId, command.runId, command.by);
    case 'reportRun':
      await reportRun(engine, command.buildId, command.runId, command.capability, command.outcome);
      return null;
  }
}

/** The command that an action means now; `null` where there is nothing to pick from. */
export function commandOf(action: Exclude<Action, { kind: 'wait' }>, truth: Truth, now: number): Command | null {
  switch (action.kind) {
    case 'want':
      return { kind: 'createWant', fields: fieldsOf(action, now) };
    case 'wantAgain': {
      const failed = [...truth.wants.values()].filter((one) => one.status === 'failed' && !one.isDerived);
      const before = nth(failed, action.pick);
      if (before === null) return null;
      const { wantId, ttlSeconds } = action;
      return { kind: 'createWant', fields: { wantId, partitionRefs: before.refs, ttlSeconds, source: 'cli' } };
    }
    case 'cancelWant': {
      const open = [...truth.wants.values()].filter((one) => one.status === 'open' && !one.isDerived);
      const want = nth(open, action.pick);
      return want === null ? null : { kind: 'cancelWant', wantId: want.wantId };
    }
    case 'report':
      return { kind: 'report', reports: action.partitionRefs.map((ref) => reportOf(ref, action.instance, truth)) };
    case 'taint': {
      const all = [...truth.partitions.values()];
      const picked = nth(
        all.filter((one) => one.current !== null && one.isExternal === action.external),
        action.pick,
      );
      return picked === null ? null : { kind: 'taint', partitionRef: picked.partitionRef };
    }
    case 'cancelRun': {
      const open = [...truth.builds.values()].flatMap((build) => (build.run === null ? [] : [build.run]));
      const run = nth(open, action.pick);
      return run === null ? null : { kind: 'cancelRun', buildId: run.buildId, runId: run.runId };
    }
  }
}

function nth<T>(list: readonly T[], pick: number): T | null {
  return list.length === 0 ? null : list[pick % list.length]!;
}

function fieldsOf(action: Action & { kind: 'want' }, now: number): WantFields {
  const { wantId, partitionRefs, ttlSeconds, slaSeconds, dataAgoSeconds, freshAgoMs, externalDependencies } = action;
  return {
    wantId,
    partitionRefs,
    ttlSeconds,
    source: 'api',
    ...(slaSeconds === undefined ? {} : { slaSeconds }),
    ...(dataAgoSeconds === undefined ? {} : { dataTimestamp: now - dataAgoSeconds * 1000 }),
    ...(freshAgoMs === undefined ? {} : { freshAfter: now - freshAgoMs }),
    ...(externalDependencies === undefined ? {} : { externalDependencies }),
  };
}

function reportOf(partitionRef: string, kind: (Action & { kind: 'report' })['instance'], truth: Truth): Report {
  const graph = partitionRef === foreignRef ? { graph: 'up' } : {};
  if (kind === 'unnamed') return { partitionRef, ...graph };
  const known = [...truth.partitions.values()].find((one) => one.isExternal && one.partitionRef === partitionRef);
  const count = known?.instances.size ?? 0;
  return { partitionRef, ...graph, instance: `version-${kind === 'new' ? count + 1 : Math.max(1, count)}` };
}
