import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import express from 'express';
import { type Demo, startDemo } from '../../demo/index.js';
import type { Gateway } from '../../server/index.js';
import { type Listening, listen } from './listen.js';

/** The demo with its gateway, from the sources and in the process of the test. */
export interface MountedDemo extends Listening {
  readonly gateway: Gateway;
  readonly demo: Demo;
  /** Posts JSON to a path of the site. */
  post(path: string, body: unknown): Promise<Response>;
  /** Opens a bare connection to it, or to another port of the same machine. */
  connect(port?: number): Socket;
  /** Closes the bare connections, the demo, the gateway and the server. */
  close(): Promise<void>;
}

/** Puts the demo before a gateway; `another` makes the gateways that visitors have for themselves, if they may. */
export async function mountDemo(gateway: Gateway, another?: () => Gateway): Promise<MountedDemo> {
  const app = express();
  const server = createServer(app);
  const demo = startDemo({ app, server, gateway, ...(another && { another }) });
  app.use('/push', gateway.handler);
  gateway.attach(server, { requests: false });
  const listening = await listen(server);
  await gateway.ready();
  const sockets: Socket[] = [];
  return {
    ...listening,
    gateway,
    demo,
    post(path, body) {
      const headers = { 'content-type': 'application/json' };
      return fetch(`${listening.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    },
    connect(port = listening.port) {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      sockets.push(socket);
      return socket;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await demo.close();
      await gateway.close();
      await listening.close();
    },
  };
}
