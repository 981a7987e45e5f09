import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PushClient, Subscription } from '../../client/index.js';
import { parseCursor } from '../../transports/cursor.js';
import { isMessage } from '../../transports/record.js';
import { FakeHalf, settled } from '../support/fake-environment.js';
import { holds } from '../support/property.js';
import { client } from './client-over-fakes.js';
import { type Opened, StreamGateway } from './stream-gateway.js';

const CHANNELS = ['a', 'b', 'c'] as const;
const RUNS = 500;

/** One thing that happens. A connection is the `which`-th of those that are open, and a subscription likewise. */
type Act =
  | { readonly act: 'publish'; readonly channel: string }
  | { readonly act: 'trim'; readonly channel: string; readonly kept: number }
  | { readonly act: 'subscribe'; readonly channel: string; readonly since: Since }
  | { readonly act: 'end' | 'cut'; readonly which: number }
  | { readonly act: 'write' | 'deliver'; readonly which: number; readonly count: number };

type Since = 'earliest' | 'now' | 'start' | 'middle';

const channel = fc.constantFrom(...CHANNELS);
const which = fc.nat(3);
const count = fc.integer({ min: 1, max: 5 });
const since = fc.constantFrom<Since>('earliest', 'now', 'start', 'middle');
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant('publish' as const), channel }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('trim' as const), channel, kept: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('subscribe' as const), channel, since }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('end' as const), which }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('cut' as const), which }) },
  { weight: 7, arbitrary: fc.record({ act: fc.constant('write' as const), which, count }) },
  { weight: 7, arbitrary: fc.record({ act: fc.constant('deliver' as const), which, count }) },
);

/** One subscription, with all it was given. */
interface Interest {
  readonly subscription: Subscription;
  readonly since: Since;
  readonly taken: number[];
  /** The offset after which it may be given messages; `null` before "now" has come. */
  start: number | null;
  /** The offset after which it has to be; `null` before a connection carries it, if it asked for "now" or "earliest". */
  due: number | null;
  /** How many gaps had been told before. */
  readonly gapsBefore: number;
}

/** A gap, as it was told. */
interface ToldGap {
  readonly channel: string;
  readonly from: number;
  readonly to: number;
  /** Whether its last message was with another connection, which may still bring it. */
  readonly isUnderWay: boolean;
}

/** A client over one transport, and the gateway that it talks to. */
class World {
  readonly gateway = new StreamGateway();
  readonly interests: Interest[] = [];
  readonly gaps: ToldGap[] = [];
  readonly push: PushClient;
  readonly #half: FakeHalf;
  readonly #pass: (ms: number) => Promise<void>;
  /** The highest offset that has arrived. */
  #arrived = 0;
  /** The end of the log that was last told. */
  #head = 0;

  constructor(goesBothWays: boolean) {
    this.#half = new FakeHalf('one', { goesBothWays });
    const { push, environment } = client([this.#half]);
    this.push = push;
    this.#pass = (ms) => environment.pass(ms);
    push.on('gap', ({ channel: name, from, to }) => {
      const isUnderWay = this.gateway.hasUnderWay(to);
      this.gaps.push({ channel: name, from: offsetOf(from), to: offsetOf(to), isUnderWay });
    });
  }

  async run(one: Act): Promise<void> {
    const opened = 'which' in one ? pick(this.#open, one.which) : undefined;
    switch (one.act) {
      case 'publish':
        this.gateway.log.push(one.channel);
        break;
      case 'trim':
        this.gateway.trim(one.channel, one.kept);
        break;
      case 'subscribe':
        this.#subscribe(one.channel, one.since);
        break;
      case 'end':
        pick(this.#held, one.which)?.subscription.close();
        break;
      case 'cut':
        if (opened !== undefined) this.#cut(opened);
        await this.#pass(500);
        break;
      case 'write':
        if (opened !== undefined) this.gateway.write(opened, one.count);
        break;
      case 'deliver':
        if (opened !== undefined) await this.#deliver(opened, one.count);
        break;
      default:
        return one satisfies never;
    }
    await this.#settle();
  }

  /** Lets everything arrive, with one more message on each channel that has to. */
  async finish(): Promise<void> {
    for (let round = 0; round < 3; round++) await this.#exchange();
    this.gateway.log.push(...CHANNELS);
    for (let round = 0; round < 100 && !this.#held.every((each) => this.#isThere(each)); round++)
      await this.#exchange();
  }

  /** What went wrong, in words. */
  get faults(): string[] {
    return [
      ...this.interests.flatMap((each) => this.#faultsOf(each)),
      ...this.gaps.filter((gap) => !this.#isTrue(gap)).map((gap) => `false gap: ${JSON.stringify(gap)}`),
    ];
  }

  get #open(): readonly Opened[] {
    return this.#half.links.filter(({ isOpen }) => isOpen);
  }

  get #held(): readonly Interest[] {
    return this.interests.filter(({ subscription }) => !subscription.isClosed);
  }

  #subscribe(name: string, since: Since): void {
    const offset = since === 'middle' ? Math.floor(this.gateway.log.length / 2) : 0;
    const taken: number[] = [];
    const position = since === 'start' || since === 'middle' ? `log.${offset}` : since;
    const subscription = this.push.subscribe(name, ({ data }) => taken.push(Number(data)), { since: position });
    const start = since === 'now' ? null : offset;
    const due = since === 'earliest' ? null : start;
    const interest: Interest = { subscription, since, taken, start, due, gapsBefore: this.gaps.length };
    this.interests.push(interest);
    if (since === 'earliest') subscription.ready.then(() => this.#carried(interest)).catch(() => {});
  }

  #cut(opened: Opened): void {
    opened.isOpen = false;
    opened.link.closed({ detail: 'reset' });
  }

  async #deliver(opened: Opened, most: number): Promise<void> {
    for (let left = most; left > 0 && opened.isOpen; left--) {
      const record = this.gateway.next(opened);
      if (record === undefined) return;
      if (isMessage(record)) this.#arrived = Math.max(this.#arrived, offsetOf(record.id));
      else if ('head' in record && record.head !== undefined) this.#head = offsetOf(record.head);
      opened.link.record(record);
      await this.#settle();
    }
  }

  async #exchange(): Promise<void> {
    for (const opened of this.#open) {
      this.gateway.write(opened, Number.POSITIVE_INFINITY);
      await this.#deliver(opened, Number.POSITIVE_INFINITY);
    }
    await this.#pass(500);
    await this.#settle();
  }

  /** Lets the client act, and notes where "now" was. */
  async #settle(): Promise<void> {
    await settled();
    for (const each of this.#held) {
      const at = parseCursor(each.subscription.position)?.offset;
      if (each.start !== null || at === undefined) continue;
      each.start = at;
      // Of a channel that is carried already, what has come before is not given once more.
      each.due = Math.max(at, this.#arrived);
    }
  }

  /** From when "earliest" is carried it has to be told of what comes and goes. */
  #carried(interest: Interest): void {
    interest.due ??= this.#head;
  }

  #isThere({ subscription, since, taken, due }: Interest): boolean {
    const last = this.gateway.offsets(subscription.channel).at(-1) ?? 0;
    return taken.at(-1) === last || (since !== 'earliest' && (due ?? 0) >= last);
  }

  #faultsOf({ subscription, since, taken, start, due, gapsBefore }: Interest): string[] {
    const { channel: name, isClosed } = subscription;
    const first = (taken[0] ?? Number.POSITIVE_INFINITY) - 1;
    const begin = since === 'earliest' ? Math.min(due ?? first, first) : (due ?? first);
    const end = isClosed ? (taken.at(-1) ?? 0) : this.gateway.log.length;
    const gaps = this.gaps.slice(gapsBefore).filter((gap) => gap.channel === name);
    const lost = this.gateway
      .offsets(name)
      .filter((offset) => offset > begin && offset <= end && !taken.includes(offset))
      .filter((offset) => !gaps.some(({ from, to }) => offset > from && offset <= to));
    const again = taken.filter((offset, index) => offset <= (taken[index - 1] ?? start ?? 0));
    return [...lost.map((offset) => `${name}: lost ${offset}`), ...again.map((offset) => `${name}: ${offset} again`)];
  }

  /** Whether a message was missing there, which the last one is where a hole ends. */
  #isTrue({ channel: name, from, to, isUnderWay }: ToldGap): boolean {
    return (
      from < to &&
      this.interests.some(
        ({ subscription, taken, start }) =>
          subscription.channel === name && start !== null && start < to && (isUnderWay || !taken.includes(to)),
      )
    );
  }
}

function pick<Item>(items: readonly Item[], at: number): Item | undefined {
  return items[at % items.length];
}

function offsetOf(cursor: string): number {
  return parseCursor(cursor)?.offset ?? Number.NaN;
}

describe('connections that overlap while subscriptions come and go', () => {
  it.each([
    ['one way', false],
    ['both ways', true],
  ])('bring each message once and in order, or a gap that is true: %s', async (_, goesBothWays) => {
    let [messages, gaps] = [0, 0];
    await holds(
      fc.asyncProperty(fc.array(act, { maxLength: 80, size: 'max' }), async (acts) => {
        const world = new World(goesBothWays);
        try {
          for (const one of acts) await world.run(one);
          await world.finish();
          expect(world.faults).toEqual([]);
        } finally {
          await world.push.close();
        }
        messages += world.interests.reduce((sum, { taken }) => sum + taken.length, 0);
        gaps += world.gaps.length;
      }),
      RUNS,
    );
    // A run in which nothing happened would hold as well.
    expect(Math.min(messages, gaps)).toBeGreaterThan(RUNS / 5);
  });
});
