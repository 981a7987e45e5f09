import { describe, expect, it } from '@jest/globals';
import { createGateway } from '../../server/gateway.js';
import { PushError } from '../../transports/error.js';

describe('an option that makes no sense', () => {
  it.each([
    [{ heartbeatMs: 0 }],
    [{ heartbeatMs: Number.NaN }],
    [{ maxWaitMs: -1 }],
    [{ stalledMs: Number.POSITIVE_INFINITY }],
    [{ limits: { channels: 0 } }],
    [{ path: 'push' }],
    [{ path: '/push?x' }],
    [{ path: '/a//b' }],
  ])('is refused at once: %p', (options) => {
    expect(() => createGateway(options)).toThrow(PushError);
  });

  it('is refused at once where it is a transport that does not exist', () => {
    for (const name of ['carrier-pigeon', '__proto__', '../../server']) {
      expect(() => createGateway({ transports: [name] })).toThrow(/There is no transport/);
    }
  });

  it('is refused at once where a time is longer than a timer can wait', () => {
    expect(() => createGateway({ callTimeoutMs: Number.MAX_SAFE_INTEGER })).toThrow(/at most 2147483647/);
  });
});
