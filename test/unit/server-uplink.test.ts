import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { OPEN } from '../../server/access/permit.js';
import { beginBatch, callsUnderWay } from '../../server/batch.js';
import type { Draft, Receipt } from '../../server/bus/bus.js';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { Frames } from '../../server/frame.js';
import { DEFAULT_LIMITS as limits } from '../../server/limits/limits.js';
import { Metrics } from '../../server/metrics.js';
import { parseOperations } from '../../server/operations.js';
import { Uplink } from '../../server/uplink.js';

const caller = { client: null, user: null, address: '192.0.2.1', permit: OPEN };

/** A log that takes nothing until it is told to. */
class HeldBus extends MemoryBus {
  readonly #held: (() => void)[] = [];
  characters = 0;

  /** How many messages are on their way into the log. */
  get held(): number {
    return this.#held.length;
  }

  release(): void {
    for (const go of this.#held.splice(0)) go();
  }

  override async publish(draft: Draft): Promise<Receipt> {
    this.characters += draft.data.length;
    await new Promise<void>((resolve) => this.#held.push(resolve));
    this.characters -= draft.data.length;
    return super.publish(draft);
  }
}

describe('what is published while the log is slow', () => {
  const MOST = 4 * 1024 * 1024;
  const MESSAGE = 64 * 1024;
  let bus: HeldBus;
  let metrics: Metrics;
  let uplink: Uplink;
  beforeEach(() => {
    bus = new HeldBus();
    metrics = new Metrics(bus);
    const failed = (error: unknown) => {
      throw error;
    };
    uplink = new Uplink(bus, { limits, callTimeoutMs: 60_000, failed });
  });
  afterEach(async () => {
    metrics.close();
    await bus.close();
  });

  const publishes = (count: number, length: number) =>
    Array.from({ length: count }, (_, index) => ({
      type: 'publish',
      channel: 'a',
      data: 'x'.repeat(length),
      key: `${index}`,
    }));

  /** A POST; resolves with the answers. */
  async function post(count: number, length: number): Promise<string[]> {
    const { answers } = await beginBatch(uplink, {
      operations: parseOperations(publishes(count, length), limits),
      metrics,
      perform: (parsed) => uplink.perform(parsed, caller),
      calls: callsUnderWay(limits),
      callBytes: 0,
    });
    return answers;
  }

  /** A connection, with each message in a frame of its own; resolves with the answers. */
  async function socket(count: number, length: number): Promise<string[]> {
    const frames = new Frames({ caller, downlink: () => null, uplink, limits, metrics });
    const answers: string[] = [];
    const answer = async (lines: string) => void answers.push(lines);
    for (const operation of publishes(count, length)) await frames.perform(JSON.stringify(operation), answer);
    // Not a publish, so that it waits for all of them.
    await frames.perform('{"type":"call","method":"none"}', answer);
    return answers.slice(0, count);
  }

  /** Lets the log take everything, and looks that all of it was answered in order. */
  async function settled(sent: readonly Promise<string[]>[]): Promise<void> {
    let isDone = false;
    const all = Promise.all(sent).finally(() => {
      isDone = true;
    });
    while (!isDone) {
      bus.release();
      await turn();
    }
    for (const answers of await all) {
      expect(answers.map((text) => JSON.parse(text))).toMatchObject(
        answers.map((_, index) => ({ type: 'ack', key: `${index}` })),
      );
    }
  }

  it('is bounded over all POSTs together; beyond that, each has one more at a time', async () => {
    const sent = [post(100, MESSAGE)];
    await turn();
    expect(bus.characters).toBeGreaterThan(MOST);
    expect(bus.characters).toBeLessThan(MOST + 2 * MESSAGE);
    const first = bus.held;
    for (let other = 1; other <= 5; other++) {
      sent.push(post(100, MESSAGE));
      await turn();
      expect(bus.held).toBe(first + other);
    }
    await settled(sent);
  });

  it('is bounded over all connections together; beyond that, each has one more at a time', async () => {
    const sent = [post(100, MESSAGE)];
    await turn();
    const first = bus.held;
    for (let other = 1; other <= 5; other++) {
      sent.push(socket(100, 1_000));
      await turn();
      expect(bus.held).toBe(first + other);
    }
    await settled(sent);
  });

  it('is bounded for each connection: so many frames, of so many bytes', async () => {
    const small = socket(3_000, 1);
    await turn();
    expect(bus.held).toBe(1_024);
    await settled([small]);
    const large = socket(100, 10_000);
    await turn();
    expect(bus.held).toBe(Math.floor((256 * 1024) / 10_060));
    await settled([large]);
  });
});
