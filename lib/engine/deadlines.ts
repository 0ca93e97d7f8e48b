import type { Located } from '../model/graph.ts';
import { tellAtRisk, tellableDeadline, tellLate } from '../model/want.decide.ts';
import { expiresAt, type SlaLate, type Want } from '../model/want.ts';
import type { Engine } from './context.ts';
import { type Due, type DueSubject, putDue } from './due.ts';
import { evaluateWant } from './evaluateWant.ts';
import { type Remaining, remainingForAll } from './remaining.ts';
import { runEnded } from './runs.ts';
import { builds, change, load, wants } from './streams.ts';
import { wakeBuild } from './wake.ts';

/** How long after its duration limit a run is ended from here: the runner's own limit strikes first. */
export const timeoutGraceMs = 30_000;

/** A due moment came: looks at its subject, then removes the row, as exactly what was read. */
export async function handleDue(engine: Engine, due: Due): Promise<void> {
  await lookAtSubject(engine, due.subject);
  await engine.index.deleteExact(due.row);
}

async function lookAtSubject(engine: Engine, subject: DueSubject): Promise<void> {
  const slash = subject.indexOf('/');
  const id = subject.slice(slash + 1);
  if (subject.startsWith('build/')) return lookAtRun(engine, id);
  if ((await evaluateWant(engine, id)) === 'open') await lookAtDeadlines(engine, id);
}

/** Ends a run past its limits, and makes the next attempt of one that waits for it. */
async function lookAtRun(engine: Engine, buildId: string): Promise<void> {
  const { state } = await load(engine, builds, buildId);
  const run = state?.run;
  const now = engine.clock.now();
  if (run?.status === 'retrying' && (run.retryAt ?? 0) <= now) await wakeBuild(engine, buildId);
  if (run?.status !== 'running' || (run.timeoutAt ?? 0) + timeoutGraceMs > now) return;
  const { runId, attempt, execution } = run;
  const message = 'it passed its duration limit and its runner did not say so';
  await runEnded(engine, { buildId, runId, attempt, execution }, { kind: 'timedOut', limit: 'duration', message });
}

/** Tells what is to be told of an open want's SLA, and asks for the next look: one due row for the earliest moment. */
export async function lookAtDeadlines(engine: Engine, wantId: string): Promise<void> {
  const { state: want } = await load(engine, wants, wantId);
  if (want?.status !== 'open') return;
  const remaining = await remainingOf(engine, want);
  const blame = blameOf(remaining.leaf);
  const { state } = await change(engine, wants, wantId, (loaded) => {
    const now = engine.clock.now();
    const open = loaded.state;
    return open === null ? [] : [...tellLate(open, now, blame), ...tellAtRisk(open, now, remaining.ms, blame)];
  });
  if (state?.status === 'open')
    await putDue(engine, `want/${wantId}`, nextLook(state, engine.clock.now(), remaining.ms));
}

/** Only a want whose verdicts are told needs to know how long it will take. */
async function remainingOf(engine: Engine, want: Want): Promise<Remaining> {
  if (tellableDeadline(want) === null) return { ms: 0, leaf: null };
  const graph = engine.graphs.current();
  const targets = want.partitionRefs.flatMap((ref): readonly Located[] => {
    const located = graph.locate(ref);
    return located === null ? [] : [located];
  });
  return remainingForAll(engine, targets);
}

function blameOf(leaf: Located | null): SlaLate['blame'] {
  if (leaf === null) return null;
  const { partitionRef, owner } = leaf;
  const verb = leaf.kind === 'external' ? 'has not been reported' : 'is not built yet';
  return { partitionRef, owner, text: `${partitionRef} ${verb}` };
}

/** The earliest of: it may be at risk, it is late, it expires. Strictly later than now. */
function nextLook(want: Want, now: number, remainingMs: number): number {
  const moments = [expiresAt(want)];
  const deadline = tellableDeadline(want);
  if (deadline !== null && want.lateAt === undefined) {
    moments.push(deadline + 1);
    if (want.atRiskAt === undefined) moments.push(deadline - remainingMs);
  }
  return Math.min(...moments.map((moment) => Math.max(moment, now + 1)));
}
