import type { ListView, SlaView, WantView } from '../../query/views.ts';
import { count } from '../format/text.ts';
import { cast, refs, windowsOfMissingDay } from './cast.ts';
import { expectSame } from './expect.ts';
import { leavesOfWhy, liveRefs, type Stage, tell, tellMore, title, want } from './stage.ts';

/** A limit, not an expectation: a busy machine is slow. */
const soonSeconds = 60;
const impatientSeconds = 1;

const month = cast.missingDay.slice(0, 7);
const year = cast.missingDay.slice(0, 4);

/** What waits for one day, and how that is told. Returns the want whose lateness was told. */
export async function oneDayMissing(stage: Stage): Promise<WantView> {
  title(stage, `One day is missing: ${cast.missingDay}`);
  const [late, expiring] = await Promise.all([
    want(stage, { partitionRef: refs.yearly(year), slaSeconds: impatientSeconds }),
    want(stage, { partitionRef: refs.monthly(month), ttlSeconds: impatientSeconds }),
  ]);
  await tellWaiting(stage);
  await tellWhy(stage);
  await tellLate(stage, late);
  await tellExpired(stage, expiring);
  return late;
}

async function tellWaiting(stage: Stage): Promise<void> {
  const months = [...new Set(stage.feed.days.map(({ date }) => date.slice(0, 7)))];
  const waiting = {
    months: await missing(stage, 'weather/monthly/*', months.map(refs.monthly)),
    years: await missing(stage, 'weather/yearly/*', cast.years.map(refs.yearly)),
    windows: await missing(stage, 'weather/rolling/*', cast.windows.map(refs.rolling)),
  };
  expectSame('what waits for the missing day', waiting, {
    months: [refs.monthly(month)],
    years: [refs.yearly(year)],
    windows: windowsOfMissingDay().map(refs.rolling),
  });
  const parts = [count(waiting.months.length, 'month'), count(waiting.years.length, 'year')];
  tell(
    stage,
    'waiting',
    `${parts.join(', ')} and ${count(waiting.windows.length, 'rolling window')}; all else is built`,
  );
}

async function missing(stage: Stage, pattern: string, wanted: readonly string[]): Promise<readonly string[]> {
  const live = await liveRefs(stage, pattern);
  return wanted.filter((ref) => !live.has(ref));
}

async function tellWhy(stage: Stage): Promise<void> {
  const ref = refs.yearly(year);
  const leaves = await leavesOfWhy(stage, ref);
  expectSame(
    `what blocks ${ref}`,
    leaves.map((leaf) => leaf.partitionRef),
    [refs.raw(cast.missingDay)],
  );
  const { partitionRef, since, owner } = leaves[0]!;
  expectSame(`that it is known since when ${partitionRef} is missing`, since === null, false);
  tell(stage, 'why', `${ref} is blocked by ${partitionRef} alone`);
  tellMore(stage, `waited for since ${since?.slice(11, 19)} UTC; owner ${owner}`);
}

async function tellLate(stage: Stage, { wantId, slaSeconds }: WantView): Promise<void> {
  const { ledger, client } = stage;
  await ledger.until(`SlaLate of ${wantId}`, soonSeconds, () => ledger.ofType('SlaLate', wantId).length > 0);
  const { items } = await client.get<ListView<SlaView>>('/sla/violations');
  const told = items.filter((item) => item.wantId === wantId);
  expectSame(
    'whom the violation blames',
    told.map((item) => item.blame?.owner),
    ['noaa-feed'],
  );
  const times = ledger.ofType('SlaLate', wantId).length;
  expectSame(`how often ${wantId} was told late`, times, 1);
  tell(stage, 'late', `a want with an SLA of ${slaSeconds} s, told once; to blame: ${told[0]?.blame?.owner}`);
}

async function tellExpired(stage: Stage, { wantId, ttlSeconds }: WantView): Promise<void> {
  const { ledger, client } = stage;
  await ledger.until(`the end of ${wantId}`, soonSeconds, () => ledger.endedWants.has(wantId));
  const { state, reasons } = await client.get<WantView>(`/wants/${wantId}`);
  expectSame('the end of a want whose TTL passed', state, 'expired');
  tell(stage, state, `a want with a TTL of ${ttlSeconds} s, because`);
  tellMore(stage, reasons[0]?.text ?? '');
}
