import { describe, expect, it, jest } from '@jest/globals';
import { readChatLine } from '../../demo/site/feed/chat-message.js';
import { readFigures } from '../../demo/site/feed/machine-message.js';
import { Race } from '../../demo/site/feed/race.js';
import { ServerClock } from '../../demo/site/feed/server-clock.js';
import { Spending } from '../../demo/site/feed/spending.js';
import { Tally } from '../../demo/site/feed/tally.js';

describe('Tally', () => {
  /** A tally that has taken these numbers of one run, each at its second. */
  function tallyOf(...numbers: readonly number[]) {
    const tally = new Tally(1_000);
    const take = (number: number, { id = `log.${number}`, at = number * 1_000, run = 'a' } = {}) =>
      tally.take(id, { run, number, at });
    for (const number of numbers) take(number);
    const counts = () => [tally.received, tally.lost, tally.repeated];
    return { tally, take, counts };
  }

  it('counts what comes in order', () => {
    expect(tallyOf(7, 8, 9).counts()).toEqual([3, 0, 0]);
  });

  it('counts what is missing in between as lost, and takes it back when it comes after all', () => {
    const { take, counts } = tallyOf(1, 5);
    expect(counts()).toEqual([2, 3, 0]);
    expect(take(3)).toBe(true);
    expect(counts()).toEqual([3, 2, 0]);
  });

  it('counts as repeated what comes again under the same id', () => {
    expect(tallyOf(1, 2, 2, 3).counts()).toEqual([4, 0, 1]);
  });

  it('does not believe a number that runs ahead of its time, and goes on with the next one', () => {
    const { take, counts } = tallyOf(1, 2);
    expect(take(5_002, { id: 'log.forged', at: 2_100 })).toBe(false);
    expect(take(5_003, { id: 'log.forged-too', at: 0 })).toBe(false);
    expect(take(3)).toBe(true);
    expect(counts()).toEqual([3, 0, 0]);
  });

  it('takes a number once: a forged one before or after the true one is neither a loss nor a repetition', () => {
    const { take, counts } = tallyOf(1, 2);
    expect(take(2, { id: 'log.forged' })).toBe(false);
    take(3, { id: 'log.forged-too' });
    expect(take(3)).toBe(false);
    take(4);
    expect(counts()).toEqual([4, 0, 0]);
  });

  it('begins anew with another run, and after a pause', () => {
    const { tally, take, counts } = tallyOf(1, 2);
    take(40, { run: 'b' });
    tally.pause();
    take(90, { run: 'b' });
    expect(counts()).toEqual([4, 0, 0]);
  });
});

describe('Spending', () => {
  const cost = (requests: number, up: number, down: number) => ({ requests, up, down });
  const open = (messages: number, slack = 0, asked = 0, answered = asked) => {
    return { messages, slack, isOpen: true, others: { asked, answered } };
  };

  it('knows nothing before the first report', () => {
    const spending = new Spending();
    expect([spending.total, spending.perMessage]).toEqual([null, null]);
  });

  it('shares the bytes among the messages', () => {
    const spending = new Spending();
    spending.take('a', cost(1, 100, 300), open(0));
    spending.take('a', cost(4, 300, 500), open(2));
    expect(spending.perMessage).toBeNull();
    spending.take('a', cost(9, 500, 700), open(16));
    expect(spending.perMessage).toBe(50);
  });

  it('keeps what it took to open the lane apart from what messages cost', () => {
    const spending = new Spending();
    spending.take('a', cost(1, 300, 0), { ...open(0), isOpen: false });
    spending.take('a', cost(1, 300, 112), open(0));
    expect(spending.perMessage).toBeNull();
    spending.take('a', cost(1, 300, 1_112), open(10));
    expect(spending.perMessage).toBe(100);
  });

  it('waits for a count of which the messages are known exactly', () => {
    const spending = new Spending();
    spending.take('a', cost(1, 300, 312), open(4, 4));
    spending.take('a', cost(1, 300, 1_112), open(10, 1));
    spending.take('a', cost(1, 300, 1_312), open(12));
    expect(spending.perMessage).toBeNull();
    spending.take('a', cost(1, 300, 2_112), open(20));
    expect(spending.perMessage).toBe(100);
  });

  it('leaves out the time in which something came on another channel', () => {
    const spending = new Spending();
    spending.take('a', cost(1, 300, 0), open(0));
    spending.take('a', cost(1, 300, 1_000), open(10));
    // Thirty lines of chat, of which the last came while the server was asked.
    spending.take('a', cost(1, 300, 9_000), open(12, 0, 29, 30));
    spending.take('a', cost(1, 300, 9_500), open(14, 0, 30));
    expect(spending.perMessage).toBe(100);
    spending.take('a', cost(1, 300, 10_100), open(20, 0, 30));
    expect(spending.perMessage).toBe(100);
    expect(spending.total).toEqual(cost(1, 300, 10_100));
  });

  it('charges another opening to no message', () => {
    const spending = new Spending();
    spending.take('a', cost(1, 300, 112), open(0));
    spending.take('a', cost(1, 300, 512), open(4));
    spending.take('a', cost(2, 500, 512), { ...open(4), isOpen: false });
    expect(spending.perMessage).toBeNull();
    spending.take('a', cost(2, 600, 700), open(4));
    spending.take('a', cost(2, 600, 1_100), open(8));
    expect(spending.perMessage).toBe(100);
    // Too quick for a report to see it.
    spending.leave();
    spending.take('a', cost(3, 900, 1_500), open(9));
    spending.take('a', cost(3, 900, 1_900), open(13));
    expect(spending.perMessage).toBe(100);
  });

  it.each([
    ['of a server that began anew', 'b', cost(4, 200, 500)],
    ['that fell because the lane was forgotten', 'a', cost(1, 10, 40)],
  ])('adds a count %s to what came before, and shares what comes from then on', (_, run, counted) => {
    const spending = new Spending();
    spending.take('a', cost(3, 100, 300), open(8));
    spending.take(run, counted, open(10));
    expect(spending.total).toEqual(cost(3 + counted.requests, 100 + counted.up, 300 + counted.down));
    expect(spending.perMessage).toBeNull();
    spending.take(run, { ...counted, down: counted.down + 180 }, open(14));
    expect(spending.total).toEqual(cost(3 + counted.requests, 100 + counted.up, 480 + counted.down));
    expect(spending.perMessage).toBe(45);
  });
});

describe('Race', () => {
  it('tells each one after the first how far behind it was', () => {
    const race = new Race();
    expect([race.arrive('x', 100), race.arrive('y', 101), race.arrive('x', 130), race.arrive('x', 90)]).toEqual([
      0, 0, 30, 0,
    ]);
  });

  it('forgets old messages, however many there are', () => {
    const race = new Race();
    race.arrive('first', 0);
    for (let number = 0; number < 500; number++) race.arrive(`${number}`, number);
    expect(race.arrive('first', 1_000)).toBe(0);
  });
});

describe('ServerClock', () => {
  const pageTime = () => performance.timeOrigin + performance.now();

  const aheadMs = 3_600_000;

  /** Tells the time as soon as it is asked, and is heard later. */
  const tellLate = (ms: number) => async () => {
    const time = pageTime() + aheadMs;
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    return time;
  };

  it('believes the answer of the quickest round trip', async () => {
    const clock = new ServerClock();
    let asked = 0;
    // The slow ones are wrong by as much as a slow round trip allows.
    await clock.align(() => tellLate(++asked === 4 ? 0 : 25)());
    expect(clock.isAligned).toBe(true);
    expect(Math.abs(clock.now() - pageTime() - aheadMs)).toBeLessThan(10);
  });

  it('knows how far off it may be, and gets better by a better round trip alone', async () => {
    const clock = new ServerClock();
    expect(clock.errorMs).toBeNull();
    await clock.align(tellLate(40));
    const loose = clock.errorMs ?? 0;
    expect(loose).toBeGreaterThan(15);
    expect(Math.abs(clock.aheadMs - aheadMs)).toBeLessThanOrEqual(loose + 0.01);
    await clock.align(tellLate(0));
    const tight = clock.errorMs ?? Number.NaN;
    expect(tight).toBeLessThan(loose);
    await clock.align(tellLate(40));
    // Only by the drift of clocks in the meantime.
    expect(clock.errorMs).toBeLessThan(tight + 0.1);
    expect(Math.abs(clock.aheadMs - aheadMs)).toBeLessThanOrEqual((clock.errorMs ?? 0) + 0.01);
  });

  it('is compared again soon at first, and begins anew when a clock was set', async () => {
    const clock = new ServerClock();
    for (let comparison = 0; comparison < 8; comparison++) {
      expect(clock.restMs).toBe(1_000);
      await clock.align(tellLate(0));
    }
    expect([clock.restMs, clock.life]).toEqual([5_000, 0]);
    await clock.align(async () => pageTime() - 60_000);
    expect(Math.abs(clock.aheadMs + 60_000)).toBeLessThan(20);
    expect([clock.restMs, clock.life]).toEqual([1_000, 1]);
  });

  it('knows nothing any more when its machine has slept, until it has asked again', async () => {
    const clock = new ServerClock();
    await clock.align(tellLate(0));
    expect([clock.isAligned, clock.life]).toEqual([true, 0]);
    // The page's own clock has stood still meanwhile.
    const now = Date.now.bind(Date);
    const slept = jest.spyOn(Date, 'now').mockImplementation(() => now() + 60_000);
    try {
      expect([clock.isAligned, clock.errorMs, clock.life, clock.restMs]).toEqual([false, null, 1, 1_000]);
      await clock.align(async () => pageTime() + aheadMs + 60_000);
      expect(clock.isAligned).toBe(true);
      expect(Math.abs(clock.now() - pageTime() - aheadMs - 60_000)).toBeLessThan(100);
      expect(clock.life).toBe(1);
    } finally {
      slept.mockRestore();
    }
  });

  it('knows how far off it may be of a quartz that drifts, for hours', async () => {
    const { timeOrigin } = performance;
    let at = performance.now();
    // Forty millionths fast.
    const page = jest.spyOn(performance, 'now').mockImplementation(() => at * (1 + 40e-6));
    const machine = jest.spyOn(Date, 'now').mockImplementation(() => timeOrigin + at);
    try {
      const clock = new ServerClock();
      let turn = 0;
      const ask = async () => {
        turn += 1;
        at += 5 + ((turn * 7) % 30);
        const time = timeOrigin + at;
        at += 5 + ((turn * 11) % 30);
        return time;
      };
      const off: number[] = [];
      for (const end = at + 4 * 3_600_000; at < end; at += clock.restMs) {
        await clock.align(ask);
        off.push(Math.abs(clock.now() - timeOrigin - at) - (clock.errorMs ?? 0));
      }
      expect(Math.max(...off)).toBeLessThan(0.01);
      expect([off.length > 500, clock.life]).toEqual([true, 0]);
    } finally {
      page.mockRestore();
      machine.mockRestore();
    }
  });

  it('keeps what it knows when the server cannot be asked', async () => {
    const clock = new ServerClock();
    await clock.align(async () => pageTime() + 5_000);
    await expect(clock.align(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(Math.abs(clock.now() - pageTime() - 5_000)).toBeLessThan(100);
  });
});

describe('readFigures', () => {
  const figures = {
    run: 'a',
    number: 1,
    at: 1_700_000_000_000.5,
    cpu: { machine: 0.5, process: 1.4 },
    memory: { resident: 9e7, heap: 2e7, used: 4e9, total: 8e9 },
    loop: { p50: 0.1, p99: 3 },
    connections: { sse: 2 },
  };

  it('takes what a machine can have', () => {
    expect(readFigures(figures)).toEqual(figures);
  });

  it.each([
    ['another thing altogether', 'hello'],
    ['a share above one', { ...figures, cpu: { machine: 1.01, process: 0 } }],
    ['a size below nothing', { ...figures, memory: { ...figures.memory, heap: -1 } }],
    ['a size that no machine has', { ...figures, memory: { ...figures.memory, total: 1e300 } }],
    ['a number that is none', { ...figures, number: 1.5 }],
    ['a delay that is missing', { ...figures, loop: { p50: 1 } }],
    ['a part of a connection', { ...figures, connections: { sse: 0.5 } }],
  ])('leaves %s alone', (_, data) => {
    expect(readFigures(data)).toBeNull();
  });
});

describe('readChatLine', () => {
  it.each([
    [{ from: 'me', text: 'hi' }, 'me', 'hi'],
    [{ text: 'hi' }, null, 'hi'],
    [{ from: '', text: 'hi' }, null, 'hi'],
    [{ from: ' \u200b', text: ' \n\u202e' }, null, null],
    ['plain', null, 'plain'],
    ['', null, null],
    [{ text: 7 }, null, '{"text":7}'],
  ])('makes a line of %j', (data, from, text) => {
    expect(readChatLine(data)).toEqual({ from, text });
  });

  it('cuts between characters', () => {
    expect(readChatLine('😀'.repeat(300)).text).toBe(`${'😀'.repeat(199)}…`);
  });
});
