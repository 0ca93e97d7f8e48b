import type * as z from 'zod';
import { feedPage } from './answers.ts';
import type { EventQuery } from './application.ts';
import { eventStream } from './eventStream.ts';
import { given } from './given.ts';
import { apiLimits } from './limits.ts';
import { type ApiRequest, json } from './message.ts';
import { Problem } from './problems.ts';
import { type Route, route } from './route.ts';
import { eventsQuery } from './schemas.ts';

const eventStreamType = 'text/event-stream';

/** @param streamSeconds after how long a stream of events ends. */
export function eventRoutes(streamSeconds: number): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/events',
      operationId: 'listEvents',
      summary:
        'What has happened. With `Accept: text/event-stream` as server-sent events, each with its cursor as `id`; the ' +
        'stream ends after 20 seconds and is resumed by `Last-Event-ID`.',
      query: eventsQuery,
      admission: 'feed',
      success: { status: 200, description: 'Events; where to go on is always named.', schema: feedPage },
      async handle({ application, query: fields, request }) {
        const query = queryOf(fields);
        if (asksForStream(request)) {
          const since = lastEventId(request);
          return eventStream(application, since === null ? query : { ...query, since }, request.signal, streamSeconds);
        }
        const { items, nextCursor } = await application.listEvents(query, request.signal);
        return json(200, { items, nextCursor }, { vary: 'accept' });
      },
    }),
  ];
}

function queryOf({ type, ...fields }: z.output<typeof eventsQuery>): EventQuery {
  return given({ ...fields, types: type });
}

function asksForStream({ headers }: ApiRequest): boolean {
  const accepted = (headers.accept ?? '').toLowerCase();
  return accepted.split(',').some((one) => one.split(';')[0]?.trim() === eventStreamType);
}

/** The cursor of the last event that came before the connection ended; it is later than what the URL says. */
function lastEventId({ headers }: ApiRequest): string | null {
  const id = headers['last-event-id'];
  if (id === undefined || id === '') return null;
  if (id.length > apiLimits.cursorChars) throw new Problem('invalid-cursor', 'the Last-Event-ID is no cursor');
  return id;
}
