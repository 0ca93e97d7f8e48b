import type { PartitionView, RunView, WantView } from '../../query/views.ts';
import { count } from '../format/text.ts';
import { Arrivals, arriveCutShort } from './arrivals.ts';
import { cast, refs, windowsOfMissingDay } from './cast.ts';
import { expectSame, findSoon } from './expect.ts';
import type { FeedDay } from './feed.ts';
import { withProgress } from './progress.ts';
import { shuffled } from './shuffle.ts';
import { liveRefs, type Stage, tell, title } from './stage.ts';
import type { Asked } from './wantsFirst.ts';

/** Limits, not expectations: a busy machine is slow. */
const soonSeconds = 60;
const allBuiltSeconds = 300;

/** All days but one arrive, and the service is killed half-way. */
export async function daysArrive(stage: Stage, asked: Asked): Promise<void> {
  const due = stage.feed.days.filter(({ date }) => date !== cast.missingDay);
  title(stage, `Days arrive, in no order: ${number(due.length)} of ${number(stage.feed.days.length)}`);
  const startedAt = performance.now();
  const cutDay = due.find(({ date }) => date === cast.cutDay) as FeedDay;
  const runId = await meetCutDay(stage, cutDay);
  const arrivals = new Arrivals(
    stage,
    shuffled(due, cast.seed).filter((day) => day !== cutDay),
  );
  arrivals.reported.add(cutDay.date);
  const progress = () => progressOf(stage, arrivals, due.length);
  await withProgress(progress, async () => {
    await arrivals.playUntilKilled(Math.floor(due.length / 2));
    await stage.service.start();
  });
  await tellKept(stage, asked, arrivals);
  await withProgress(progress, async () => {
    await arrivals.play();
    await allBuilt(stage, due.length);
  });
  const seconds = (performance.now() - startedAt) / 1000;
  await tellRetried(stage, runId);
  await tellShared(stage, asked);
  await tellBuilt(stage, seconds);
}

/** The file's first half is there: the first attempt says so, and before the next one the rest has come. */
async function meetCutDay(stage: Stage, day: FeedDay): Promise<string> {
  const complete = await arriveCutShort(stage, day);
  const failed = await findSoon(`a failed attempt at ${refs.daily(day.date)}`, soonSeconds, async () => {
    const { reasons } = await stage.client.get<WhyAnswer>(`/why/${refs.daily(day.date)}`);
    return reasons.find(({ kind }) => kind === 'retryAt') ?? null;
  });
  complete();
  return failed.runId;
}

interface WhyAnswer {
  readonly reasons: readonly { readonly kind: string; readonly runId: string }[];
}

function progressOf({ ledger }: Stage, { reported }: Arrivals, of: number) {
  const built = ledger.liveBelow('weather/daily');
  const text = `${number(reported.size)} of ${number(of)} days arrived, ${number(built)} cleaned`;
  return { done: built, of, text };
}

/** Everything that was answered before the kill is there after it. */
async function tellKept(stage: Stage, asked: Asked, { reported }: Arrivals): Promise<void> {
  const live = await liveRefs(stage, 'weather/raw/*');
  const lost = [...reported].filter((date) => !live.has(refs.raw(date)));
  expectSame('reported days that are gone after kill -9', lost, []);
  const wants = await Promise.all(asked.all.map(({ wantId }) => stage.client.get<WantView>(`/wants/${wantId}`)));
  const bad = wants.filter((want) => !['waiting', 'building', 'satisfied'].includes(want.state));
  expectSame('wants that ended badly by kill -9', bad, []);
  const kept = `${number(reported.size)} days and ${wants.length} wants, none is lost`;
  tell(stage, 'killed', `kill -9 half-way, and a restart: ${kept}`);
}

/** Everything but what needs the missing day. */
async function allBuilt({ ledger, feed }: Stage, days: number): Promise<void> {
  const months = new Set(feed.days.map(({ date }) => date.slice(0, 7))).size - 1;
  const windows = cast.windows.length - windowsOfMissingDay().length;
  const isBuilt = () =>
    ledger.liveBelow('weather/daily') === days &&
    ledger.liveBelow('weather/monthly') === months &&
    ledger.liveBelow('weather/yearly') === cast.years.length - 1 &&
    ledger.liveBelow('weather/rolling') === windows;
  await ledger.until('everything but what needs the missing day is built', allBuiltSeconds, isBuilt);
}

async function tellRetried(stage: Stage, runId: string): Promise<void> {
  const run = await stage.client.get<RunView>(`/runs/${runId}`);
  expectSame(`the end of the retried run ${runId}`, run.state, 'succeeded');
  const failed = `attempt ${run.attempt - 1} failed, attempt ${run.attempt} ${run.state}`;
  tell(stage, 'retried', `${cast.cutDay} came cut short: ${failed}`);
}

async function tellShared(stage: Stage, { ann, ben }: Asked): Promise<void> {
  const ref = refs.monthly(cast.sharedMonth);
  const { instance } = await stage.client.get<PartitionView>(`/partitions/${ref}`);
  const { wantIds } = await stage.client.get<RunView>(`/runs/${instance?.runId}`);
  const people = [ann, ben].filter(({ wantId }) => wantIds.includes(wantId)).map(({ comment }) => comment);
  expectSame(`whose wants the run of ${ref} served`, people, ['Ann', 'Ben']);
  const runs = [...stage.ledger.runs.values()].filter(({ outputs }) => outputs.includes(ref));
  expectSame(`runs of ${ref}`, runs.length, 1);
  tell(stage, 'shared', `${people.join(' and ')} want ${ref}: ${count(runs.length, 'run')} serves both`);
}

async function tellBuilt(stage: Stage, seconds: number): Promise<void> {
  const [days, months, years, windows] = await Promise.all(
    ['daily', 'monthly', 'yearly', 'rolling'].map(async (name) => (await liveRefs(stage, `weather/${name}/*`)).size),
  );
  const parts = [count(days!, 'day'), count(months!, 'month'), count(years!, 'year'), count(windows!, 'window')];
  tell(stage, 'built', `${parts.join(', ')} in ${seconds.toFixed(1)} s`);
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
