import { load, wants } from '../engine/streams.ts';
import type { SlaLate } from '../model/want.ts';
import type { Query } from './context.ts';
import { moment, momentOrNull } from './format.ts';
import { lists } from './lists.ts';
import type { ListView, SlaView } from './views.ts';
import { walkPage } from './walk.ts';

/** Open wants whose miss, or risk of one, was told. For monitors outside: the event id says whether it is new. */
export async function listSla(
  query: Query,
  which: 'late' | 'atRisk',
  paging: { readonly limit: number; readonly cursor?: string },
): Promise<ListView<SlaView>> {
  return walkPage(
    query,
    {
      list: `sla/${which}`,
      partitions: [lists[which]],
      descending: true,
      show: async ({ value }) => {
        const told = value as unknown as SlaLate & { eventId: string; at: number };
        const { state } = await load(query, wants, told.wantId);
        return state?.status === 'open' ? slaView(query, told) : null;
      },
    },
    paging,
  );
}

function slaView(query: Query, told: SlaLate & { eventId: string; at: number }): SlaView {
  const { eventId, wantId, partitionRefs, slaDeadline, at, expectedAt, blame } = told;
  return {
    eventId,
    wantId,
    partitionRefs,
    slaDeadline: moment(slaDeadline),
    at: moment(at),
    expectedAt: momentOrNull(expectedAt),
    owner: blame?.owner ?? query.engine.graphs.current().manifest.owner,
    blame,
  };
}
