/**
 * The process of the readers: clients of the gateway on the server's own machine, away from the gateway's process so that
 * what they use is not taken for what it uses. It does what its parent says and ends with it.
 */
import { connect, type PushClient } from '../../client/node.js';
import { readerEnvironment } from './reader-environment.js';

/** The readers that a group is to have from now on; what it had before is closed. */
export interface ReadersOrder {
  readonly group: string;
  /** The address of the gateway. */
  readonly gateway: string;
  readonly channel: string;
  /** Readers of each of these. */
  readonly transports: readonly string[];
  readonly each: number;
  readonly pollMs: number;
}

/** How a group stands, told whenever it has changed. */
export interface ReadersState {
  readonly group: string;
  /** Readers whose connection is proved. */
  readonly open: number;
  /** Messages that all of them have taken together. */
  readonly received: number;
}

interface Group {
  readonly readers: readonly PushClient[];
  received: number;
  told: string;
}

const TELL_MS = 100;
const groups = new Map<string, Group>();

process.on('message', (order: ReadersOrder) => {
  for (const reader of groups.get(order.group)?.readers ?? []) void reader.close();
  groups.delete(order.group);
  if (order.each > 0) groups.set(order.group, begin(order));
});
process.on('disconnect', () => process.exit(0));

setInterval(() => {
  for (const [group, state] of groups) {
    const open = state.readers.filter((reader) => reader.state === 'open').length;
    const told = `${open} ${state.received}`;
    if (told === state.told) continue;
    state.told = told;
    // A parent that has just gone is none to tell, and this process ends with it.
    process.send?.({ group, open, received: state.received } satisfies ReadersState, () => {});
  }
}, TELL_MS);

function begin({ gateway, channel, transports, each, pollMs }: ReadersOrder): Group {
  const environment = readerEnvironment(new URL(gateway).origin);
  const readers: PushClient[] = [];
  const group: Group = { readers, received: 0, told: '' };
  for (const transport of transports) {
    for (let count = 0; count < each; count++) {
      const reader = connect(gateway, { transports: [transport], pollMs, environment });
      // Told by the count of those that are open; without a listener it would be an uncaught error.
      reader.on('error', () => {});
      reader.subscribe(channel, () => {
        group.received += 1;
      });
      readers.push(reader);
    }
  }
  return group;
}
