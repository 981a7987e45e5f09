import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { connect } from '../../client/node.js';
import { delay } from '../../demo/network/fault.js';
import { FaultProxy } from '../../demo/network/fault-proxy.js';
import { readerEnvironment } from '../../demo/race/reader-environment.js';
import { createGateway } from '../../server/index.js';
import { catalog } from '../../transports/catalog.js';
import { listen } from '../support/listen.js';

const CHANNELS = 25;
/** A new channel comes sooner than the answer to the request for the one before. */
const ROUND_TRIP_MS = 150;
const EVERY_MS = 60;

describe('a subscription while others are added faster than they can be asked for', () => {
  it.each(catalog)('%s: brings what is published, and each of the others begins as well', async (transport) => {
    const listening = await listen(createServer());
    const proxy = await FaultProxy.before(listening.port);
    proxy.rule = () => delay(ROUND_TRIP_MS);
    const gateway = createGateway({ origins: [proxy.url] });
    gateway.attach(listening.server);
    const environment = readerEnvironment(proxy.url);
    const push = connect(`${proxy.url}/push`, { transports: [transport], environment, pollMs: 50 });
    try {
      const taken: unknown[] = [];
      await push.subscribe('base', ({ data }) => taken.push(data)).ready;
      let isReady = 0;
      const ready: Promise<void>[] = [];
      for (let number = 0; number < CHANNELS; number++) {
        await gateway.publish('base', number);
        ready.push(push.subscribe(`channel-${number}`).ready.then(() => void isReady++));
        await sleep(EVERY_MS);
      }
      // Not only when it has become quiet again.
      expect(taken.length).toBeGreaterThan(0);
      expect(isReady).toBeGreaterThan(0);
      await Promise.all(ready);
      expect(taken).toEqual(Array.from({ length: CHANNELS }, (_, number) => number).slice(0, taken.length));
    } finally {
      await push.close();
      await proxy.close();
      await gateway.close();
      await listening.close();
    }
  });
});
