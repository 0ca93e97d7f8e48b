import { hash } from 'node:crypto';
import type { ApiRequest, ApiResponse } from './message.ts';

/** Adds the strong ETag of a representation, or answers 304 to a caller who has just that one. */
export function withEtag(request: ApiRequest, response: ApiResponse): ApiResponse {
  if (response.status !== 200 || typeof response.body !== 'string') return response;
  const etag = `"${hash('sha256', response.body, 'base64url')}"`;
  const headers = { ...response.headers, etag, 'cache-control': 'no-cache' };
  const known = request.headers['if-none-match'];
  if (known === undefined || !matches(known, etag)) return { ...response, headers };
  const { 'content-type': _type, ...kept }: Record<string, string> = headers;
  return { status: 304, headers: kept, body: null };
}

/** The weak comparison of RFC 9110, which is the one for `If-None-Match`. */
function matches(known: string, etag: string): boolean {
  return known.split(',').some((one) => {
    const tag = one.trim();
    return tag === '*' || tag === etag || tag === `W/${etag}`;
  });
}
