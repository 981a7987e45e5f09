import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readDownlinkQuery } from '../../server/downlink-query.js';
import { DEFAULT_LIMITS } from '../../server/limits/limits.js';
import { channelFault } from '../../transports/channel.js';
import { PushError } from '../../transports/error.js';
import type { Position } from '../../transports/position.js';
import { toQuery } from '../../transports/position.js';
import { holdsAtOnce } from '../support/property.js';

const limits = { ...DEFAULT_LIMITS, channels: 10 };

function request(lastEventId?: string): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  if (lastEventId !== undefined) message.headers['last-event-id'] = lastEventId;
  return message;
}

function read(query: string, lastEventId?: string) {
  return readDownlinkQuery(request(lastEventId), new URLSearchParams(query), limits);
}

function positions(query: string, lastEventId?: string): Record<string, Position> {
  return Object.fromEntries(read(query, lastEventId).channels);
}

function refusal(query: string, lastEventId?: string): string {
  try {
    read(query, lastEventId);
  } catch (error) {
    if (error instanceof PushError) return error.code;
    throw error;
  }
  return 'accepted';
}

const names = fc
  .oneof(
    fc.constantFrom(
      'a',
      'since',
      'since.a',
      'since.',
      '__proto__',
      'constructor',
      'channel',
      'a&b=c',
      'a+b',
      '%61',
      '#',
      '?',
      '=',
      ' ',
      '🎈',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  )
  .filter((name) => channelFault(name) === null);
const anyPosition = fc.oneof(
  fc.constantFrom<Position>('now', 'earliest'),
  fc.tuple(fc.constantFrom('e', 'other.log'), fc.nat(5)).map(([epoch, offset]): Position => `${epoch}.${offset}`),
);

describe('the query of a downlink', () => {
  it('says the same channels and positions after it was written and read, whatever they are called', () => {
    holdsAtOnce(
      fc.property(
        fc.uniqueArray(fc.tuple(names, anyPosition), { maxLength: 10, selector: ([name]) => name }),
        (channels) => {
          const asked = new Map(channels);
          const query = new URLSearchParams(toQuery(asked).toString());
          expect(readDownlinkQuery(request(), query, limits).channels).toEqual(asked);
        },
      ),
      1_000,
    );
  });

  it('says a position that many channels share only once', () => {
    const query = toQuery(
      new Map<string, Position>([
        ['a', 'e.7'],
        ['b', 'e.7'],
        ['c', 'now'],
      ]),
    );
    expect(query.toString()).toBe('channel=a&channel=b&channel=c&since=e.7&since.c=now');
  });

  it('starts from now on where it says nothing', () => {
    expect(positions('channel=a')).toEqual({ a: 'now' });
  });

  it('takes Last-Event-ID before lastEventId, and lastEventId before since', () => {
    expect(positions('channel=a&since=e.1&lastEventId=e.2', 'e.3')).toEqual({ a: 'e.3' });
    expect(positions('channel=a&since=e.1&lastEventId=e.2')).toEqual({ a: 'e.2' });
    expect(positions('channel=a&since=e.1')).toEqual({ a: 'e.1' });
  });

  it('takes an empty event id for none, as an EventSource sends it', () => {
    expect(positions('channel=a&since=e.1&lastEventId=', '')).toEqual({ a: 'e.1' });
  });

  it("takes a channel's own position before the common one", () => {
    expect(positions('channel=a&channel=b&since=e.5&since.b=e.2')).toEqual({ a: 'e.5', b: 'e.2' });
    expect(positions('channel=a&channel=b&since.b=earliest')).toEqual({ a: 'now', b: 'earliest' });
  });

  it("takes a channel's own position before an event id only where it is later", () => {
    expect(positions('channel=a&channel=b&since.a=e.9&since.b=e.2', 'e.5')).toEqual({ a: 'e.9', b: 'e.5' });
    expect(positions('channel=a&since.a=earliest', 'e.5')).toEqual({ a: 'e.5' });
    expect(positions('channel=a&since.a=other.9', 'e.5')).toEqual({ a: 'e.5' });
  });

  it('takes the first of two positions for the same', () => {
    expect(positions('channel=a&since=e.1&since=e.2')).toEqual({ a: 'e.1' });
    expect(positions('channel=a&since.a=e.1&since.a=e.2&since=e.3')).toEqual({ a: 'e.1' });
    expect(positions('channel=a&lastEventId=e.1&lastEventId=e.2')).toEqual({ a: 'e.1' });
  });

  it('counts a channel that is named twice once', () => {
    const twice = Array.from({ length: 11 }, () => 'channel=a').join('&');
    expect(positions(twice)).toEqual({ a: 'now' });
  });

  it.each([
    ['channel=', 'CHANNEL_INVALID'],
    ['channel', 'CHANNEL_INVALID'],
    ['channel=$health', 'CHANNEL_INVALID'],
    ['channel=a%0Ab', 'CHANNEL_INVALID'],
    ['channel=a%00b', 'CHANNEL_INVALID'],
    [Array.from({ length: 11 }, (_, index) => `channel=${index}`).join('&'), 'CHANNELS_TOO_MANY'],
    ['channel=a&since=', 'CURSOR_INVALID'],
    ['channel=a&since=-1', 'CURSOR_INVALID'],
    ['channel=a&since=1e999', 'CURSOR_INVALID'],
    ['channel=a&since=__proto__', 'CURSOR_INVALID'],
    ['channel=a&lastEventId=garbage', 'CURSOR_INVALID'],
    ['channel=a&since.a=garbage', 'CURSOR_INVALID'],
    ['channel=a&since.=e.1', 'BAD_REQUEST'],
    ['channel=a&since.b=e.1', 'BAD_REQUEST'],
    ['channel=a&since.__proto__=e.1', 'BAD_REQUEST'],
    ['channel=a&client=', 'BAD_REQUEST'],
    ['channel=a&client=a%0Ab', 'BAD_REQUEST'],
    [`channel=a&client=${'c'.repeat(65)}`, 'BAD_REQUEST'],
  ])('is refused: ?%s is %s', (query, code) => {
    expect(refusal(query)).toBe(code);
  });

  it('is refused for an unreadable Last-Event-ID, even where a readable since stands beside it', () => {
    expect(refusal('channel=a&since=e.1', '9'.repeat(10_240))).toBe('CURSOR_INVALID');
  });
});
