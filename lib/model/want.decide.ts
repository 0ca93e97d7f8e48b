import type { EndReason } from './reason.ts';
import { deadlineOf, isLateAtCreation, type SlaLate, type Want, type WantEvent, type WantFields } from './want.ts';

export function createWant(fields: WantFields): readonly WantEvent[] {
  return [{ type: 'WantCreated', v: 1, ...fields }];
}

export type WantEnd =
  | { readonly status: 'satisfied' }
  | { readonly status: 'failed' | 'expired' | 'cancelled'; readonly reason: EndReason };

/** Ends an open want. One that ends after its deadline without that having been told tells it in the same commit. */
export function endWant(want: Want, end: WantEnd, now: number): readonly WantEvent[] {
  if (want.status !== 'open') return [];
  const named = nameOf(want);
  const late = end.status === 'cancelled' ? [] : tellLate(want, now, null);
  switch (end.status) {
    case 'satisfied':
      return [...late, { type: 'WantSatisfied', v: 1, ...named }];
    case 'failed':
      return [...late, { type: 'WantFailed', v: 1, ...named, reason: end.reason }];
    case 'expired':
      return [...late, { type: 'WantExpired', v: 1, ...named, reason: end.reason }];
    case 'cancelled':
      return [{ type: 'WantCancelled', v: 1, ...named, reason: end.reason }];
    default:
      end satisfies never;
      return [];
  }
}

/** A parent with an earlier deadline takes its derived want along. */
export function tightenWant(want: Want, deadline: number): readonly WantEvent[] {
  if (want.status !== 'open' || want.source !== 'derived') return [];
  if (want.deadline !== undefined && want.deadline <= deadline) return [];
  return [{ type: 'WantTightened', v: 1, deadline }];
}

/** Tells a miss once; never one of a want that was late at creation, nor of a derived want (its parents tell). */
export function tellLate(want: Want, now: number, blame: SlaLate['blame']): readonly SlaLate[] {
  const deadline = tellableDeadline(want);
  if (deadline === null || want.lateAt !== undefined || now <= deadline) return [];
  return [{ type: 'SlaLate', v: 1, ...nameOf(want), slaDeadline: deadline, expectedAt: null, blame }];
}

/** Tells once that the deadline will probably be missed; never after the miss. */
export function tellAtRisk(
  want: Want,
  now: number,
  remainingMs: number,
  blame: SlaLate['blame'],
): readonly WantEvent[] {
  const deadline = tellableDeadline(want);
  if (deadline === null || want.atRiskAt !== undefined || now > deadline || now + remainingMs <= deadline) return [];
  const expectedAt = now + remainingMs;
  return [{ type: 'SlaAtRisk', v: 1, ...nameOf(want), slaDeadline: deadline, expectedAt, blame }];
}

/** The deadline whose verdicts are told: an open want's that somebody made, and that was not late from the start. */
export function tellableDeadline(want: Want): number | null {
  if (want.status !== 'open' || want.source === 'derived' || isLateAtCreation(want)) return null;
  return deadlineOf(want);
}

function nameOf(want: Want) {
  return { wantId: want.wantId, partitionRefs: want.partitionRefs, source: want.source };
}
