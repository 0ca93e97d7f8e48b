import type { Application, EventPage, EventQuery } from './application.ts';
import { apiLimits } from './limits.ts';
import type { ApiResponse } from './message.ts';

const retryMs = 1_000;

/**
 * Events as they come, as server-sent events. They carry no event name, so that `onmessage` sees each; `type` is in the
 * data. The first page is read before the answer begins, so that a bad cursor is refused with its status.
 */
export async function eventStream(
  application: Application,
  query: EventQuery,
  signal: AbortSignal,
  streamSeconds: number,
): Promise<ApiResponse> {
  const first = await application.listEvents({ ...query, waitSeconds: 0 }, signal);
  const over = AbortSignal.any([signal, AbortSignal.timeout(streamSeconds * 1000)]);
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', vary: 'accept' },
    body: pieces(application, query, first, over),
  };
}

async function* pieces(
  application: Application,
  query: EventQuery,
  first: EventPage,
  over: AbortSignal,
): AsyncGenerator<string> {
  yield `retry: ${retryMs}\n\n`;
  let page = first;
  let told: string | undefined = query.since;
  for (;;) {
    const piece = piecesOf(page, told);
    if (piece !== '') yield piece;
    told = page.nextCursor;
    if (over.aborted) return;
    const next = { ...query, since: page.nextCursor, waitSeconds: apiLimits.waitSeconds };
    page = await application.listEvents(next, over);
  }
}

/** A page without matching events moves the cursor on too: an `id` without data is kept and not shown. */
function piecesOf({ items, cursors, nextCursor }: EventPage, told: string | undefined): string {
  const events = items.map((event, at) => `id: ${cursors[at]}\ndata: ${JSON.stringify(event)}\n\n`).join('');
  const last = cursors.at(-1) ?? told;
  return nextCursor === last ? events : `${events}id: ${nextCursor}\n\n`;
}
