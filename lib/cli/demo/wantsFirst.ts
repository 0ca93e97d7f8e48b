import type { WantView } from '../../query/views.ts';
import { count } from '../format/text.ts';
import { cast, refs } from './cast.ts';
import { expectSame } from './expect.ts';
import { leavesOfWhy, liveRefs, type Stage, tell, title, want } from './stage.ts';

/** Who wants what, before there is any data. */
export interface Asked {
  readonly all: readonly WantView[];
  /** Two people want the same month. */
  readonly ann: WantView;
  readonly ben: WantView;
}

export async function wantsFirst(stage: Stage): Promise<Asked> {
  title(stage, 'Wants come first: there is no data yet');
  const years = await Promise.all(cast.years.map((year) => want(stage, { partitionRef: refs.yearly(year) })));
  const windows = await want(stage, { partitionRefs: cast.windows.map(refs.rolling) });
  const ann = await want(stage, { partitionRef: refs.monthly(cast.sharedMonth), comment: 'Ann' });
  const ben = await want(stage, { partitionRef: refs.monthly(cast.sharedMonth), comment: 'Ben' });
  const all = [...years, windows, ann, ben];
  expectSame('the wants before any data', new Set(all.map((one) => one.state)), new Set(['waiting']));
  const days = (await liveRefs(stage, 'weather/**')).size;
  expectSame('the partitions before any data', days, 0);
  const shown = `${years.length} years, ${windows.partitionRefs.length} rolling windows, one month twice`;
  tell(stage, 'wanted', `${shown}: ${count(all.length, 'want')}`);
  await tellWhy(stage);
  return { all, ann, ben };
}

async function tellWhy(stage: Stage): Promise<void> {
  const year = cast.missingDay.slice(0, 4);
  const ref = refs.yearly(year);
  const leaves = await leavesOfWhy(stage, ref);
  const expected = stage.feed.days.filter(({ date }) => date.startsWith(year)).map(({ date }) => refs.raw(date));
  expectSame(`what ${ref} waits for`, leaves.map((leaf) => leaf.partitionRef).sort(), expected);
  const owners = [...new Set(leaves.map((leaf) => leaf.owner))];
  tell(stage, 'why', `${ref} waits for ${count(leaves.length, 'day')}; owner ${owners.join(', ')}`);
}
