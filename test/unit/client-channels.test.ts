import { describe, expect, it } from '@jest/globals';
import type { Connection } from '../../client/connection.js';
import { FakeHalf, hello, settled } from '../support/fake-environment.js';
import { client, message, opened } from './client-over-fakes.js';

describe('a change of channels', () => {
  it('travels over a connection that goes both ways', async () => {
    const { one, push, first: a } = await opened('a', { goesBothWays: true });
    await settled();
    const b = push.subscribe('b', { since: 'log.7' });
    a.close();
    await settled();
    expect(one.links).toHaveLength(1);
    expect(one.last.sent.map((frame) => JSON.parse(frame))).toEqual([
      { type: 'unsubscribe', channels: ['a'], key: expect.any(String) },
      { type: 'subscribe', channels: ['b'], since: 'log.7', key: expect.any(String) },
    ]);
    const { key } = JSON.parse(one.last.sent[1] ?? '');
    one.receive({ type: 'ack', key, channels: ['b'], head: 'log.9' });
    await expect(b.ready).resolves.toBeUndefined();
  });

  it('that is refused on it ends that subscription alone', async () => {
    const { one, push, first: a } = await opened('a', { goesBothWays: true });
    const b = push.subscribe('b');
    await settled();
    const { key } = JSON.parse(one.last.sent[0] ?? '');
    one.receive({ type: 'error', key, code: 'CHANNEL_FORBIDDEN', message: 'No.' });
    await expect(b.ready).rejects.toMatchObject({ code: 'CHANNEL_FORBIDDEN' });
    expect(a.isClosed).toBe(false);
    expect(push.state).toBe('open');
  });

  it('makes a second connection where there is no other way, and then breaks the first', async () => {
    const { one, push } = await opened('a');
    push.subscribe('b');
    push.subscribe('c');
    await settled();
    expect(one.openCount).toBe(2);
    expect(one.last.query.getAll('channel')).toEqual(['a', 'b', 'c']);
    one.receive(hello());
    expect(one.openCount).toBe(1);
  });

  it('while two are open repeats nothing after a gap that the second one tells as well', async () => {
    const one = new FakeHalf('one');
    const { push, told } = client([one]);
    const taken: unknown[] = [];
    push.subscribe('chat', ({ data }) => taken.push(data), { since: 'log.1' });
    await settled();
    one.receive(hello('log.12'));
    push.subscribe('quiet', { since: 'log.1' });
    await settled();
    const [first, second] = one.links;
    const page = [{ type: 'gap', channels: ['chat'], from: 'log.1', to: 'log.10' } as const, message(11), message(12)];
    for (const record of page) first?.link.record(record);
    second?.link.record(hello('log.12'));
    await settled();
    for (const record of page) second?.link.record(record);
    expect(taken).toEqual([11, 12]);
    expect(told.filter((line) => line.startsWith('gap'))).toEqual(['gap on chat from log.1 to log.10']);
  });

  it('while two are open asks the second one for the beginning of the log, which "earliest" would leave out', async () => {
    const one = new FakeHalf('one');
    const { push, told } = client([one]);
    const taken: unknown[] = [];
    push.subscribe('chat', ({ data }) => taken.push(data), { since: 'earliest' });
    await settled();
    one.receive(hello('log.9'));
    push.subscribe('quiet');
    await settled();
    const [first, second] = one.links;
    for (const record of [message(5), message(6)]) first?.link.record(record);
    expect(second?.query.get('since.chat') ?? second?.query.get('since')).toBe('log.0');
    // Until it answers this one, the log has let go of everything up to log.8.
    const gap = { type: 'gap', channels: ['chat'], from: 'log.0', to: 'log.8' } as const;
    for (const record of [hello('log.9'), gap, message(9)]) second?.link.record(record);
    await settled();
    expect(one.links).toHaveLength(2);
    expect(taken).toEqual([5, 6, 9]);
    expect(told.filter((line) => line.startsWith('gap'))).toEqual(['gap on chat from log.6 to log.8']);
  });

  it.each([
    ['one way', false],
    ['both ways', true],
  ])('that ends a subscription whose gap is still to come sets no other one back: %s', async (_, goesBothWays) => {
    const one = new FakeHalf('one', { goesBothWays });
    const { push, told } = client([one]);
    const taken: unknown[] = [];
    const history = push.subscribe('chat', { since: 'log.1' });
    push.subscribe('chat', ({ data }) => taken.push(data), { since: 'log.12' });
    await settled();
    one.receive(hello('log.13'));
    history.close();
    await settled();
    one.receive(
      { type: 'gap', channels: ['chat'], from: 'log.1', to: 'log.10' },
      message(11),
      message(12),
      message(13),
    );
    expect(taken).toEqual([13]);
    expect(told.filter((line) => line.startsWith('gap'))).toEqual([]);
  });

  it('that ends a subscription before its gap comes tells nobody of it', async () => {
    const one = new FakeHalf('one');
    const { push, told } = client([one]);
    push.subscribe('a');
    const history = push.subscribe('b', { since: 'log.1' });
    await settled();
    const [first] = one.links;
    history.close();
    await settled();
    for (const record of [hello('log.9'), { type: 'gap', channels: ['b'], from: 'log.1', to: 'log.5' } as const]) {
      first?.link.record(record);
    }
    expect(told.filter((line) => line.startsWith('gap'))).toEqual([]);
  });

  it('that is answered late sets back nobody who has joined meanwhile', async () => {
    const { one, push, told } = await opened('chat', { goesBothWays: true });
    push.subscribe('other');
    await settled();
    one.receive(message(4), message(5));
    const late = push.subscribe('chat');
    await late.ready;
    const { key } = JSON.parse(one.last.sent[0] ?? '');
    one.receive({ type: 'ack', key, channels: ['chat', 'other'], head: 'log.3' });
    expect(late.position).toBe('log.5');
    expect(told.filter((line) => line.startsWith('gap'))).toEqual([]);
  });

  it('leaves nothing behind of a subscription that ended beside another one of its channel', async () => {
    const { one, push } = await opened('a');
    const brief = push.subscribe('a');
    await brief.ready;
    const { coverage } = one.last.link as Connection;
    expect(coverage.includes(brief.track)).toBe(true);
    brief.close();
    await settled();
    expect([coverage.includes(brief.track), coverage.covers(brief.track)]).toEqual([false, false]);
    expect([one.links.length, one.openCount]).toEqual([1, 1]);
  });

  it('again and again lets each second connection come to its hello, and then makes the next', async () => {
    const { one, push } = await opened('a');
    const [b, c] = ['b', 'c'].map((channel) => push.subscribe(channel));
    await settled();
    const d = push.subscribe('d');
    c?.close();
    await settled();
    expect([one.links.length, one.openCount]).toEqual([2, 2]);
    one.receive(hello());
    await b?.ready;
    await settled();
    expect(one.last.query.getAll('channel')).toEqual(['a', 'b', 'd']);
    one.receive(hello());
    await d.ready;
    expect([one.links.length, one.openCount]).toEqual([3, 1]);
  });

  it('that comes while a second connection is under way is not refused with it', async () => {
    const { one, push } = await opened('a');
    const b = push.subscribe('b');
    await settled();
    const c = push.subscribe('c');
    await settled();
    one.fail({ detail: 'No.', code: 'BAD_REQUEST', status: 400, retry: false });
    await expect(b.ready).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await settled();
    expect(one.last.query.getAll('channel')).toEqual(['a', 'c']);
    one.receive(hello());
    await c.ready;
  });

  it('that takes the refused channel away while it is asked for does not keep the others waiting', async () => {
    const { one, push } = await opened('a');
    const b = push.subscribe('b');
    await settled();
    const c = push.subscribe('c');
    b.close();
    await settled();
    one.fail({ detail: 'No.', code: 'BAD_REQUEST', status: 400, retry: false });
    await settled();
    expect(one.last.query.getAll('channel')).toEqual(['a', 'c']);
    one.receive(hello());
    await c.ready;
  });

  it('that takes a forbidden channel away before the first hello leaves the client open', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    push.subscribe('a');
    const secret = push.subscribe('secret');
    await settled();
    secret.close();
    await settled();
    one.fail({ detail: 'No.', code: 'FORBIDDEN', status: 403, retry: false, channels: ['secret'] });
    await settled();
    expect(one.last.query.getAll('channel')).toEqual(['a']);
    one.receive(hello());
    expect(push.state).toBe('open');
  });

  it('that takes a forbidden channel away while it is asked for does not keep the others waiting', async () => {
    const { one, push } = await opened('a');
    const [secret, b] = ['secret', 'b'].map((channel) => push.subscribe(channel));
    await settled();
    secret?.close();
    await settled();
    one.fail({ detail: 'No.', code: 'FORBIDDEN', status: 403, retry: false, channels: ['secret'] });
    await settled();
    expect(one.last.query.getAll('channel')).toEqual(['a', 'b']);
    one.receive(hello());
    await b?.ready;
  });
});

describe('many channels', () => {
  const names = Array.from({ length: 100 }, (_, index) => `${'ü'.repeat(95)}${index}`);

  it('open a connection that goes both ways with what fits into an address, and follow as frames', async () => {
    const one = new FakeHalf('one', { goesBothWays: true });
    const { push } = client([one]);
    const subscriptions = names.map((name, index) => push.subscribe(name, { since: `log.${index + 1}` }));
    await settled();
    expect(one.last.link.shortAddress().length).toBeLessThan(7_000);
    const asked = one.last.query.getAll('channel');
    expect(asked.length).toBeGreaterThan(1);
    one.receive(hello('log.200'));
    await settled();
    const frames = one.last.sent.map((frame) => JSON.parse(frame));
    expect([...asked, ...frames.flatMap(({ channels }) => channels)]).toEqual(names);
    for (const { key, channels } of frames) one.receive({ type: 'ack', key, channels, head: 'log.200' });
    await Promise.all(subscriptions.map(({ ready }) => ready));
  });

  it('beyond the gateway’s limit do not stand in the way of the rest, whoever comes first', async () => {
    const one = new FakeHalf('one');
    const { push, environment } = client([one]);
    const subscriptions = Array.from({ length: 101 }, (_, index) => push.subscribe(`c${index}`));
    await settled();
    one.fail({ detail: '101 channels, and 100 are allowed.', retry: false, code: 'CHANNELS_TOO_MANY', status: 400 });
    await environment.pass(500);
    expect(one.last.query.getAll('channel')).toHaveLength(50);
    one.receive(hello());
    await settled();
    one.receive(hello());
    await expect(subscriptions[100]?.ready).rejects.toMatchObject({ code: 'CHANNELS_TOO_MANY' });
    await Promise.all(subscriptions.slice(0, 100).map(({ ready }) => ready));
    expect(one.last.query.getAll('channel')).toHaveLength(100);
    expect(() => push.subscribe('more')).toThrow(expect.objectContaining({ code: 'CHANNELS_TOO_MANY' }));
    expect(push.subscribe('c1').isClosed).toBe(false);
    expect(push.state).toBe('open');
  });

  it('of which the gateway does not even take one are refused for good', async () => {
    const one = new FakeHalf('one');
    const { push } = client([one]);
    push.subscribe('a');
    await settled();
    one.fail({ detail: 'none', retry: false, code: 'CHANNELS_TOO_MANY', status: 400 });
    expect(push.state).toBe('closed');
  });
});
