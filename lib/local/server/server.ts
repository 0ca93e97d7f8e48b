import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiHandler } from '../../api/api.ts';
import { type ApiFault, type ApiResponse, faultOf } from '../../api/message.ts';
import { answerTo } from '../../api/refusals.ts';
import { answerClientError } from './clientError.ts';
import { createGuard } from './guard.ts';
import { type ServerLimits, serverLimits } from './limits.ts';
import { Presence } from './presence.ts';
import { Receiver } from './receive.ts';
import { send } from './send.ts';

export interface ServerOptions {
  /** Every call carries it: `Authorization: Bearer <token>`. */
  readonly token: string;
  readonly handle: ApiHandler;
  /** Takes one line about each fault of the service. */
  log(line: string): void;
  readonly limits?: Partial<ServerLimits>;
}

/** HTTP/1.1 on this machine's loopback address, and nowhere else. */
export interface Server {
  /** @param port 0: any that is free. @returns the address to call, without a path. */
  listen(port: number): Promise<string>;
  /** Calls that are not answered yet, streams included. */
  openCalls(): number;
  /** Takes no more calls, ends all waiting, lets work in progress end, then closes what is left. */
  close(): Promise<void>;
}

/** Whoever has the token of the service is the person whose machine it is. */
const caller = 'local';

const idleCheckMs = 20;

export function createServer({ token, handle, log, limits: given }: ServerOptions): Server {
  const limits = { ...serverLimits, ...given };
  const guard = createGuard(token);
  const receiver = new Receiver(limits.bodiesBytesMax);
  const closing = new AbortController();
  let open = 0;

  const answer = async (request: IncomingMessage, presence: Presence): Promise<ApiResponse> => {
    const { method = '', headers } = request;
    const target = targetOf(request.url ?? '');
    guard(target.host === null ? headers : { ...headers, host: target.host });
    const body = await receiver.receive(request);
    return handle({
      method,
      path: target.path,
      query: target.query,
      headers: headers as Readonly<Record<string, string | undefined>>,
      body,
      caller,
      get signal() {
        return presence.signal;
      },
    });
  };

  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    open += 1;
    response.once('close', () => {
      open -= 1;
    });
    const presence = new Presence(response, closing.signal);
    const named = { method: request.method ?? '', path: request.url ?? '' };
    const answered = await answer(request, presence).catch((error) => answerTo(error, named));
    if (answered.fault !== undefined) log(faultLine(answered.fault));
    if (closing.signal.aborted) response.setHeader('connection', 'close');
    try {
      await send(answered, response, () => presence.signal);
    } catch (error) {
      if (!presence.signal.aborted) log(faultLine(faultOf(named, error)));
      response.destroy();
    }
  };

  const server = createHttpServer(
    {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersSecondsMax * 1000,
      requestTimeout: limits.requestSecondsMax * 1000,
      keepAliveTimeout: limits.keepAliveSeconds * 1000,
      connectionsCheckingInterval: 1_000,
      // Twice the same header is then a value that no check takes, instead of the first one that wins.
      joinDuplicateHeaders: true,
      // Its absence is answered like all else, with a problem.
      requireHostHeader: false,
      noDelay: true,
    },
    (request, response) => void onRequest(request, response),
  );
  server.maxConnections = limits.connectionsMax;
  server.timeout = limits.silentSecondsMax * 1000;
  server.on('clientError', answerClientError);
  server.on('connect', (_request, socket) => answerClientError(new Error('CONNECT'), socket));

  return {
    listen: async (port) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      server.once('error', reject);
      server.listen({ port, host: '127.0.0.1' }, resolve);
      await promise;
      server.off('error', reject);
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    openCalls: () => open,
    close: async () => {
      closing.abort();
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      // A connection whose answer had begun before is idle only after that answer.
      const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs);
      const all = setTimeout(() => server.closeAllConnections(), limits.closeSecondsMax * 1000);
      await promise;
      clearInterval(idle);
      clearTimeout(all);
    },
  };
}

interface Target {
  /** Of a target that is a whole address: it goes before the Host header. */
  readonly host: string | null;
  readonly path: string;
  readonly query: string;
}

function targetOf(url: string): Target {
  const [, host = null, rest = url] = /^http:\/\/([^/?#]*)(.*)$/i.exec(url) ?? [];
  const mark = rest.indexOf('?');
  return mark < 0 ? { host, path: rest, query: '' } : { host, path: rest.slice(0, mark), query: rest.slice(mark + 1) };
}

/** One line with where it happened; the rest of a stack says little more, and nobody wants to see it in a terminal. */
function faultLine({ id, method, path, error }: ApiFault): string {
  const thrown = error instanceof Error ? error : new Error(String(error));
  const place = /\n\s+at (.*)/.exec(thrown.stack ?? '')?.[1] ?? 'an unknown place';
  return `Fault ${id} in ${method} ${path}: ${thrown.name}: ${thrown.message} (${place})`;
}
