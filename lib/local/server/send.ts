import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { ApiResponse } from '../../api/message.ts';

const always = { 'x-content-type-options': 'nosniff' };

/** Sends an answer; a stream piece by piece, no faster than it is taken. Throws where a stream cannot go on. */
export async function send(answer: ApiResponse, response: ServerResponse, signal: () => AbortSignal): Promise<void> {
  const { status, headers, body } = answer;
  if (body !== null && typeof body !== 'string') return sendStream(answer, body, response, signal());
  const length = body === null ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...always, ...headers, ...length });
  response.end(body ?? undefined);
}

async function sendStream(
  { status, headers }: ApiResponse,
  pieces: AsyncIterable<string>,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(status, { ...always, ...headers });
  try {
    for await (const piece of pieces) {
      if (signal.aborted) break;
      if (!response.write(piece)) await once(response, 'drain', { signal });
    }
  } finally {
    // It ends here also where it cannot go on: its reader resumes it by the last id.
    response.end();
  }
}
