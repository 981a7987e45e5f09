/*
 * A gateway in a process of its own, so that what the process takes is what the gateway takes. Its parent tells it to
 * publish and asks what it holds. Run it with `--expose-gc`.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGateway, MemoryBus } from '../../server/index.js';

/** What the parent may tell it. */
export type Order =
  /** Texts of so many letters and the message's number. */
  | { readonly do: 'publish'; readonly channel: string; readonly letters: number; readonly count: number }
  | { readonly do: 'measure' };

/** What it answers, and at the beginning where it listens. */
export type Answer =
  | { readonly push: string }
  /** The number of the last message. */
  | { readonly published: number }
  | Measure;

export interface Measure {
  /** Inside and outside of the heap, after garbage was collected, in bytes. */
  readonly heldBytes: number;
  readonly residentBytes: number;
}

const collect = globalThis.gc;
if (collect === undefined) throw new Error('Fork this with --expose-gc.');
const tell = (answer: Answer) => void process.send?.(answer);

const gateway = createGateway({
  bus: new MemoryBus({ epoch: 'e' }),
  // Nobody is to be cut off, nor sent to another document, however slow the machine is.
  heartbeatMs: 600_000,
  stalledMs: 600_000,
  bodyTimeoutMs: 600_000,
  renewBytes: 1e12,
});
let published = 0;

process.on('message', async (order: Order) => {
  switch (order.do) {
    case 'publish': {
      const letters = 'x'.repeat(order.letters);
      for (let left = order.count; left > 0; left--) await gateway.publish(order.channel, letters + ++published);
      return tell({ published });
    }
    case 'measure': {
      // What lies outside of the heap goes with the second collection.
      for (let times = 0; times < 2; times++) {
        collect();
        await nextTurn();
      }
      const { heapUsed, external, rss } = process.memoryUsage();
      return tell({ heldBytes: heapUsed + external, residentBytes: rss });
    }
    default:
      return order satisfies never;
  }
});
// Without its parent, there is nobody to end it.
process.once('disconnect', () => process.exit());

await gateway.ready();
const server = createServer();
gateway.attach(server);
server.listen(0, '127.0.0.1', () => {
  tell({ push: `http://127.0.0.1:${(server.address() as AddressInfo).port}/push` });
});
