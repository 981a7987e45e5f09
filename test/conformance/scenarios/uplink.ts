import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { Scenarios } from '../scenarios.js';

/** Publishing and calling while connected over each transport. */
export const uplink: Scenarios = ({ transports }, world) => {
  it.each(transports)('%s: publishes in order, and each ack is the id of the message', async (transport) => {
    const { client } = await world();
    const both = await client({ transports: [transport] });
    await both.subscribe('news');
    const numbers = Array.from({ length: 40 }, (_, number) => number);
    const ids = await Promise.all(numbers.map((number) => both.publish('news', number)));
    await both.untilMessages(40);
    expect(both.data()).toEqual(numbers);
    expect(both.messages().map(({ id }) => id)).toEqual(ids);
  });

  it.each(transports)('%s: keeps a message from its own publisher that wants no echo', async (transport) => {
    const { client } = await world();
    const writer = await client({ transports: [transport] });
    const reader = await client({ transports: [transport] });
    await Promise.all([writer.subscribe('news'), reader.subscribe('news')]);
    await writer.publish('news', 'for others', { echo: false });
    await writer.publish('news', 'for everybody');
    await Promise.all([writer.untilMessages(1), reader.untilMessages(2)]);
    expect(reader.data()).toEqual(['for others', 'for everybody']);
    expect(writer.data()).toEqual(['for everybody']);
  });

  it.each(transports)('%s: a repeated key has its effect once and gets the same answer', async (transport) => {
    const { client, gateway } = await world();
    let calls = 0;
    gateway.handle('count', () => ++calls);
    const both = await client({ transports: [transport] });
    await both.subscribe('news');
    const first = await both.publish('news', 'once', { key: 'k' });
    const second = await both.publish('news', 'twice', { key: 'k' });
    await both.publish('news', 'end');
    await both.untilMessages(2);
    expect(second).toBe(first);
    expect(both.data()).toEqual(['once', 'end']);
  });

  it.each(transports)('%s: calls functions, and gets their answers or their errors', async (transport) => {
    const { client, gateway } = await world();
    gateway.handle('double', (params) => Number(params) * 2);
    gateway.handle('slow', async (params) => {
      await sleep(20);
      return params;
    });
    const caller = await client({ transports: [transport] });
    await caller.subscribe('news');
    expect(await caller.call('double', 21)).toBe(42);
    expect(await Promise.all([caller.call('slow', '😀\n'), caller.call('double', 1)])).toEqual(['😀\n', 2]);
    expect(await caller.driver.call('toString', null)).toMatchObject({ code: 'METHOD_UNKNOWN' });
    expect(await caller.driver.publish('$health', 1, {})).toMatchObject({ code: 'CHANNEL_INVALID' });
  });
};
