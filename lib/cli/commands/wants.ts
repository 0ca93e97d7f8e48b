import type { WantDetailView, WantView } from '../../query/views.ts';
import { type Cli, show } from '../cli.ts';
import { formatCreated, formatWant, formatWants } from '../format/want.ts';
import { type ListOptions, readList, showList } from '../lists.ts';
import { notFound } from '../problem.ts';
import { idPath, isWantId } from '../refs.ts';
import { madeBySomebody, postWant, type WantOptions, wantBody } from '../wantRequest.ts';

export interface CreateOptions extends WantOptions {
  readonly idempotencyKey?: string;
  readonly follow?: boolean;
}

export async function createWant(cli: Cli, refs: readonly string[], options: CreateOptions): Promise<number> {
  const body = wantBody(refs, options);
  if (options.follow) {
    const { makeAndFollow } = await import('./followed.ts');
    return makeAndFollow(cli, body, options.idempotencyKey);
  }
  show(cli, await postWant(await cli.client(), body, options.idempotencyKey), formatCreated);
  return 0;
}

export interface WantListOptions extends ListOptions {
  readonly state?: readonly string[];
  readonly source?: readonly string[];
  readonly partition?: string;
  readonly sla?: readonly string[];
  readonly createdAfter?: string;
  readonly createdBefore?: string;
}

export function listWants(cli: Cli, options: WantListOptions): Promise<number> {
  const { limit: _limit, all: _all, source = madeBySomebody, ...rest } = options;
  const query = { ...rest, source };
  return showList<WantView>(cli, '/wants', query, options, formatWants, 'There is no such want.');
}

/** One want by its id; by a partition's ref all wants for it, the newest in full. */
export async function showWant(cli: Cli, name: string): Promise<number> {
  const client = await cli.client();
  if (isWantId(name)) {
    show(cli, await client.get<WantDetailView>(`/wants/${idPath(name)}`), formatWant);
    return 0;
  }
  const list = await readList<WantView>(client, '/wants', { partition: name }, { limit: 50 });
  const [newest, ...others] = list.items;
  if (newest === undefined) throw notFound(`Nobody has wanted ${name}; landfall want create ${name} does.`);
  show(cli, list, (_list, look) => {
    const more = others.length === 0 ? [] : ['', 'other wants for it:', ...formatWants(others, look)];
    return [...formatWant(newest, look), ...more];
  });
  return 0;
}

export async function cancelWant(cli: Cli, wantId: string): Promise<number> {
  const want = await (await cli.client()).delete<WantView>(`/wants/${idPath(wantId)}`);
  show(cli, want, () => `${want.wantId} ${want.state}`);
  return 0;
}
