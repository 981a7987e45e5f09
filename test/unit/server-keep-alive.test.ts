import { Socket } from 'node:net';
import { expect, it, jest } from '@jest/globals';
import { keepAlive } from '../../server/keep-alive.js';

it.each([
  [25_000, 13_000],
  [60_000, 48_000],
  [15_000, 7_500],
  [400, 1_000],
])(
  'with heartbeats of %i ms the system asks after %i ms, and is done before the next one where it can be',
  (heartbeatMs, delayMs) => {
    const socket = new Socket();
    const asked = jest.spyOn(socket, 'setKeepAlive');
    keepAlive(socket, heartbeatMs);
    expect(asked.mock.calls).toEqual([[true, delayMs]]);
  },
);
