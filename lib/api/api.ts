import { Gate, through } from './admission.ts';
import type { Application } from './application.ts';
import { readCall } from './call.ts';
import { withEtag } from './etag.ts';
import { Answers } from './idempotency.ts';
import { apiLimits } from './limits.ts';
import { createMatcher } from './match.ts';
import type { ApiRequest, ApiResponse } from './message.ts';
import { answerTo } from './refusals.ts';
import { routesOf } from './routes.ts';

export interface ApiOptions {
  /** How many requests may be in work at once; more are answered with 429. */
  readonly requestsMax?: number;
  /** How many may wait for events at once. */
  readonly feedsMax?: number;
  /** After how long a stream of events ends. */
  readonly streamSeconds?: number;
}

/** Answers one request. Never throws: what goes wrong is an answer too. */
export type ApiHandler = (request: ApiRequest) => Promise<ApiResponse>;

/** The API over an application, apart from any transport. */
export function createApi(application: Application, options: ApiOptions = {}): ApiHandler {
  const { requestsMax = apiLimits.requests, feedsMax = apiLimits.feeds, streamSeconds } = options;
  const match = createMatcher(routesOf(streamSeconds));
  const gates = { work: new Gate(requestsMax), feed: new Gate(feedsMax), always: new Gate(Number.POSITIVE_INFINITY) };
  const answers = new Answers(application);

  const answer = async (request: ApiRequest): Promise<ApiResponse> => {
    const { route, params } = match(request.method, request.path);
    return through(gates[route.admission ?? 'work'], request, async () => {
      const call = readCall(application, route, params, request);
      if (route.method === 'GET') return withEtag(request, await route.handle(call));
      return route.idempotency === 'remembered' ? answers.once(call, () => route.handle(call)) : route.handle(call);
    });
  };

  return async (request) => {
    try {
      const response = await answer(request);
      return request.method === 'HEAD' ? { ...response, body: null } : response;
    } catch (error) {
      return answerTo(error, request);
    }
  };
}
