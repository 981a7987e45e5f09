import { describe, expect, it } from '@jest/globals';
import type { WakeReason } from '../../transports/environment.js';
import type { Json } from '../../transports/record.js';
import { type FakeEnvironment, FakeHalf, hello, settled } from '../support/fake-environment.js';
import { client, message, opened } from './client-over-fakes.js';

describe('silence', () => {
  it('longer than heartbeat and tolerance is a loss', async () => {
    const { one, push, environment } = await opened('chat');
    await environment.pass(30_000);
    one.receive({ type: 'heartbeat' });
    await environment.pass(34_999);
    expect(push.state).toBe('open');
    await environment.pass(1);
    expect(push.state).toBe('waiting');
    expect(one.openCount).toBe(0);
  });

  it('is none while a record comes in parts', async () => {
    const { one, push, environment } = await opened('chat');
    const body = new TransformStream<Uint8Array, Uint8Array>();
    const writer = body.writable.getWriter();
    let text = '';
    const read = one.last.link.read(body.readable, (part) => {
      text += part;
    });
    for (const byte of new TextEncoder().encode('é!')) {
      await environment.pass(34_999);
      await writer.write(new Uint8Array([byte]));
    }
    await writer.close();
    await read;
    expect(text).toBe('é!');
    await environment.pass(34_999);
    one.last.link.heard();
    await environment.pass(34_999);
    expect(push.state).toBe('open');
    await environment.pass(1);
    expect(push.state).toBe('waiting');
  });

  /** Lets connections say hello and nothing else; how long each of them was given then. */
  async function givenUp(one: FakeHalf, environment: FakeEnvironment, count: number): Promise<number[]> {
    const times: number[] = [];
    for (const _ of Array(count).keys()) {
      one.receive(hello('log.9'));
      const since = environment.now();
      while (one.openCount === 1) await environment.pass(1_000);
      times.push(environment.now() - since);
      while (one.openCount === 0) await environment.pass(1_000);
    }
    return times;
  }

  it('is given twice as long after each connection that brought nothing, up to a bound, until something new comes', async () => {
    const one = new FakeHalf('one');
    const { push, environment } = client([one]);
    const got: Json[] = [];
    push.subscribe('chat', ({ data }) => got.push(data), { since: 'log.9' });
    await settled();
    const times = await givenUp(one, environment, 6);
    expect(times).toEqual([1, 2, 4, 8, 16, 16].map((factor) => factor * 35_000));
    // What was missed anyway, and answers, are not what the line could not get through.
    one.receive(hello('log.9'), message(9), { type: 'ack' });
    await environment.pass(35_000);
    expect(one.openCount).toBe(1);
    one.receive(message(10));
    await environment.pass(34_999);
    expect([got, one.openCount]).toEqual([[10], 1]);
    await environment.pass(1);
    expect(one.openCount).toBe(0);
  });

  it('of a connection that had brought something is no reason for patience', async () => {
    const one = new FakeHalf('one');
    const { push, environment } = client([one]);
    push.subscribe('chat');
    await settled();
    one.receive(hello(), { type: 'heartbeat' });
    await environment.pass(35_000);
    expect(push.state).toBe('waiting');
    await environment.pass(1_000);
    expect(await givenUp(one, environment, 1)).toEqual([35_000]);
  });

  it('of a timer that was held up is given a grace', async () => {
    const { one, push, environment } = await opened('chat');
    environment.sleep(3_600_000);
    await environment.pass(5_000);
    expect(push.state).toBe('open');
    one.receive({ type: 'heartbeat' });
    await environment.pass(30_000);
    expect(push.state).toBe('open');
  });

  it('is none when only the timers of a hidden tab fire once a minute', async () => {
    const { one, push, environment } = await opened('chat');
    // An hour of heartbeats, which are never late themselves.
    for (let second = 20; second <= 3_600; second += 20) {
      environment.sleep(20_000);
      one.receive({ type: 'heartbeat' });
      if (second % 60 === 0) await environment.pass(0);
    }
    expect(push.state).toBe('open');
    expect(one.links).toHaveLength(1);
  });

  it('in a hidden tab is a loss all the same, at the second timer that comes late', async () => {
    const { one, push, environment } = await opened('chat');
    for (let minute = 0; minute < 2; minute++) {
      environment.sleep(60_000);
      await environment.pass(0);
    }
    expect(push.state).toBe('waiting');
    expect(one.openCount).toBe(0);
  });

  it('after something was sent right behind the hello is looked into as soon as that hello says nothing any more', async () => {
    const { one, push, environment, told } = await opened('chat', { goesBothWays: true });
    push.publish('chat', 1, { timeoutMs: 60_000 }).catch(() => {});
    await environment.pass(9_999);
    expect(one.openCount).toBe(1);
    await environment.pass(3_000);
    expect(one.openCount).toBe(2);
    await environment.pass(3_000);
    expect([push.transport, told.at(-2)]).toEqual([null, 'waiting']);
  });

  it('is looked into at once when the page wakes up, without breaking what may still work', async () => {
    const { one, push, environment } = await opened('chat');
    environment.sleep(3_600_000);
    environment.wake('visible');
    expect(one.openCount).toBe(2);
    expect(push.state).toBe('open');
    one.receive(hello());
    expect(one.openCount).toBe(1);
  });
});

describe('waking up', () => {
  async function connectionsAfter(reason: WakeReason, quietMs: number) {
    const { one, environment } = await opened('chat');
    environment.sleep(quietMs);
    environment.wake(reason);
    return one.openCount;
  }

  it.each([
    ['online', 10],
    ['restored', 10],
    ['visible', 26_000],
  ] as const)('%s after %i ms of silence looks for the connection', async (reason, quietMs) => {
    expect(await connectionsAfter(reason, quietMs)).toBe(2);
  });

  it('does not, when the page is looked at again and the last heartbeat is recent', async () => {
    expect(await connectionsAfter('visible', 24_000)).toBe(1);
  });
});
