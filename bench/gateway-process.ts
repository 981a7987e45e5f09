import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway } from '../server/index.js';

/*
 * The gateway under measurement, in a process of its own, so that its processor time is its own. It is told what to do
 * by messages from the process that loads it, and publishes by itself: the load must not pass through the same sockets.
 */

/** What the lab asks of the gateway's process. */
export type Order =
  | { readonly order: 'publish'; readonly channel: string; readonly bytes: number; readonly perSecond: number }
  | { readonly order: 'stop-publishing' }
  | { readonly order: 'measure' };

/** What the gateway's process answers. */
export type Answer =
  | { readonly answer: 'listening'; readonly port: number }
  | { readonly answer: 'measured'; readonly cpuMs: number; readonly rssBytes: number; readonly published: number };

const gateway = createGateway();
const server = createServer();
gateway.attach(server);
let published = 0;
let timer: NodeJS.Timeout | undefined;

process.on('message', (order: Order) => {
  switch (order.order) {
    case 'publish': {
      const text = 'x'.repeat(order.bytes);
      timer = setInterval(() => {
        published++;
        // The time in the message is when it was meant to leave; the reader's clock is this machine's too.
        void gateway.publish(order.channel, { at: Date.now(), text });
      }, 1_000 / order.perSecond);
      return;
    }
    case 'stop-publishing':
      clearInterval(timer);
      return;
    case 'measure': {
      const { user, system } = process.cpuUsage();
      tell({ answer: 'measured', cpuMs: (user + system) / 1_000, rssBytes: process.memoryUsage.rss(), published });
      return;
    }
    default:
      return order satisfies never;
  }
});
process.once('disconnect', () => process.exit());

server.listen(0, '127.0.0.1', () => tell({ answer: 'listening', port: (server.address() as AddressInfo).port }));

function tell(answer: Answer): void {
  process.send?.(answer);
}
