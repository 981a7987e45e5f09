import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { limit, pass, Valve } from '../../../demo/network/fault.js';
import { expectOnceInOrderOrTold } from '../invariant.js';
import type { Scenarios } from '../scenarios.js';
import type { World } from '../world.js';

const KIBIBYTE = 1024;
/** Together far more than the operating system's buffers between gateway and proxy take. */
const MESSAGES = 400;
const LOAD = 'x'.repeat(64 * KIBIBYTE);
/** What a slow line carries in a second. */
const LINE_BYTES = 128 * KIBIBYTE;
/** One packet over the mark: a page of the log, or what gathered within one turn. */
const MOST_BUFFERED = 1024 * KIBIBYTE;

/** A reader that takes nothing costs nothing, and harms nobody. */
export const stall: Scenarios = ({ transports }, world) => {
  it.each(transports)('%s: goes on without loss when a stalled reader reads again', async (transport) => {
    const everything = await world({ retention: { bytes: 64 * KIBIBYTE * KIBIBYTE } });
    const { stalled, other, ids, most } = await publishPastStalledReader(everything, transport);
    await stalled.untilMessages(ids.length);
    expect(most).toBeLessThan(MOST_BUFFERED);
    expectOnceInOrderOrTold(stalled.messages(), ids);
    expectOnceInOrderOrTold(other.messages(), ids);
    expect([...stalled.gaps, ...other.gaps]).toEqual([]);
  });

  it.each(transports)('%s: tells a gap to a stalled reader that the retention has left behind', async (transport) => {
    const everything = await world({ retention: { bytes: 1024 * KIBIBYTE } });
    const { stalled, other, ids, most } = await publishPastStalledReader(everything, transport);
    await stalled.until('the last message', () => stalled.messages().at(-1)?.id === ids.at(-1));
    expect(most).toBeLessThan(MOST_BUFFERED);
    expect(stalled.gaps.length).toBeGreaterThan(0);
    expectOnceInOrderOrTold(stalled.messages(), ids, stalled.gaps);
    expectOnceInOrderOrTold(other.messages(), ids, other.gaps);
  });

  it.each(transports)('%s: brings a message that takes longer than heartbeat and tolerance', async (transport) => {
    const { client, publish, proxy } = await world({ gateway: { heartbeatMs: 400 } });
    proxy.rule = () => limit(LINE_BYTES);
    const reader = await client({ transports: [transport], toleranceMs: 200, waitMs: 1_000 });
    await reader.subscribe('news');
    const ids = await publish('news', 'x'.repeat(2 * LINE_BYTES));
    await reader.untilMessages(1);
    // As patience doubles, few are enough.
    const silent = (await reader.trace()).filter(({ detail }) => detail.startsWith('silent for'));
    expect(silent.length).toBeLessThan(5);
    proxy.rule = () => pass;
    ids.push(...(await publish('news', 'after')));
    await reader.untilMessages(2);
    expectOnceInOrderOrTold(reader.messages(), ids);
  });
};

async function publishPastStalledReader({ client, publish, proxy, sockets }: World, transport: string) {
  const valve = new Valve();
  proxy.rule = () => valve.fault;
  const stalled = await client({ transports: [transport], pollMs: 5 });
  const other = await client({ direct: true, transports: [transport], pollMs: 5 });
  await Promise.all([stalled.subscribe('news'), other.subscribe('news')]);
  valve.shut();
  const ids: string[] = [];
  let most = 0;
  for (let number = 0; number < MESSAGES; number++) {
    ids.push(...(await publish('news', `${number} ${LOAD}`)));
    if (number % 4 !== 3) continue;
    await turn();
    for (const socket of sockets) most = Math.max(most, socket.writableLength);
    // The other reader is at the publisher's heels, so that it needs no more than the retention.
    if (number % 8 === 7) await other.until('the other reader', () => other.messages().at(-1)?.id === ids.at(-1));
  }
  expect(stalled.messages().length).toBeLessThan(MESSAGES);
  valve.open();
  return { stalled, other, ids, most };
}
