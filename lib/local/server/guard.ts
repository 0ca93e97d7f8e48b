import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../api/problems.ts';

/** Throws the problem that a request from elsewhere, or without the token, is. */
export type Guard = (headers: IncomingHttpHeaders) => void;

const loopback = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;
const loopbackOrigin = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/**
 * Lets in who names this machine as host (a page that made its own name point here does not), does not come from a page
 * of elsewhere, and has the token. Every call needs the token, health too: who may read it can read the token file.
 */
export function createGuard(token: string): Guard {
  const known = Buffer.from(token);
  return ({ host, origin, authorization }) => {
    if (host === undefined) throw new Problem('unreadable', 'the request has no Host');
    if (!loopback.test(host)) throw new Problem('foreign-host', 'this service answers to this machine only');
    if (origin !== undefined && !loopbackOrigin.test(origin)) {
      throw new Problem('forbidden', 'pages of other hosts may not call this service');
    }
    const [, given = null] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (given === null) throw unauthorized('the call has no token: send Authorization: Bearer <token>');
    if (!isSame(given, known)) throw unauthorized('the token is not the one of this service');
  };
}

/** In a time that says nothing about where they differ. */
function isSame(given: string, known: Buffer): boolean {
  const bytes = Buffer.from(given);
  return bytes.length === known.length && timingSafeEqual(bytes, known);
}

function unauthorized(detail: string): Problem {
  return new Problem('unauthorized', detail, {}, { 'www-authenticate': 'Bearer realm="landfall"' });
}
