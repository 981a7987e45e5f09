import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** As much as Linux allows by default: a storm shall measure the server, and not the queue before it. */
const BACKLOG = 4_096;

/** Lets a server listen on the loopback, and resolves with its port. */
export function host(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', backlog: BACKLOG }, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Ends a server with everything that is connected to it. */
export function end(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
    // Upgraded sockets are no longer the server's to close; its process ends right after.
    setTimeout(resolve, 100).unref();
  });
}
