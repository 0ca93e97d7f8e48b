import { type ApiOptions, createApi } from '../../../lib/api/api.ts';
import type { ApiRequest, ApiResponse } from '../../../lib/api/message.ts';
import { type FakeApplication, fakeApplication } from './fakeApplication.ts';

export interface Asked {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON. */
  readonly body: Answer;
  readonly response: ApiResponse;
}

/** Loose on purpose: tests say what they expect of it. */
export interface Answer {
  readonly [field: string]: unknown;
  readonly errors: readonly { readonly pointer?: string; readonly parameter?: string; readonly limit?: number }[];
}

export interface Asking extends Partial<ApiRequest> {
  /** Sent as JSON. */
  readonly json?: unknown;
}

export interface Bench {
  readonly application: FakeApplication;
  /** @param call such as `GET /wants?limit=1`, below the API's base path. */
  ask(call: string, asking?: Asking): Promise<Asked>;
  send(call: string, asking?: Asking): Promise<ApiResponse>;
}

/** The API over a fake application. */
export function bench(options: ApiOptions = {}): Bench {
  const application = fakeApplication();
  const api = createApi(application, options);
  const send = (call: string, asking: Asking = {}) => api(requestOf(call, asking));
  return { application, send, ask: async (call, asking) => asked(await send(call, asking)) };
}

function requestOf(call: string, { json, ...asking }: Asking): ApiRequest {
  const [method = '', target = ''] = call.split(/ (.*)/);
  const [path = '', query = ''] = target.split(/\?(.*)/);
  const body = json === undefined ? null : Buffer.from(JSON.stringify(json));
  const headers = body === null ? {} : { 'content-type': 'application/json' };
  const signal = new AbortController().signal;
  const request = { method, path: `/api/v1${path}`, query, headers, body, caller: 'ann', signal, ...asking };
  return { ...request, headers: { ...headers, ...asking.headers } };
}

async function asked(response: ApiResponse): Promise<Asked> {
  const { status, headers, body } = response;
  const text = await textOf(body);
  const isJson = text !== '' && (headers['content-type'] ?? '').includes('json');
  return { status, headers, text, body: (isJson ? JSON.parse(text) : { errors: [] }) as Answer, response };
}

async function textOf(body: ApiResponse['body']): Promise<string> {
  if (body === null || typeof body === 'string') return body ?? '';
  let text = '';
  for await (const piece of body) text += piece;
  return text;
}
