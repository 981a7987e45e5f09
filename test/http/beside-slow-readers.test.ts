import { describe, expect, it } from '@jest/globals';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { type RawResponse, rawHttp } from '../support/raw-http.js';
import { afterwards, inExpress, metric, type Site } from './site.js';
import { asleep, STREAMS } from './sleepers.js';

const TEXT = 'x'.repeat(64 * 1024);
const SLEEPERS = 5;
/** More than the buffers on the way to a sleeper take. */
const FILLED = 300;
const ROUNDS = 300;
/** Far more than two halves of one run differ by, and far less than it costs to write to everybody or to wait for somebody. */
const MOST = { times: 2, ms: 2 };

/** A gateway with one that reads, which tells how long messages take to it. */
class Measured {
  static async make(): Promise<Measured> {
    const bus = new MemoryBus({ epoch: 'e', retention: { bytes: 4 * 1024 * 1024 } });
    // Nobody is to be cut off, nor sent to another document.
    const site = await inExpress({ bus, heartbeatMs: 600_000, stalledMs: 600_000, renewBytes: 1e12 });
    const reader = await rawHttp(`${site.push}/sse?channel=a`, { timeoutMs: 30_000 });
    afterwards(() => reader.socket.destroy());
    return new Measured(site, reader);
  }

  #number = 0;

  constructor(
    readonly site: Site,
    private readonly reader: RawResponse,
  ) {}

  /** Publishes one message; resolves with the milliseconds until all of it has come. */
  async publish(): Promise<number> {
    const mark = `x${++this.#number}"`;
    const before = performance.now();
    await this.site.gateway.publish('a', TEXT + this.#number);
    for (let end = ''; !end.includes(mark); ) end = (end + (await this.reader.read())).slice(-300);
    return performance.now() - before;
  }
}

function median(times: readonly number[]): number {
  return [...times].sort((one, two) => one - two)[Math.floor(times.length / 2)] ?? Number.NaN;
}

describe('one that reads beside readers that have stopped', () => {
  it.each(STREAMS)('gets messages as soon as without them, on %s', async (transport) => {
    const [beside, alone] = [await Measured.make(), await Measured.make()];
    for (let count = 0; count < SLEEPERS; count++) await asleep(transport, beside.site.push);
    for (let count = 0; count < FILLED; count++) await Promise.all([beside.publish(), alone.publish()]);
    expect(await metric(beside.site.push, 'pushgate_readers_full')).toBe(SLEEPERS);
    // In turn, so that whatever else the machine does is done to both.
    const [withThem, without]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      withThem.push(await beside.publish());
      without.push(await alone.publish());
    }
    expect(median(withThem)).toBeLessThan(MOST.times * median(without) + MOST.ms);
    expect(await metric(beside.site.push, 'pushgate_readers_full')).toBe(SLEEPERS);
  });
});
