import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contestant, Reader, Site, Traffic } from './contestant.js';
import type { Counts } from './result.js';
import { Tally } from './tally.js';
import { nowMicros } from './wire/clock.js';
import { lateness, StampScanner } from './wire/stamp.js';

/** One subscriber. */
interface Member {
  readonly channel: string;
  readonly from: number;
  readonly tally: Tally;
  reader: Reader;
  isPaused: boolean;
}

/** How subscribers come. */
export interface Joining {
  readonly port: number;
  readonly bytes: number;
  readonly pollMs: number;
  readonly since: 'now' | 'earliest';
  /** So many connect at the same time; more would measure the backlog of the listening socket. */
  readonly atOnce: number;
  /** Whether one that is refused tries again. */
  readonly retries: boolean;
}

/** How long one that was refused waits before it tries again, in milliseconds. */
const RETRY_MS = 20;
const READY_TIMEOUT_MS = 30_000;
/** An hour in microseconds: a message that is later than that is lost. */
const LATEST_MICROS = 3_600_000_000;

/** The subscribers of one server, with everything that they got. */
export class Crowd {
  readonly traffic: Traffic = { up: 0, down: 0, requests: 0 };
  readonly failures: string[] = [];
  readonly #contestant: Contestant;
  readonly #members: Member[] = [];
  readonly #histogram = createHistogram({ lowest: 1, highest: LATEST_MICROS, figures: 3 });
  #delivered = 0;
  /** Of which channels it is recorded how late messages are. */
  #isRecorded: (channel: string) => boolean = () => false;
  #isClosed = false;

  constructor(contestant: Contestant) {
    this.#contestant = contestant;
  }

  get size(): number {
    return this.#members.length;
  }

  get delivered(): number {
    return this.#delivered;
  }

  /** Subscribes so many; resolves when all are ready. `published` is what each channel has had so far. */
  async join(
    count: number,
    channelOf: (index: number) => string,
    joining: Joining,
    published: ReadonlyMap<string, number>,
  ) {
    let next = 0;
    const arrive = async () => {
      for (let index = next++; index < count; index = next++) await this.#join(channelOf(index), joining, published);
    };
    await Promise.all(Array.from({ length: Math.min(count, joining.atOnce) }, arrive));
  }

  #join(channel: string, joining: Joining, published: ReadonlyMap<string, number>): Promise<void> {
    const from = joining.since === 'earliest' ? 0 : (published.get(channel) ?? 0);
    const { port, pollMs, since } = joining;
    const site: Site = { port, channel, pollMs, since, traffic: this.traffic };
    const scanner = new StampScanner();
    const tally = new Tally(from);
    const found = (number: number, due: number) => {
      if (!tally.take(number)) return;
      this.#delivered++;
      if (!this.#isRecorded(channel)) return;
      const late = lateness(nowMicros(), due);
      this.#histogram.record(Math.min(LATEST_MICROS, Math.max(1, late)));
    };
    return new Promise((resolve, reject) => {
      let isReady = false;
      const timer = setTimeout(
        () => reject(new Error(`a reader was not ready after ${READY_TIMEOUT_MS} ms`)),
        READY_TIMEOUT_MS,
      );
      const open = (): Reader =>
        this.#contestant.read(site, {
          ready: () => {
            isReady = true;
            clearTimeout(timer);
            resolve();
          },
          bytes: (piece) => scanner.scan(piece, joining.bytes, found),
          failed: (reason) => {
            if (!isReady && joining.retries) {
              setTimeout(() => {
                if (!this.#isClosed) member.reader = open();
              }, RETRY_MS);
              return;
            }
            this.failures.push(reason);
            clearTimeout(timer);
            reject(new Error(reason));
          },
        });
      const member: Member = { channel, from, tally, reader: open(), isPaused: false };
      this.#members.push(member);
    });
  }

  /** From now on, how late messages are is recorded, on all channels or on one; what was before is forgotten. */
  record(channel?: string): void {
    this.#histogram.reset();
    this.#isRecorded = (one) => channel === undefined || one === channel;
  }

  /** How late the recorded messages were. */
  get lateness(): RecordableHistogram {
    return this.#histogram;
  }

  /** How far the slowest of them is on its channel. */
  slowest(): number {
    return this.#members.reduce((least, { tally }) => Math.min(least, tally.reached), Number.POSITIVE_INFINITY);
  }

  /** How many messages all of them are to have had when the channels have had so many. */
  expected(published: ReadonlyMap<string, number>): number {
    return this.#members.reduce((sum, { channel, from }) => sum + (published.get(channel) ?? 0) - from, 0);
  }

  /** Resolves when everything has arrived at all who read, or when nothing has for so long. */
  async arrival(published: ReadonlyMap<string, number>, patienceMs: number): Promise<void> {
    const readers = this.#members.filter(({ isPaused }) => !isPaused);
    const expected = this.expected(published);
    const isBehind = () =>
      readers.length === this.size
        ? this.#delivered < expected
        : readers.some(({ channel, tally }) => tally.lost(published.get(channel) ?? 0) > 0);
    let last = this.#delivered;
    for (let since = performance.now(); isBehind(); ) {
      if (this.#delivered !== last) {
        last = this.#delivered;
        since = performance.now();
      } else if (performance.now() - since > patienceMs) return;
      await sleep(2);
    }
  }

  /** So many of them take nothing more. */
  pause(count: number): void {
    for (const member of this.#members.slice(0, count)) {
      member.isPaused = true;
      member.reader.pause();
    }
  }

  /** All of them take what there is. */
  resume(): void {
    for (const member of this.#members.filter(({ isPaused }) => isPaused)) {
      member.isPaused = false;
      member.reader.resume();
    }
  }

  counts(published: ReadonlyMap<string, number>): Counts {
    let lost = 0;
    let repeated = 0;
    let disordered = 0;
    for (const { channel, tally } of this.#members) {
      lost += tally.lost(published.get(channel) ?? 0);
      repeated += tally.repeated;
      disordered += tally.disordered;
    }
    return { expected: this.expected(published), delivered: this.#delivered, lost, repeated, disordered };
  }

  close(): void {
    this.#isClosed = true;
    for (const { reader } of this.#members) reader.close();
  }
}
