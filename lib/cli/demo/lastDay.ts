import type { WantView } from '../../query/views.ts';
import { count } from '../format/text.ts';
import { arrive } from './arrivals.ts';
import { cast, windowsOfMissingDay } from './cast.ts';
import { expectSame } from './expect.ts';
import type { FeedDay } from './feed.ts';
import { type Stage, tell, title } from './stage.ts';
import type { Asked } from './wantsFirst.ts';

/** A limit, not an expectation: a busy machine is slow. */
const soonSeconds = 120;

/** The missing day arrives, and what it unblocks is built: that, and nothing else. */
export async function lastDay(stage: Stage, asked: Asked, late: WantView): Promise<void> {
  title(stage, 'The day arrives');
  const { ledger, feed } = stage;
  const before = new Set(ledger.runs.keys());
  await arrive(stage, feed.days.find(({ date }) => date === cast.missingDay) as FeedDay);
  const isOver = () => ledger.endedWants.size === ledger.wants.size && [...ledger.runs.values()].every(hasEnded);
  await ledger.until('every want has ended', soonSeconds, isOver);
  tellBuilt(stage, before);
  tellEnded(stage, [...asked.all, late]);
  expectSame('how often the late want was told', ledger.ofType('SlaLate', late.wantId).length, 1);
}

const hasEnded = ({ state }: { readonly state: string | null }) => state !== null;

function tellBuilt({ ledger, ...stage }: Stage, before: ReadonlySet<string>): void {
  const runs = [...ledger.runs].filter(([runId]) => !before.has(runId)).map(([, run]) => run);
  const of = (job: string) => runs.filter((run) => run.job === job).length;
  const windows = windowsOfMissingDay().length;
  const built = { clean: of('clean'), summarise: of('summarise'), review: of('review'), roll: of('roll') };
  expectSame('the runs that the last day started', built, { clean: 1, summarise: 1, review: 1, roll: windows });
  const parts = [count(built.clean, 'day'), count(built.summarise, 'month'), count(built.review, 'year')];
  const shown = `${parts.join(', ')} and ${count(built.roll, 'window')}`;
  tell({ ledger, ...stage }, 'built', `${shown}: ${count(runs.length, 'run')}, and not one more`);
}

function tellEnded(stage: Stage, good: readonly WantView[]): void {
  const { ledger } = stage;
  const bad = good.filter(({ wantId }) => ledger.endedWants.get(wantId) !== 'satisfied');
  expectSame(
    'wants that were not satisfied',
    bad.map(({ wantId }) => wantId),
    [],
  );
  const unsuccessful = [...ledger.runs.values()].filter(({ state }) => state !== 'succeeded');
  expectSame('runs that did not succeed', unsuccessful, []);
  tell(stage, 'ended', `${count(good.length, 'want')} satisfied, none is open; every run succeeded`);
}
