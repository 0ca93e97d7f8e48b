/**
 * `node:http` and SQLite with group commit: takes any JSON, stores it in the order of arrival and by its id, and answers
 * when it is durable. Prints its address.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monotonicFactory } from 'ulid';
import { HandWritten } from '../world/handWritten.ts';

interface Waiting {
  readonly id: string;
  readonly body: object;
  readonly response: ServerResponse;
}

const hand = new HandWritten(process.argv[2]!);
const ulid = monotonicFactory();
let group: Waiting[] = [];

function flush(): void {
  const written = group;
  group = [];
  hand.inTransaction(() => {
    for (const { id, body } of written) hand.append(`want/${id}`, body);
  });
  for (const { id, body, response } of written) {
    const answer = JSON.stringify({ wantId: id, ...body });
    response.writeHead(201, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
    response.end(answer);
  }
}

function onRequest(request: IncomingMessage, response: ServerResponse): void {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    if (group.length === 0) setImmediate(flush);
    group.push({ id: `want_${ulid()}`, body: JSON.parse(Buffer.concat(pieces).toString()) as object, response });
  });
}

const server = createServer(onRequest);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
