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

/** Ends a server with everything that is connected to it. Upgraded sockets are not its own: its process ends right after. */
export async function end(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
}
