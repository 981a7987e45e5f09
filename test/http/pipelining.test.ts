import { describe, expect, it } from '@jest/globals';
import { HANDSHAKE } from '../support/handshake.js';
import { waitUntil } from '../support/wait-until.js';
import { dialogue, get } from './dialogue.js';
import { attached, deserted, inExpress, metric } from './site.js';

describe('requests that are sent behind others on one connection', () => {
  it('are answered one after the other', async () => {
    const site = await inExpress();
    for (const channel of ['a', 'b', 'c']) await site.gateway.publish(channel, `in ${channel}`);
    const asked = ['polling?channel=a&since=earliest', 'channels/b', 'long-polling?channel=c&since=earliest'];
    const seen = dialogue(site.port, asked.map((path) => get(path)).join(''));
    await waitUntil('three answers', () => seen.text.includes('in c'));
    expect(seen.text.match(/in \w/g)).toEqual(['in a', 'in b', 'in c']);
    seen.socket.end();
    await deserted(site.push);
  });

  describe.each(['sse', 'iframe', 'long-polling', 'polling'])('for %s behind a stream', (name) => {
    it('take no seat, and leave nothing behind when the connection breaks', async () => {
      const site = await attached({ limits: { connectionsPerAddress: 2 } });
      const told = { connect: 0, disconnect: 0 };
      site.gateway.on('connect', () => told.connect++);
      site.gateway.on('disconnect', () => told.disconnect++);
      const seen = dialogue(site.port, get('sse?channel=a') + get(`${name}?channel=b`).repeat(20));
      await waitUntil('the hello', () => seen.text.includes('hello'));
      expect(await metric(site.push, 'pushgate_connections')).toBe(1);
      seen.socket.destroy();
      await deserted(site.push);
      expect(told).toEqual({ connect: 1, disconnect: 1 });
      const others = [1, 2].map(() => dialogue(site.port, get('sse?channel=a')));
      await waitUntil('both seats', () => others.every(({ text }) => text.includes('hello')));
    });

    it('do not keep the gateway from closing', async () => {
      const site = await attached();
      const seen = dialogue(site.port, get('sse?channel=a') + get(`${name}?channel=b`));
      await waitUntil('the hello', () => seen.text.includes('hello'));
      seen.socket.destroy();
      await deserted(site.push);
      const before = performance.now();
      await site.gateway.close();
      expect(performance.now() - before).toBeLessThan(1_000);
    });
  });

  it('are asked of nobody whether they may come in, before it is their turn', async () => {
    let asked = 0;
    const site = await attached({
      authorize: async () => {
        asked++;
        return { subscribe: ['*'] };
      },
    });
    const seen = dialogue(site.port, get('sse?channel=a') + get('sse?channel=b').repeat(20));
    await waitUntil('the hello', () => seen.text.includes('hello'));
    expect(asked).toBe(1);
  });

  it('cost the connection when there are too many of them', async () => {
    const site = await attached();
    const seen = dialogue(site.port, get('sse?channel=a') + get('polling?channel=b').repeat(300));
    await waitUntil('the end', () => seen.socket.closed);
    await deserted(site.push);
    expect(await metric(site.push, 'pushgate_refusals_total', 'PIPELINE_TOO_LONG')).toBe(1);
  });

  const headers = Object.entries(HANDSHAKE).map(([name, value]) => `${name}: ${value}\r\n`);
  it.each([
    ['a WebSocket', get('websocket?channel=a', headers.join(''))],
    ['a transport that takes none', get('polling?channel=a', headers.join(''))],
    ['nobody', get('nothing', headers.join('')).replace('/push/', '/')],
    ['nobody, to another protocol', get('health', 'Connection: Upgrade\r\nUpgrade: h2c\r\n')],
  ])('cost the connection, and nothing else, when they are upgrades for %s', async (_whom, upgrade) => {
    for (const site of [await attached(), await inExpress()]) {
      const seen = dialogue(site.port, get('long-polling?channel=a') + upgrade);
      await waitUntil('the end', () => seen.socket.closed);
      expect(seen.text).toBe('');
      await deserted(site.push);
      expect(site.errors).toEqual([]);
    }
  });
});
