import { setTimeout as sleep } from 'node:timers/promises';
import type { EventView } from '../query/views.ts';
import type { Client, QueryValue } from './client.ts';
import { exitCodes } from './exitCodes.ts';
import { CliError } from './problem.ts';

export interface EventPage {
  readonly items: readonly EventView[];
  readonly nextCursor: string;
}

export type EventQuery = Readonly<Record<string, QueryValue>>;

/** How long one question waits for the first event: the API's limit. */
const waitSeconds = 20;
/** Beyond the wait, for the answer itself. */
const answerSeconds = 30;
const pageMax = 500;
/** A service that was ended may be started again: how long following waits for it. */
const absentSecondsMax = 60;
const absentPauseMs = 500;

/**
 * The cursor at the end of the feed as it is now. It is asked for by a question that nothing answers, so that the
 * service looks through the feed and sends none of it.
 */
export async function feedEnd(client: Client): Promise<string> {
  const query = { type: 'SlaLate', pattern: '.nothing', limit: pageMax };
  let cursor: string | undefined;
  for (;;) {
    const page: EventPage = await client.get('/events', { ...query, since: cursor }, { timeoutSeconds: 300 });
    if (page.nextCursor === cursor || page.items.length === 0) return page.nextCursor;
    cursor = page.nextCursor;
  }
}

/** Pages of the feed as they are, until one is empty. */
export async function* readFeed(
  client: Client,
  since: string | undefined,
  query: EventQuery,
): AsyncGenerator<EventPage> {
  let cursor = since;
  for (;;) {
    const page: EventPage = await client.get('/events', { ...query, since: cursor, limit: pageMax });
    yield page;
    if (page.items.length === 0) return;
    cursor = page.nextCursor;
  }
}

/**
 * Pages of the feed for ever, as events come; a page may be empty. It outlasts a service that goes away and comes back
 * within a minute.
 *
 * @throws CliError when the service stays away, or the cursor is of a lost generation.
 */
export async function* followFeed(
  client: Client,
  since: string | undefined,
  query: EventQuery,
  signal: AbortSignal,
): AsyncGenerator<EventPage> {
  let cursor = since;
  for (;;) {
    const asked = { ...query, since: cursor, limit: pageMax, waitSeconds };
    const timeoutSeconds = waitSeconds + answerSeconds;
    const page = await outlast(() => client.get<EventPage>('/events', asked, { timeoutSeconds, signal }), signal);
    cursor = page.nextCursor;
    yield page;
  }
}

/** Asks again for up to a minute while nobody answers; for questions that change nothing. */
export async function outlast<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const until = performance.now() + absentSecondsMax * 1000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isAbsent = error instanceof CliError && error.exitCode === exitCodes.unreachable;
      if (!isAbsent || signal.aborted || performance.now() > until) throw error;
      await sleep(absentPauseMs, undefined, { signal });
    }
  }
}
