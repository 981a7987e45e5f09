import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Allowance } from '../../demo/allowance.js';
import { offerBenchmark } from '../../demo/benchmark.js';
import { BENCHMARK, type BenchmarkMessage, benchmarkChannel } from '../../demo/site/words/benchmark.js';
import { notificationsChannel, REMIND_METHOD } from '../../demo/site/words/uses/notifications.js';
import { type Here, ROOM, roomChannels } from '../../demo/site/words/uses/room.js';
import { SIGN_IN, type SignedIn, type SignInBegun } from '../../demo/site/words/uses/sign-in.js';
import { offerReminders } from '../../demo/uses/notifications.js';
import { offerRooms } from '../../demo/uses/room.js';
import { offerSignIn } from '../../demo/uses/sign-in.js';
import { HalfGateway } from '../support/half-gateway.js';

let gateway: HalfGateway;
beforeEach(() => {
  gateway = new HalfGateway();
});

/** Offers something before each test, over a clock that the test moves on; returns how to stop it before the end. */
function offering(offer: () => () => void): () => void {
  let stop = () => {};
  beforeEach(() => {
    jest.useFakeTimers();
    stop = offer();
  });
  afterEach(() => {
    stop();
    jest.useRealTimers();
  });
  return () => stop();
}

describe('an allowance', () => {
  it('gives so much at once and then at its rate, to each address for itself', () => {
    let now = 1_000;
    const allowance = new Allowance({ atOnce: 3, perSecond: 2, now: () => now });
    const take = (address = 'a') => allowance.take({ address });
    for (let time = 0; time < 3; time++) take();
    expect(() => take()).toThrow(expect.objectContaining({ code: 'RATE_LIMITED', retryMs: 500 }));
    take('b');
    now += 499;
    expect(() => take()).toThrow();
    now += 1;
    take();
    expect(() => take()).toThrow();
    now += 60_000;
    for (let time = 0; time < 3; time++) take();
    expect(() => take()).toThrow();
  });
});

describe('signing in on a second device', () => {
  let now = 0;
  const begin = () => gateway.call<SignInBegun>(SIGN_IN.begin);
  const decide = (code: string, confirmed = true) => gateway.call(SIGN_IN.decide, { code, confirmed, name: 'Ann' });
  const collect = (channel: string) => gateway.call<SignedIn>(SIGN_IN.collect, { channel });

  beforeEach(() => {
    now = 1_000_000;
    offerSignIn(gateway, () => now);
  });

  it('hands a session out once, to the window whose code was confirmed', async () => {
    const { code, channel } = await begin();
    await expect(collect(channel)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await gateway.call(SIGN_IN.scan, { code });
    await gateway.call(SIGN_IN.scan, { code });
    await decide(code);
    expect(gateway.on(channel)).toEqual([{ state: 'scanned' }, { state: 'confirmed' }]);
    const { session, name } = await collect(channel);
    expect(name).toBe('Ann');
    await expect(collect(channel)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await gateway.call(SIGN_IN.who, { session })).toEqual({ session, name });
    await gateway.call(SIGN_IN.leave, { session });
    expect(await gateway.call(SIGN_IN.who, { session })).toBeNull();
  });

  it.each([true, false])('takes a code once, whether it was confirmed (%s) or not', async (confirmed) => {
    const { code } = await begin();
    await decide(code, confirmed);
    await expect(decide(code)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(gateway.call(SIGN_IN.scan, { code })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([true, false])(
    'goes by what was decided (%s) while it was still being said that it was scanned',
    async (confirmed) => {
      const { code, channel } = await begin();
      let tell = (): void => {};
      const held = new Promise<void>((resolve) => {
        tell = resolve;
      });
      const publish = gateway.publish.bind(gateway);
      jest.spyOn(gateway, 'publish').mockImplementationOnce(async (...given) => {
        await held;
        return publish(...given);
      });
      const scanned = gateway.call(SIGN_IN.scan, { code });
      await decide(code, confirmed);
      tell();
      await scanned;
      if (confirmed) expect((await collect(channel)).name).toBe('Ann');
      else await expect(decide(code)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    },
  );

  it('forgets a code when its time is over, however often it was looked at', async () => {
    const { code, channel, expiresInMs } = await begin();
    now += expiresInMs - 1;
    await gateway.call(SIGN_IN.scan, { code });
    now += 1;
    await expect(decide(code)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(collect(channel)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('hands out what was confirmed in time for ten seconds more, as a window learns of it at its next poll', async () => {
    const [early, late] = [await begin(), await begin()];
    for (const { code } of [early, late]) await decide(code);
    now += late.expiresInMs + 9_999;
    expect(await collect(early.channel)).toMatchObject({ name: 'Ann' });
    now += 1;
    await expect(collect(late.channel)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('refuses names and codes that are none, and changes nothing', async () => {
    const { code, channel } = await begin();
    for (const name of ['', '   ', 'x'.repeat(25), 7, null]) {
      await expect(gateway.call(SIGN_IN.decide, { code, confirmed: true, name })).rejects.toMatchObject({
        code: 'BAD_REQUEST',
      });
    }
    await expect(gateway.call(SIGN_IN.scan, { code: '../..' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(gateway.on(channel)).toEqual([]);
    await decide(code);
  });

  it('lets nobody ask for codes without end', async () => {
    const ask = async () => {
      for (let time = 0; time < 20; time++) await begin();
    };
    await expect(ask()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });
});

describe('a room', () => {
  let now = 0;
  const person = (secret: string, more: object = {}) => ({
    room: 'r',
    secret: `${secret}-secret`,
    name: secret,
    ...more,
  });
  const here = (secret: string, seen: string | null = null, hidden = false) =>
    gateway.call<Here>(ROOM.here, person(secret, { seen, hidden }));
  const say = (secret: string, text: string) =>
    gateway.call<{ readonly id: string }>(ROOM.say, person(secret, { text }));

  offering(() => {
    now = 1_000_000;
    return offerRooms(gateway, () => now);
  });

  it('lets whoever said a line take it back, for two minutes', async () => {
    const { id } = await say('ann', 'hello');
    await expect(gateway.call(ROOM.recall, person('bob', { of: id }))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await gateway.call(ROOM.recall, person('ann', { of: id }));
    expect(gateway.on(roomChannels('r').talk)).toEqual([
      { kind: 'line', by: (await here('ann')).you, name: 'ann', text: 'hello' },
      { kind: 'recall', of: id },
    ]);
    now += 2 * 60_000 + 1;
    await expect(gateway.call(ROOM.recall, person('ann', { of: id }))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('takes no line that is empty or too long, and not too many', async () => {
    for (const text of ['', '\u200b', 'x'.repeat(201)]) {
      await expect(say('ann', text)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
    const talk = async () => {
      for (let time = 0; time < 20; time++) await say('ann', `line ${time}`);
    };
    await expect(talk()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(gateway.on(roomChannels('r').talk).length).toBeLessThan(20);
  });

  it('knows who is here and what they have seen, and tells of changes together', async () => {
    const first = await here('ann');
    const both = await here('bob', 'log.7');
    expect(both.you).not.toBe(first.you);
    expect(both.people).toEqual([
      { id: first.you, name: 'ann', seen: null },
      { id: both.you, name: 'bob', seen: 'log.7' },
    ]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(gateway.on(roomChannels('r').people)).toEqual([{ count: 2, people: both.people }]);
  });

  it('keeps what somebody has seen when his page is hidden or loaded again, and tells nobody of that', async () => {
    await here('ann', 'log.7');
    await jest.advanceTimersByTimeAsync(1_000);
    const told = gateway.on(roomChannels('r').people).length;
    for (const hidden of [true, false]) expect((await here('ann', null, hidden)).people[0]?.seen).toBe('log.7');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(gateway.on(roomChannels('r').people)).toHaveLength(told);
    expect((await here('ann', 'log.8')).people[0]?.seen).toBe('log.8');
  });

  it('forgets who has gone, and who has not been heard of for 20 seconds', async () => {
    await here('ann');
    await here('bob');
    await gateway.call(ROOM.leave, person('bob'));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(gateway.on(roomChannels('r').people)).toEqual([expect.objectContaining({ count: 1 })]);
    now += 20_001;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(gateway.on(roomChannels('r').people).at(-1)).toEqual({ count: 0, people: [] });
  });

  it('keeps who has said that his page is hidden for longer, as a browser hardly lets it run', async () => {
    await here('ann');
    await here('bob', null, true);
    const count = async (passedMs: number) => {
      now += passedMs;
      await jest.advanceTimersByTimeAsync(10_000);
      return gateway.on(roomChannels('r').people).at(-1);
    };
    expect(await count(65_000)).toMatchObject({ count: 1 });
    expect(await count(80_000)).toMatchObject({ count: 1 });
    await here('bob', null, true);
    expect(await count(145_000)).toMatchObject({ count: 1 });
    await here('bob');
    expect(await count(20_001)).toMatchObject({ count: 0 });
  });

  it('names at most 20 of many people, and counts all', async () => {
    for (let number = 0; number < 30; number++) await here(`guest${number}`);
    const { count, people } = await here('guest0');
    expect([count, people.length]).toEqual([30, 20]);
  });

  it('has room for others, whatever one address makes up', async () => {
    const from = (address: string, secret: string, room = 'r') =>
      gateway.call<Here>(ROOM.here, person(secret, { room, seen: null, hidden: false }), address);
    for (let number = 0; number < 50; number++) await from('192.0.2.66', `eve${number}`, `room${number % 2}`);
    const refusal = { code: 'UNAVAILABLE', message: expect.stringMatching(/from your address/) };
    await expect(from('192.0.2.66', 'one-more', 'another')).rejects.toMatchObject(refusal);
    expect(await from('192.0.2.66', 'eve0', 'room0')).toMatchObject({ count: 25 });
    expect(await from('192.0.2.7', 'ann', 'room0')).toMatchObject({ count: 26 });
    await gateway.call(ROOM.leave, person('eve1', { room: 'room1' }));
    expect(await from('192.0.2.66', 'one-more', 'another')).toMatchObject({ count: 1 });
    now += 20_001;
    await jest.advanceTimersByTimeAsync(10_000);
    for (let number = 0; number < 50; number++) await from('192.0.2.66', `later${number}`);
    await expect(from('192.0.2.66', 'one-more')).rejects.toMatchObject(refusal);
  });
});

describe('reminders', () => {
  const stop = offering(() => offerReminders(gateway));
  const remind = (account = 'ann', seconds = 5) => gateway.call(REMIND_METHOD, { account, text: 'tea', seconds });

  it('come after their time', async () => {
    await remind();
    await jest.advanceTimersByTimeAsync(4_999);
    expect(gateway.published).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(gateway.on(notificationsChannel('ann'))).toEqual([
      { kind: 'note', text: 'tea', from: 'server', at: expect.any(Number) },
    ]);
  });

  it('are five at most that wait for one account, and none when it is over', async () => {
    for (let time = 0; time < 5; time++) await remind();
    await expect(remind()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await remind('bob');
    await jest.advanceTimersByTimeAsync(5_000);
    expect(gateway.on(notificationsChannel('ann'))).toHaveLength(5);
    await remind();
    stop();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(gateway.on(notificationsChannel('ann'))).toHaveLength(5);
  });

  it.each([0, 61, 1.5, '5'])('do not come after %p seconds', async (seconds) => {
    await expect(gateway.call(REMIND_METHOD, { account: 'ann', text: 'tea', seconds })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });
});

describe('the benchmark', () => {
  offering(() => offerBenchmark(gateway));
  const begin = (run: string, more: object = {}) =>
    gateway.call(BENCHMARK.begin, { run, messages: 10, perSecond: 10, bytes: 200, ...more });

  it('publishes as many messages as were asked for, at their rate and of their size', async () => {
    await begin('run-number-1');
    await jest.advanceTimersByTimeAsync(500);
    expect(gateway.published).toHaveLength(5);
    await jest.advanceTimersByTimeAsync(10_000);
    const messages = gateway.on(benchmarkChannel('run-number-1')) as unknown as readonly BenchmarkMessage[];
    expect(messages.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(new Set(messages.map((message) => JSON.stringify(message).length))).toEqual(new Set([200]));
  });

  it('stops when it is told to, and takes two at a time from one address', async () => {
    await begin('run-number-1');
    await begin('run-number-2');
    await expect(begin('run-number-3')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await gateway.call(BENCHMARK.stop, { run: 'run-number-1' });
    await begin('run-number-3');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(gateway.on(benchmarkChannel('run-number-1'))).toEqual([]);
    expect(gateway.on(benchmarkChannel('run-number-3'))).toHaveLength(10);
  });

  it.each([{ messages: 201 }, { perSecond: 101 }, { bytes: 2_001 }, { run: 'x' }, { messages: 0 }])(
    'refuses %p',
    async (more) => {
      await expect(begin('run-number-1', more)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    },
  );
});
