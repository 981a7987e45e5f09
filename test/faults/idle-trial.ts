import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GapNotice, Message, PushClient } from '../../client/index.js';
import { connect } from '../../client/node.js';
import { readerEnvironment } from '../../demo/race/reader-environment.js';
import { createGateway, type GatewayOptions } from '../../server/index.js';
import { catalog } from '../../transports/catalog.js';
import { tally } from '../conformance/tally.js';
import { listen } from '../support/listen.js';
import { waitUntil } from '../support/wait-until.js';

/** How long nothing is published, and what the gateway is told. */
export interface IdleTrialOptions {
  /** In steps of {@link stepMs}. */
  readonly steps: number;
  readonly stepMs: number;
  readonly gateway?: GatewayOptions;
  /** Called after each step. */
  readonly passed?: () => void;
}

/** What came of it, over the clients of all transports. */
export interface IdleTotals {
  readonly clients: number;
  readonly messages: number;
  readonly faults: number;
  /** Connections that were lost, or changed their transport, while nothing happened. */
  readonly changes: number;
}

const CHANNEL = 'quiet';
const AFTERWARDS = 10;

/** Leaves a client of each transport alone, then publishes, from the gateway and from each of them. */
export async function tryIdleness({
  steps,
  stepMs,
  gateway: options,
  passed = () => {},
}: IdleTrialOptions): Promise<IdleTotals> {
  const listening = await listen(createServer());
  const gateway = createGateway({ origins: [listening.url], ...options });
  gateway.attach(listening.server);
  const sleepers = catalog.map((transport) => new Sleeper(`${listening.url}/push`, transport, listening.url));
  try {
    await Promise.all(sleepers.map((sleeper) => sleeper.begin()));
    for (let step = 0; step < steps; step++) {
      await sleep(stepMs);
      passed();
    }
    const changes = sleepers.reduce((sum, sleeper) => sum + sleeper.changes, 0);
    const published: string[] = [];
    for (let count = 0; count < AFTERWARDS; count++) {
      published.push((await gateway.publish(CHANNEL, count)).id);
      for (const { push } of sleepers) published.push((await push.publish(CHANNEL, count)).id);
    }
    let faults = 0;
    for (const sleeper of sleepers) {
      await waitUntil('the last message', () => sleeper.taken.at(-1)?.id === published.at(-1), { timeoutMs: 60_000 });
      const { lost, repeated, disordered, invented } = tally(sleeper.taken, published);
      faults += lost.length + repeated.length + disordered.length + invented.length + sleeper.gaps.length;
    }
    const messages = sleepers.reduce((sum, { taken }) => sum + taken.length, 0);
    return { clients: sleepers.length, messages, faults, changes };
  } finally {
    await Promise.all(sleepers.map(({ push }) => push.close()));
    await listening.close();
    await gateway.close();
  }
}

/** A client to which nothing happens. */
class Sleeper {
  readonly push: PushClient;
  readonly taken: Message[] = [];
  readonly gaps: GapNotice[] = [];
  changes = 0;

  constructor(address: string, transport: string, origin: string) {
    this.push = connect(address, { transports: [transport], pollMs: 500, environment: readerEnvironment(origin) });
    this.push.on('gap', (gap) => this.gaps.push(gap));
    this.push.on('error', () => {});
  }

  async begin(): Promise<void> {
    await this.push.subscribe(CHANNEL, (message) => this.taken.push(message)).ready;
    this.push.on('transport', () => {
      this.changes++;
    });
  }
}
