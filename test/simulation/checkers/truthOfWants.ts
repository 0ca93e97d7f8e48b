import type { SlaAtRisk, SlaLate, WantCreated, WantEvent, WantFailed } from '../../../lib/model/want.ts';
import { demand } from '../world/broken.ts';
import { type Entry, type TrueWant, type Truth, wasLiveWithin } from './truth.ts';

export function applyWant(truth: Truth, wantId: string, entry: Entry): void {
  for (const event of entry.commit.events as unknown as readonly WantEvent[]) applyEvent(truth, wantId, event, entry);
}

function applyEvent(truth: Truth, wantId: string, event: WantEvent, entry: Entry): void {
  const want = truth.wants.get(wantId);
  if (event.type === 'WantCreated') {
    demand(want === undefined, 'a want is created once', () => `${wantId} was created twice`);
    create(truth, event, entry.commit.at);
    return;
  }
  demand(want !== undefined, 'a want is created first', () => `${event.type} of ${wantId}, which does not exist`);
  demand(want.status === 'open', 'ended is final', () => `${event.type} of ${wantId}, which is ${want.status}`);
  switch (event.type) {
    case 'WantTightened': {
      const isTighter = want.isDerived && (want.deadline ?? Infinity) > event.deadline;
      demand(isTighter, 'a deadline only gets tighter', () => wantId);
      want.deadline = event.deadline;
      break;
    }
    case 'SlaAtRisk':
    case 'SlaLate':
      tell(want, event, entry.commit.at);
      break;
    case 'WantSatisfied':
      demandThere(truth, want, entry);
      demandTold(want, entry.commit.at);
      end(want, 'satisfied', entry.seq);
      break;
    case 'WantFailed':
      demandFailure(truth, want, event);
      demandTold(want, entry.commit.at);
      end(want, 'failed', entry.seq);
      break;
    case 'WantExpired':
      demandExpiry(truth, want, entry);
      demandTold(want, entry.commit.at);
      end(want, 'expired', entry.seq);
      break;
    case 'WantCancelled':
      end(want, 'cancelled', entry.seq);
      break;
  }
}

function end(want: TrueWant, status: TrueWant['status'], seq: number): void {
  want.status = status;
  want.endedSeq = seq;
}

function create(truth: Truth, event: WantCreated, at: number): void {
  const isDerived = event.source === 'derived';
  const sla = event.slaSeconds === undefined ? null : (event.dataTimestamp ?? at) + event.slaSeconds * 1000;
  if (isDerived) demandOnlyDerived(truth, event);
  truth.wants.set(event.wantId, {
    wantId: event.wantId,
    refs: event.partitionRefs,
    isDerived,
    createdAt: at,
    expiresAt: at + event.ttlSeconds * 1000,
    freshAfter: event.freshAfter ?? null,
    demandedAt: event.demandedAt ?? at,
    tellableDeadline: isDerived || (sla !== null && at > sla) ? null : sla,
    deadline: event.deadline ?? sla,
    dependencies: event.externalDependencies ?? [],
    status: 'open',
    endedSeq: null,
    atRisk: false,
    late: false,
  });
}

function demandOnlyDerived(truth: Truth, { wantId, partitionRefs }: WantCreated): void {
  const [ref] = partitionRefs;
  const isBuilt = truth.graph.locate(ref!)?.kind === 'built';
  demand(isBuilt && partitionRefs.length === 1, 'a derived want is for one built partition', () => wantId);
  const other = [...truth.wants.values()].find((one) => one.isDerived && one.status === 'open' && one.refs[0] === ref);
  demand(other === undefined, 'one derived want per partition', () => `${wantId} beside ${other?.wantId}`);
}

function tell(want: TrueWant, { type }: SlaAtRisk | SlaLate, at: number): void {
  const { wantId, tellableDeadline: deadline } = want;
  demand(deadline !== null, 'only a violation is told', () => `${type} of ${wantId}, which has none to tell`);
  if (type === 'SlaLate') {
    demand(!want.late, 'told once', () => `SlaLate of ${wantId} was told twice`);
    demand(at > deadline, 'late is told after the deadline', () => `SlaLate of ${wantId} came before its deadline`);
    want.late = true;
  } else {
    demand(!want.atRisk, 'told once', () => `SlaAtRisk of ${wantId} was told twice`);
    demand(at <= deadline && !want.late, 'at risk is told before late', () => `SlaAtRisk of ${wantId} came late`);
    want.atRisk = true;
  }
}

/** Every ref was there, untainted and fresh enough, at some moment since the handler began. */
function demandThere(truth: Truth, want: TrueWant, { seq, startedSeq }: Entry): void {
  for (const ref of want.refs) {
    const there = [...truth.partition(ref).instances.values()].some(
      (one) => wasLiveWithin(one, startedSeq, seq) && (want.freshAfter === null || one.freshAt >= want.freshAfter),
    );
    demand(there, 'satisfied means there', () => `${want.wantId} was satisfied without ${ref}`);
  }
}

/** A want that ends after its deadline was told as late. */
function demandTold(want: TrueWant, at: number): void {
  const isMissed = want.tellableDeadline !== null && at > want.tellableDeadline;
  demand(!isMissed || want.late, 'every verdict is told', () => `${want.wantId} ended late, which was not told`);
}

function demandExpiry(truth: Truth, want: TrueWant, { commit, startedSeq }: Entry): void {
  demand(commit.at >= want.expiresAt, 'a want expires after its TTL', () => `${want.wantId} expired too early`);
  const wasThere = want.refs.every((ref) => {
    const partition = truth.partition(ref);
    return truth.isLive(partition, want.freshAfter) && partition.current!.fromSeq <= startedSeq;
  });
  demand(!wasThere, 'expiry looks once more', () => `${want.wantId} expired, though all was there`);
}

/** It names a run that failed, after somebody wanted it. */
function demandFailure(truth: Truth, want: TrueWant, { reason }: WantFailed): void {
  if (reason.runId === undefined) return;
  const located = truth.graph.locate(reason.partitionRef ?? '');
  const ended = located?.kind === 'built' ? truth.builds.get(located.buildId)?.runs.get(reason.runId) : undefined;
  const failed = ended === 'failed' || ended === 'timedOut' || ended === 'cancelled';
  demand(failed, 'a failure names its run', () => `${want.wantId} failed by ${reason.runId}, which is ${ended}`);
  const isOld = (reason.failedAt ?? 0) < want.demandedAt;
  demand(!isOld, 'a new want is a new try', () => `${want.wantId} failed by ${reason.runId}, which failed before it`);
}
