import type { WantView } from '../query/views.ts';
import type { Client } from './client.ts';

/** What `want create` takes beside refs; already checked and in the API's units. */
export interface WantOptions {
  readonly sla?: number;
  readonly ttl?: number;
  readonly dataTimestamp?: string;
  readonly depends?: readonly { readonly graph: string; readonly partitionRef: string }[];
  readonly freshAfter?: string;
  readonly comment?: string;
}

/** The body of `POST /wants` and `POST /plan`; what is undefined is not sent. */
export function wantBody(partitionRefs: readonly string[], options: WantOptions = {}) {
  return {
    partitionRefs,
    slaSeconds: options.sla,
    ttlSeconds: options.ttl,
    dataTimestamp: options.dataTimestamp,
    externalDependencies: options.depends,
    freshAfter: options.freshAfter,
    comment: options.comment,
    source: 'cli',
  };
}

export function postWant(
  client: Client,
  body: ReturnType<typeof wantBody>,
  idempotencyKey?: string,
): Promise<WantView> {
  return client.post<WantView>('/wants', body, idempotencyKey === undefined ? {} : { idempotencyKey });
}

/** A want that nothing more happens to. */
export function hasEnded(want: Pick<WantView, 'endedAt'>): boolean {
  return want.endedAt !== null;
}

/**
 * Sources of wants that somebody made. Derived ones are landfall's own, one for each missing partition upstream, and
 * would hide them.
 */
export const madeBySomebody = ['cli', 'api', 'dashboard', 'scheduled', 'event'];
