import { styleText } from 'node:util';
import type { DeepReasonView, ListView, PartitionView, WantView } from '../../query/views.ts';
import type { Client } from '../client.ts';
import type { Feed } from './feed.ts';
import type { DemoFolder } from './folder.ts';
import type { Ledger } from './ledger.ts';
import type { DemoService } from './service.ts';

/** What the story is played with. */
export interface Stage {
  readonly folder: DemoFolder;
  readonly service: DemoService;
  readonly client: Client;
  readonly ledger: Ledger;
  readonly feed: Feed;
  readonly print: (line: string) => void;
}

const labelWidth = 8;

export function title(stage: Stage, text: string): void {
  stage.print('');
  stage.print(styleText('bold', text));
}

/** One claim of the story that was checked. */
export function tell(stage: Stage, label: string, text: string): void {
  stage.print(`  ${styleText('green', '✓')} ${label.padEnd(labelWidth)} ${text}`);
}

/** What belongs to the claim above. */
export function tellMore(stage: Stage, text: string): void {
  stage.print(`${' '.repeat(labelWidth + 5)}${text}`);
}

/** The story's wants end by themselves, also where the demo is killed. */
const ttlSeconds = 600;

export function want(stage: Stage, body: object): Promise<WantView> {
  return stage.client.post<WantView>('/wants', { ttlSeconds, source: 'cli', ...body });
}

/** Live partitions that a glob matches, all pages. */
export async function liveRefs(stage: Stage, pattern: string): Promise<ReadonlySet<string>> {
  const refs = new Set<string>();
  let cursor: string | undefined;
  do {
    const query = { pattern, state: 'live', limit: 500, cursor };
    const page: ListView<PartitionView> = await stage.client.get('/partitions', query);
    for (const { partitionRef } of page.items) refs.add(partitionRef);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return refs;
}

/** What a partition waits for in the end: the leaves of its `why`, each once. */
export async function leavesOfWhy(stage: Stage, ref: string): Promise<readonly DeepReasonView[]> {
  const { reasons } = await stage.client.get<{ reasons: readonly DeepReasonView[] }>(`/why/${ref}`);
  const leavesOf = (reason: DeepReasonView): readonly DeepReasonView[] =>
    reason.because.length === 0 ? [reason] : reason.because.flatMap(leavesOf);
  return [...new Map(reasons.flatMap(leavesOf).map((leaf) => [leaf.partitionRef, leaf])).values()];
}
