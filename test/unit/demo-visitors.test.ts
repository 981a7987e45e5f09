import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { WebSocket } from 'ws';
import { Allowance } from '../../demo/allowance.js';
import { CpuCosts } from '../../demo/race/cpu-costs.js';
import { raceRoutes } from '../../demo/race/race-routes.js';
import { Races } from '../../demo/race/races.js';
import { FIRST_SETTINGS, STEPS } from '../../demo/site/words/race.js';
import { createGateway, MemoryBus } from '../../server/index.js';
import { type MountedDemo, mountDemo } from '../support/mounted-demo.js';
import { waitUntil } from '../support/wait-until.js';

const [ANN, BOB, EVE] = ['192.0.2.1', '192.0.2.2', '2001:db8::1'];
/** In the same network of 64 bits as the one before. */
const EVE_AGAIN = '2001:db8::ffff';

describe('what one visitor may have of what the demo has for all', () => {
  const bus = new MemoryBus();
  let site: MountedDemo;

  const start = async (trustedProxies: readonly string[]): Promise<void> => {
    const make = () => createGateway({ bus });
    site = await mountDemo(make(), make, trustedProxies);
  };
  beforeEach(() => start(['loopback']));
  afterEach(() => site.close());

  const post = (route: string, visitor: string, body: object) =>
    request(site.url).post(`/demo/${route}`).set('x-forwarded-for', visitor).send(body);
  const node = (visitor: string, lane: string) => post('nodes', visitor, { client: lane });
  const race = (visitor: string, name: string) => post('races', visitor, { race: name, settings: FIRST_SETTINGS });

  it('is four gateways', async () => {
    const clock = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    for (let number = 0; number < 4; number++) expect((await node(ANN, `ann-${number}`)).status).toBe(204);
    const refused = await node(ANN, 'one-more');
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '3']);
    clock.mockReturnValue(3_000);
    expect((await node(ANN, 'one-more')).headers['retry-after']).toBe('1');
    // Whoever asks keeps it, so that another one is the next to be free.
    await request(site.url).get('/demo/costs?client=ann-0');
    expect((await node(ANN, 'one-more')).headers['retry-after']).toBe('1');
    for (const lane of ['ann-1', 'ann-2', 'ann-3']) await request(site.url).get(`/demo/costs?client=${lane}`);
    expect((await node(ANN, 'one-more')).headers['retry-after']).toBe('3');
    expect(refused.body).toMatchObject({ code: 'TOO_MUCH', detail: expect.stringContaining('4 gateways') });
    // Who has one keeps it, and others find some.
    expect((await node(ANN, 'ann-0')).status).toBe(204);
    expect((await node(BOB, 'bob')).status).toBe(204);
    for (let number = 0; number < 7; number++) {
      expect((await node(`192.0.2.1${number}`, `other-${number}`)).status).toBe(204);
    }
    expect((await node(EVE, 'eve')).body.detail).toContain('All 12 gateways');
    clock.mockRestore();
  });

  it('is five races, of an IPv6 network of 64 bits together', async () => {
    for (let number = 0; number < 5; number++) {
      expect((await race(number % 2 === 0 ? EVE : EVE_AGAIN, `eve-${number}`)).status).toBe(200);
    }
    const refused = await race(EVE_AGAIN, 'one-more');
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '15']);
    expect(refused.body.detail).toContain('5 races, 250 clients');
    expect((await race(EVE, 'eve-0')).status).toBe(200);
    expect((await race(ANN, 'ann')).status).toBe(200);
  });

  it('is 200 requests at once, and 50 a second after them', async () => {
    await site.close();
    const clock = jest.spyOn(performance, 'now').mockReturnValue(1_000_000);
    try {
      await start(['loopback']);
      const cut = (visitor: string) => post('cuts', visitor, { client: 'mine', how: 'cut' });
      const statuses = new Set();
      for (let number = 0; number < 200; number++) statuses.add((await cut(EVE)).status);
      expect(statuses).toEqual(new Set([200]));
      const refused = await cut(EVE_AGAIN);
      expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
      expect(refused.body).toMatchObject({ code: 'TOO_MUCH', detail: 'One address may ask 50 times a second.' });
      expect((await request(site.url).get('/demo/connected').set('x-forwarded-for', EVE)).status).toBe(429);
      expect((await cut(ANN)).status).toBe(200);
      clock.mockReturnValue(1_000_020);
      expect([(await cut(EVE)).status, (await cut(EVE)).status]).toEqual([200, 429]);
    } finally {
      clock.mockRestore();
    }
  });

  it('is forty readers of the bare feed', async () => {
    const headers = { 'x-forwarded-for': ANN };
    const abort = new AbortController();
    const read = (visitor: string) =>
      fetch(`${site.url}/demo/bare/sse`, { headers: { 'x-forwarded-for': visitor }, signal: abort.signal });
    const upgrade = `${site.url.replace('http', 'ws')}/demo/bare/websocket`;
    const socket = new WebSocket(upgrade, { headers });
    await once(socket, 'open');
    for (let number = 1; number < 40; number++) expect((await read(ANN)).status).toBe(200);
    const refused = await read(ANN);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    const [error] = await once(new WebSocket(upgrade, { headers }), 'error');
    expect(error.message).toContain('429');
    await expectCut(upgrade, `X-Forwarded-For: ${ANN}`);
    expect((await read(BOB)).status).toBe(200);
    socket.terminate();
    await waitUntil('a place', async () => (await read(ANN)).status === 200);
    abort.abort();
  });

  it('goes by the connection where no proxy is trusted', async () => {
    await site.close();
    await start([]);
    for (let number = 0; number < 5; number++) expect((await race(`192.0.2.${number}`, `${number}`)).status).toBe(200);
    expect((await race('192.0.2.9', 'one-more')).status).toBe(429);
  });
});

/** Whose upgrade is refused keeps no socket of the server, though he never closes his side. */
async function expectCut(url: string, header: string): Promise<void> {
  const { port, pathname } = new URL(url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  const head = [`GET ${pathname} HTTP/1.1`, 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', header];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toContain('429');
  const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
  // Where nobody is there any more, the system answers with a reset, which the write after it is told of.
  const writing = setInterval(() => socket.write('still here'), 10);
  await closed;
  clearInterval(writing);
}

describe('what an address may call', () => {
  it('is not held back for longer where the clock is set back', () => {
    jest.useFakeTimers({ now: 3_600_000 });
    try {
      const allowance = new Allowance({ atOnce: 2, perSecond: 1 });
      expect([1, 2, 3].map(() => allowance.tryTake({ address: ANN }))).toEqual([0, 0, 1_000]);
      jest.setSystemTime(0);
      expect(allowance.tryTake({ address: ANN })).toBe(1_000);
    } finally {
      jest.useRealTimers();
    }
  });

  it('is for an IPv6 network of 64 bits together, and comes back with time', () => {
    let now = 0;
    const allowance = new Allowance({ atOnce: 2, perSecond: 1, now: () => now });
    allowance.take({ address: EVE });
    allowance.take({ address: EVE_AGAIN });
    expect(() => allowance.take({ address: EVE })).toThrow('try again in 1000 ms');
    expect(allowance.tryTake({ address: '2001:db8:0:1::1' })).toBe(0);
    now += 1_000;
    expect(allowance.tryTake({ address: EVE })).toBe(0);
  });
});

describe('measurements of the CPU', () => {
  it('are begun by one visitor three times, and then by others', async () => {
    const races = new Races({
      publish: async () => {},
      crowd: { set: () => {}, open: () => 0, isPossible: () => false },
      transports: 1,
      now: Date.now,
    });
    let measured = 0;
    const costs = new CpuCosts(['a'], async () => ++measured);
    const visitorOf = (asking: { readonly headers: { readonly 'x-who'?: string } }) => `${asking.headers['x-who']}`;
    const app = express().use(
      express.json(),
      raceRoutes(races, costs, (asking) => visitorOf(asking as never)),
    );
    const settings = STEPS.bytes.flatMap((bytes) =>
      STEPS.pollMs.slice(0, 2).map((pollMs) => ({ ...FIRST_SETTINGS, bytes, pollMs })),
    );
    const ask = (who: string, at: number) =>
      request(app).post('/cpu').set('x-who', who).send({ settings: settings[at] });
    const done = (who: string, at: number) =>
      waitUntil('the measurement', async () => {
        const { status, body } = await ask(who, at);
        expect(status).toBe(200);
        return body.state === 'done';
      });
    for (let at = 0; at < 3; at++) await done('ann', at);
    const refused = await waitUntil('a refusal', async () => {
      const answer = await ask('ann', 3);
      return answer.status === 429 && answer;
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(200);
    // What is known is told, and others begin.
    await done('ann', 0);
    await done('bob', 3);
    await done('ann', 3);
    expect(measured).toBe(4);
    await costs.close();
  });
});
