import type { GapNotice, Message, PushClient, Subscription } from '../../client/index.js';
import { connect } from '../../client/node.js';
import { type Tally, tally } from '../conformance/tally.js';
import { nodeEnvironment } from '../support/node-environment.js';
import { waitUntil } from '../support/wait-until.js';

/** The channel that clients publish to. */
export const UPLINK = 'up';
const PATIENCE_MS = 60_000;
const HOUR_MS = 3_600_000;
const QUICK = {
  pollMs: 30,
  waitMs: 2_000,
  backoffMs: 10,
  backoffCapMs: 100,
  probeMs: 200,
  probeCapMs: 1_000,
  proofMs: 500,
  toleranceMs: 600,
  timeoutMs: PATIENCE_MS,
};

/** One interest of a client, with all it was given. */
interface Interest {
  readonly channel: string;
  readonly subscription: Subscription;
  readonly since: string;
  /** The place in the log of the first message that it may be given. */
  readonly first: number;
  /** The place of the first message that it has to be given. */
  due: number;
  isOver: boolean;
  readonly taken: Message[];
  /** How many gaps had been told before. */
  readonly gapsBefore: number;
}

/** A client with its interests, and what it was given and told. */
export class TrialClient {
  readonly push: PushClient;
  readonly gaps: GapNotice[] = [];
  switches = 0;
  readonly #order: readonly string[];
  readonly #interests: Interest[] = [];
  readonly #operations: Promise<string>[] = [];
  #aheadMs = 0;

  constructor(url: string, order: readonly string[]) {
    this.#order = order;
    const environment = nodeEnvironment(url);
    const now = () => environment.now() + this.#aheadMs;
    this.push = connect(`${url}/push`, { ...QUICK, transports: order, environment: { ...environment, now } });
    this.push.on('gap', (gap) => this.gaps.push(gap));
    this.push.on('error', () => {});
    this.push.on('transport', () => this.switches++);
  }

  get taken(): number {
    return this.#interests.reduce((sum, { taken }) => sum + taken.length, 0);
  }

  /** `known` says how many messages the channel may have by then. */
  subscribe(channel: string, since: string, first: number, known: () => number): void {
    const taken: Message[] = [];
    const subscription = this.push.subscribe(channel, (message) => taken.push(message), { since });
    const due = since === 'now' ? Number.POSITIVE_INFINITY : first;
    const interest = { channel, subscription, since, first, due, isOver: false, taken, gapsBefore: this.gaps.length };
    this.#interests.push(interest);
    subscription.ready.then(
      () => {
        if (since === 'now') interest.due = known();
      },
      () => {},
    );
  }

  /** Ends the oldest subscriptions to a channel, but for so many. */
  unsubscribe(channel: string, left = 0): void {
    const held = this.#interests.filter((interest) => interest.channel === channel && !interest.isOver);
    for (const interest of held.slice(0, Math.max(0, held.length - left))) {
      interest.isOver = true;
      void interest.subscription.close();
    }
  }

  send(text: string): void {
    const sent = this.push.publish(UPLINK, text).then(() => text);
    sent.catch(() => {});
    this.#operations.push(sent);
  }

  settled(): Promise<readonly string[]> {
    return Promise.all(this.#operations);
  }

  /** The machine slept for an hour, on a clock that counts that. */
  jump(): void {
    this.#aheadMs += HOUR_MS;
  }

  async untilTaken(published: ReadonlyMap<string, readonly string[]>): Promise<void> {
    for (const interest of this.#interests) {
      if (interest.isOver) continue;
      const ids = published.get(interest.channel) ?? [];
      const end = ids.at(-1);
      // One that starts "now" may have started behind the last message.
      const isThere = () =>
        interest.taken.at(-1)?.id === end ||
        (interest.since === 'now' && interest.due !== Number.POSITIVE_INFINITY && interest.due >= ids.length);
      await waitUntil(`${end} on ${this.#order.join()}`, isThere, { timeoutMs: PATIENCE_MS }).catch((error: Error) => {
        const trace = this.push.trace.map(
          ({ at, transport, event, detail }) => `${at} ${transport} ${event} ${detail}`,
        );
        throw new Error(`${error.message}\n${trace.slice(-40).join('\n')}`);
      });
    }
  }

  faults(published: ReadonlyMap<string, readonly string[]>, keepsAll: boolean): string[] {
    return this.#interests.flatMap(({ channel, since, first, due, isOver, taken, gapsBefore }) => {
      const ids = published.get(channel) ?? [];
      const gaps = this.gaps.slice(gapsBefore).filter((gap) => gap.channel === channel);
      const last = taken.at(-1)?.id;
      // "now" is what comes to a client from now on, and that may have been under way.
      const begin = since === 'now' && taken[0] !== undefined ? ids.indexOf(taken[0].id) : first;
      const until = isOver ? (last === undefined ? first : ids.indexOf(last) + 1) : ids.length;
      const found = tally(taken, ids.slice(begin, until), gaps);
      // "earliest" is what the log still had when the request got through.
      const start = since === 'earliest' && !keepsAll ? ids.indexOf(taken[0]?.id ?? '') : due;
      const lost = found.lost.filter((id) => ids.indexOf(id) >= start);
      const all: Tally = { ...found, lost };
      if (Object.values(all).every((ids) => ids.length === 0)) return [];
      return [`${this.#order.join()}, ${channel} from ${first}: ${JSON.stringify(all)}`];
    });
  }
}
