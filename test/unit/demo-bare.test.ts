import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BareClient } from '../../demo/site/breaking/bare-client.js';
import { missingOf } from '../../demo/site/feed/numbers.js';

/** An EventSource as far as the client knows it, and how it fares. */
class Source {
  static readonly CLOSED = 2;
  static last: Source | null = null;
  readyState = 0;
  onopen: () => void = () => {};
  onmessage: (event: { data: string }) => void = () => {};
  onerror: () => void = () => {};
  isClosed = false;

  constructor() {
    Source.last = this;
  }

  close(): void {
    this.isClosed = true;
  }

  open(): void {
    this.readyState = 1;
    this.onopen();
  }

  /** It connects again by itself, or was refused. */
  fail(isForGood = false): void {
    this.readyState = isForGood ? 2 : 0;
    this.onerror();
  }

  publish(...numbers: readonly number[]): void {
    const [cpu, loop] = [
      { machine: 0, process: 0 },
      { p50: 0, p99: 0 },
    ];
    const memory = { resident: 1, heap: 1, used: 1, total: 1 };
    for (const number of numbers) {
      const figures = { run: 'a', number, at: number * 1_000, cpu, memory, loop, connections: {} };
      this.onmessage({ data: JSON.stringify(figures) });
    }
  }
}

describe('a client without Pushgate', () => {
  const before = globalThis.EventSource;
  let client: BareClient;
  const head = (number: number) => ({ run: 'a', number });
  const source = () => Source.last ?? new Source();
  const counts = (upTo: number) => [client.tally.received, client.lost, client.behind(head(upTo))];

  beforeEach(() => {
    jest.useFakeTimers();
    Object.defineProperty(globalThis, 'EventSource', { value: Source, configurable: true });
    client = new BareClient('sse', new Set(['a']));
    client.start('http://127.0.0.1', 'lane=mine', head(10));
  });
  afterEach(() => {
    client.stop();
    Object.defineProperty(globalThis, 'EventSource', { value: before, configurable: true });
    jest.useRealTimers();
  });

  it('has lost nothing of what was published while it was just connecting', () => {
    expect(counts(12)).toEqual([0, 0, 2]);
    source().open();
    source().publish(13);
    expect(counts(13)).toEqual([1, 0, 0]);
    expect(client.numbers.fateOf(head(12))).toBe('before');
  });

  it('has lost what was published while it could not connect, and while it was cut off', () => {
    source().fail();
    expect(client.state).toBe('waiting');
    source().open();
    source().publish(13);
    expect(counts(13)).toEqual([1, 2, 0]);
    expect(client.numbers.fateOf(head(12))).toBe('lost');
    source().fail();
    expect(counts(17)).toEqual([1, 2, 4]);
    source().open();
    source().publish(18);
    expect(counts(18)).toEqual([2, 6, 0]);
    source().fail(true);
    expect(client.state).toBe('given-up');
  });

  it('keeps its counts for who looks again, without what was published meanwhile', () => {
    source().fail();
    source().open();
    source().publish(12, 13);
    expect(counts(13)).toEqual([2, 1, 0]);
    client.stop();
    expect(source().isClosed).toBe(true);
    client.goOn('http://127.0.0.1', 'lane=mine', head(40));
    expect(counts(41)).toEqual([2, 1, 1]);
    source().open();
    source().publish(41, 42);
    expect(counts(42)).toEqual([4, 1, 0]);
    client.start('http://127.0.0.1', 'lane=mine', head(50));
    expect(counts(50)).toEqual([0, 0, 0]);
  });

  it('has lost for good what it was missing when it was left, unless that was just on its way', () => {
    source().open();
    source().publish(11);
    client.pause(head(13));
    client.goOn('http://127.0.0.1', 'lane=mine', head(20));
    source().open();
    source().publish(21);
    expect(counts(21)).toEqual([2, 0, 0]);
    source().fail();
    client.pause(head(28));
    client.pause(head(30));
    client.goOn('http://127.0.0.1', 'lane=mine', head(40));
    expect(counts(41)).toEqual([2, 7, 1]);
    source().fail();
    source().open();
    source().publish(43);
    expect(counts(43)).toEqual([3, 9, 0]);
    // Nothing has come since it was cut off.
    source().fail();
    source().open();
    client.pause(head(46));
    expect(client.lost).toBe(12);
  });

  it('is believed to be alive until nothing has come for long, or it knows that it is not', () => {
    const lives = [client.isAlive];
    jest.advanceTimersByTime(4_000);
    source().open();
    for (const ms of [4_000, 2_000]) {
      jest.advanceTimersByTime(ms);
      lives.push(client.isAlive);
    }
    source().publish(11);
    lives.push(client.isAlive);
    source().fail();
    expect([...lives, client.isAlive]).toEqual([true, true, false, true, false]);
  });

  it('misses all that it is behind, but for the newest one while that may be on its way', () => {
    expect([missingOf(1, true), missingOf(2, true), missingOf(1, false), missingOf(0, false)]).toEqual([0, 2, 1, 0]);
  });
});
