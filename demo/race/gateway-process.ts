/**
 * The process of one gateway that is measured: nothing else runs in it, so that its CPU is the gateway's. It does what its
 * parent says and ends with it.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway } from '../../server/index.js';
import { stepOf } from './races.js';

/** What the parent asks for: to publish from now on, or not any more; and what has been used so far. */
export type GatewayOrder =
  | { readonly ask: 'publish'; readonly channel: string; readonly perSecond: number; readonly bytes: number }
  | { readonly ask: 'usage' };

/** What it is told. */
export type GatewayState =
  | { readonly tells: 'listening'; readonly port: number }
  /** User and system time of the process, in microseconds. */
  | { readonly tells: 'usage'; readonly cpuMicros: number };

const gateway = createGateway();
const server = createServer();
gateway.attach(server);
let timer: NodeJS.Timeout | undefined;

process.on('message', (order: GatewayOrder) => {
  switch (order.ask) {
    case 'publish':
      return publish(order);
    case 'usage':
      return usage();
    default:
      return order satisfies never;
  }
});
process.on('disconnect', () => process.exit(0));

await gateway.ready();
server.listen(0, '127.0.0.1', () => tell({ tells: 'listening', port: (server.address() as AddressInfo).port }));

function publish({ channel, perSecond, bytes }: Extract<GatewayOrder, { ask: 'publish' }>): void {
  clearInterval(timer);
  if (perSecond === 0) return;
  let number = 0;
  timer = setInterval(() => {
    number += 1;
    const at = performance.timeOrigin + performance.now();
    void gateway.publish(channel, stepOf({ run: 'measured', number, at }, bytes));
  }, 1_000 / perSecond);
}

function usage(): void {
  const { user, system } = process.cpuUsage();
  tell({ tells: 'usage', cpuMicros: user + system });
}

function tell(state: GatewayState): void {
  // Whoever has started it may have given it up meanwhile.
  if (process.connected) process.send?.(state, () => undefined);
}
