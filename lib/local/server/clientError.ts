import type { Duplex } from 'node:stream';
import { Problem, problemResponse } from '../../api/problems.ts';
import { hasCode } from '../../log/errors.ts';

/** Answers what is no HTTP request, or did not arrive in time, and ends its connection. */
export function answerClientError(error: Error, socket: Duplex): void {
  if (!socket.writable || hasCode(error, 'ECONNRESET')) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = problemResponse(problemOf(error));
  const text = String(body);
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(text), connection: 'close' });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status} ${reasons[status]}\r\n${head}\r\n${text}`);
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
};

function problemOf(error: Error): Problem {
  if (hasCode(error, 'HPE_HEADER_OVERFLOW')) return new Problem('headers-too-large', 'the header is too large');
  if (hasCode(error, 'ERR_HTTP_REQUEST_TIMEOUT')) {
    return new Problem('request-timeout', 'the request did not arrive in time');
  }
  return new Problem('unreadable', 'this is no HTTP/1.1 request that can be read');
}
