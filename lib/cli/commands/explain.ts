import type { DeepReasonView, LineageView, PlanView } from '../../query/views.ts';
import { type Cli, show } from '../cli.ts';
import { type Direction, formatLineage } from '../format/lineage.ts';
import { formatPlan } from '../format/plan.ts';
import { formatWhy } from '../format/reasons.ts';
import { idPath, isWantId, refPath } from '../refs.ts';
import { wantBody } from '../wantRequest.ts';

export async function plan(cli: Cli, refs: readonly string[]): Promise<number> {
  show(cli, await (await cli.client()).post<PlanView>('/plan', wantBody(refs)), formatPlan);
  return 0;
}

interface Why {
  readonly reasons: readonly DeepReasonView[];
}

export async function why(cli: Cli, name: string): Promise<number> {
  const path = isWantId(name) ? `/wants/${idPath(name)}/why` : `/why/${refPath(name)}`;
  const answer = await (await cli.client()).get<Why>(path);
  show(cli, answer, ({ reasons }, look) => formatWhy(name, reasons, look));
  return 0;
}

export interface LineageOptions {
  readonly down?: boolean;
  readonly depth?: number;
}

export async function lineage(cli: Cli, ref: string, { down, depth }: LineageOptions): Promise<number> {
  const direction: Direction = down ? 'down' : 'up';
  const answer = await (await cli.client()).get<LineageView>(`/lineage/${refPath(ref)}`, { direction, depth });
  show(cli, answer, (_answer, look) => formatLineage(ref, answer, direction, look));
  return 0;
}
