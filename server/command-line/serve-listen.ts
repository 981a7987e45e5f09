import { readFileSync } from 'node:fs';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { reasonText } from '../../transports/reason-text.js';
import type { Logger } from '../logger.js';
import { UsageError } from './usage.js';

/** Where `pushgate serve` listens, and with which certificate. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** How requests are read. */
const REQUESTS = {
  /** As many channels as are allowed, with long names and a position for each, do not fit into Node's 16 KiB. */
  maxHeaderSize: 64 * 1024,
  /** Who sends a head or a whole request more slowly is cut, in milliseconds; Node's own are 60 s and 300 s. */
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
};

/** Who does not get done with the handshake of TLS is cut as who sends no head is, in milliseconds; Node's own is 120 s. */
const HANDSHAKE_MS = 10_000;

/** That connections cannot be taken is told once in so long, in milliseconds: it comes again with each of them. */
const TOLD_EVERY_MS = 60_000;

/** A server for HTTP, or for HTTPS where there is a certificate. @throws UsageError */
export function openServer({ tlsCert, tlsKey }: ListenOptions, app: RequestListener): Server {
  if (tlsCert === undefined || tlsKey === undefined) return createServer(REQUESTS, app);
  const files = { cert: read('certificate', tlsCert), key: read('key', tlsKey) };
  try {
    return createTlsServer({ ...REQUESTS, ...files, handshakeTimeout: HANDSHAKE_MS }, app);
  } catch (error) {
    throw new UsageError(`${tlsCert} and ${tlsKey} cannot be used together: ${reasonText(error)}`);
  }
}

function read(what: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`The ${what} ${file} cannot be read: ${reasonText(error)}`);
  }
}

/**
 * The connections that a server has at each moment, also those of which Node's HTTP machine has let go: these
 * `closeAllConnections()` does not know, and `close()` waits for them all the same.
 */
export function connectionsOf(server: Server): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  function forget(this: Socket): void {
    connections.delete(this);
  }
  server.on('connection', (socket: Socket) => connections.add(socket.on('close', forget)));
  return connections;
}

/**
 * Resolves when the server listens. A connection that cannot be taken from then on, as when there are no more file descriptors, is
 * told to the log and ends nothing.
 *
 * @throws Error that says what to do instead
 */
export function listen(
  server: Server,
  { host, port }: Pick<ListenOptions, 'host' | 'port'>,
  log: Logger,
  /** Milliseconds of a clock that is never set. */
  now: () => number = () => performance.now(),
): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(new Error(listenFault(error, host, port)));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse).on('error', faultTeller(log, now));
      resolve();
    });
  });
}

function faultTeller(log: Logger, now: () => number): (error: Error) => void {
  let quietUntil = Number.NEGATIVE_INFINITY;
  return (err) => {
    if (now() < quietUntil) return;
    quietUntil = now() + TOLD_EVERY_MS;
    log.error({ err }, 'a connection could not be taken');
  };
}

function listenFault({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken; choose another one with --port, or 0 for any free one.`;
    case 'EACCES':
      return `Port ${port} is reserved for the system; choose one from 1024 on with --port.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is not an address of this machine; leave out --host, or give 0.0.0.0.`;
    default:
      return message;
  }
}
