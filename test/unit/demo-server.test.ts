import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { WebSocket } from 'ws';
import { readFigures } from '../../demo/site/feed/machine-message.js';
import type { CutName, FaultName } from '../../demo/site/words/fault-name.js';
import { FIRST_SETTINGS, type RaceReport, type RaceSettings } from '../../demo/site/words/race.js';
import type { CutReport, Report } from '../../demo/site/words/report.js';
import { createGateway } from '../../server/index.js';
import { type MountedDemo, mountDemo } from '../support/mounted-demo.js';
import { waitUntil } from '../support/wait-until.js';

const PATIENT = { timeoutMs: 10_000 };

describe('the demo’s server', () => {
  let site: MountedDemo;

  beforeEach(async () => {
    site = await mountDemo(createGateway());
  });
  afterEach(() => site.close());

  /** A bare connection, and how many bytes went over it. */
  function open(port?: number) {
    const socket = site.connect(port);
    const moved = { up: 0, down: 0, text: '' };
    socket.on('data', (piece: Buffer) => {
      moved.down += piece.length;
      moved.text += String(piece);
    });
    const ask = (path: string) => {
      const head = `GET ${path} HTTP/1.1\r\nHost: demo\r\n\r\n`;
      moved.up += head.length;
      socket.write(head);
    };
    const answers = (count: number) =>
      waitUntil(`answer ${count}`, () => moved.text.split('HTTP/1.1 ').length > count, PATIENT);
    return { socket, moved, ask, answers };
  }

  async function reportOf(...lanes: readonly string[]): Promise<Report> {
    const response = await fetch(
      `${site.url}/demo/costs?${new URLSearchParams(lanes.map((lane) => ['client', lane]))}`,
    );
    expect(response.status).toBe(200);
    return (await response.json()) as Report;
  }

  async function turn(transport: string, blocked: boolean, fault?: FaultName): Promise<CutReport> {
    const response = await site.post('/demo/blocks', { client: 'mine', transport, blocked, fault });
    expect(response.status).toBe(200);
    return (await response.json()) as CutReport;
  }

  /** The messages of a channel, as soon as there are so many. */
  const published = (channel: string, least: number) =>
    waitUntil(
      `${least} messages on ${channel}`,
      async () => {
        const messages = await site.gateway.history(channel);
        return messages.length >= least && messages;
      },
      PATIENT,
    );

  async function networkPort(): Promise<number> {
    const { network } = await reportOf();
    if (network === null) throw new Error('The site has no network.');
    return network;
  }

  it('tells how much a block has cut', async () => {
    const streams = [open(), open()];
    for (const { ask } of streams) ask('/push/sse?channel=chat&lane=mine');
    for (const { answers } of streams) await answers(1);
    // Kept open for the next one, and no connection of the lane any more.
    const { ask, answers } = open();
    ask('/push/polling?channel=chat&lane=mine');
    await answers(1);
    await waitUntil('its end', async () => (await turn('polling', true)).cut === 0, PATIENT);
    expect(await turn('sse', true)).toEqual({ cut: 2 });
    expect(await turn('sse', false)).toEqual({ cut: 0 });
  });

  it('charges each lane with its own bytes on a socket that they share', async () => {
    const { ask, answers, moved } = open();
    ask('/push/polling?channel=chat&lane=mine');
    await answers(1);
    const first = { ...moved };
    ask('/push/polling?channel=chat&channel=other&lane=yours');
    await answers(2);
    ask('/push/health');
    await answers(3);
    ask('/push/polling?channel=chat&lane=mine');
    await answers(4);
    const cost = async () => Object.values((await reportOf('mine', 'yours')).lanes).map((lane) => lane.cost);
    await waitUntil('the last request to be over', async () => (await cost())[0]?.down === 2 * first.down, PATIENT);
    expect(await cost()).toEqual([
      { requests: 2, up: 2 * first.up, down: 2 * first.down },
      {
        requests: 1,
        up: first.up + '&channel=other'.length + 'yours'.length - 'mine'.length,
        down: expect.any(Number),
      },
    ]);
  });

  it.each(['polling', 'long-polling', 'sse', 'iframe'])(
    'tells what it took to open a lane over %s, whatever comes after it',
    async (transport) => {
      const { ask, moved } = open();
      const opening = async () => (await reportOf('mine')).lanes['mine']?.opening;
      expect(await opening()).toBeNull();
      const path = `/push/${transport}?channel=chat&lane=mine`;
      ask(`${path}&hello=1`);
      const greeted = () => /hello.*[\n}]$/s.test(moved.text);
      await waitUntil('the greeting', greeted, PATIENT);
      const expected = moved.up + moved.down;
      expect(await opening()).toBe(expected);
      for (const text of ['hello', 'again']) await site.gateway.publish('chat', { text });
      if (transport.endsWith('polling')) ask(`${path}&hello=1`);
      await waitUntil('more bytes', () => moved.up + moved.down > expected + 100, PATIENT);
      expect(await opening()).toBe(expected);
      expect((await reportOf('mine')).lanes['mine']?.cost.down).toBeGreaterThan(0);
    },
  );

  it('tells what it took to open a lane over a WebSocket: handshake and hello', async () => {
    const socket = new WebSocket(`${site.url.replace('http', 'ws')}/push/websocket?channel=chat&lane=mine`);
    const opening = async () => (await reportOf('mine')).lanes['mine'];
    const messages: string[] = [];
    socket.on('message', (data) => messages.push(String(data)));
    await waitUntil('the hello', () => messages.length > 0, PATIENT);
    const { up = 0, down = 0 } = (await opening())?.cost ?? {};
    expect((await opening())?.opening).toBe(up + down);
    await site.gateway.publish('chat', { text: 'hello' });
    await waitUntil('the message', () => messages.length > 1, PATIENT);
    expect((await opening())?.opening).toBe(up + down);
    socket.terminate();
  });

  it('reads off a stream that is still open, and a socket that was upgraded', async () => {
    const { ask, answers, moved } = open();
    ask('/push/sse?channel=chat&lane=mine');
    await answers(1);
    const socket = new WebSocket(`${site.url.replace('http', 'ws')}/push/websocket?channel=chat&lane=yours`);
    await once(socket, 'open');
    const before = await reportOf('mine', 'yours');
    await site.gateway.publish('chat', 'x'.repeat(1_000));
    await once(socket, 'message');
    await waitUntil('the message', () => moved.text.includes('xxx'), PATIENT);
    const after = await reportOf('mine', 'yours');
    for (const lane of ['mine', 'yours']) {
      const grown = (after.lanes[lane]?.cost.down ?? 0) - (before.lanes[lane]?.cost.down ?? 0);
      expect(grown).toBeGreaterThan(1_000);
      expect(grown).toBeLessThan(2_000);
      expect(after.lanes[lane]?.cost.requests).toBe(1);
    }
    expect(after.lanes['mine']?.cost).toMatchObject({ up: moved.up, down: moved.down });
    socket.terminate();
  });

  it('cuts what a blocked transport has open, and what it opens, for that lane only, until it is freed', async () => {
    const [mine, yours] = [open(), open()];
    mine.ask('/push/sse?channel=chat&lane=mine');
    yours.ask('/push/sse?channel=chat&lane=yours');
    await Promise.all([mine.answers(1), yours.answers(1)]);
    const cut = once(mine.socket, 'close');
    await turn('sse', true);
    await turn('websocket', true);
    await cut;
    expect(yours.socket.destroyed).toBe(false);

    const again = open();
    const refused = once(again.socket, 'close');
    again.ask('/push/sse?channel=chat&lane=mine');
    await refused;
    expect(again.moved.text).toBe('');
    const address = `${site.url.replace('http', 'ws')}/push/websocket?channel=chat&lane=mine`;
    const [error] = await once(new WebSocket(address), 'error').catch((thrown: unknown) => [thrown]);
    expect(String(error)).toMatch(/hang up|ECONNRESET/);

    expect((await reportOf('mine', 'yours')).lanes).toMatchObject({
      mine: { blocked: { sse: 'reset', websocket: 'reset' } },
      yours: { blocked: {} },
    });
    await turn('sse', false);
    expect((await reportOf('mine')).lanes['mine']?.blocked).toEqual({ websocket: 'reset' });
    const freed = open();
    freed.ask('/push/sse?channel=chat&lane=mine');
    await freed.answers(1);
    expect(freed.moved.text).toMatch(/^HTTP\/1.1 200 /);
  });

  it('has a network on another port, in which each lane meets the faults that it has asked for', async () => {
    const network = await networkPort();
    await turn('sse', true, 'refused');
    await turn('long-polling', true, 'black-hole');
    const [mine, yours, straight, held] = [open(network), open(network), open(), open(network)];
    mine.ask('/push/sse?channel=chat&lane=mine');
    yours.ask('/push/sse?channel=chat&lane=yours');
    // Past the network there is only the reset.
    straight.ask('/push/sse?channel=chat&lane=mine');
    held.ask('/push/long-polling?channel=chat&lane=mine');
    await Promise.all([mine.answers(1), yours.answers(1), straight.answers(1)]);
    expect([mine, yours, straight].map(({ moved }) => moved.text.slice(9, 12))).toEqual(['403', '200', '200']);
    expect((await reportOf('mine')).lanes['mine']).toMatchObject({
      blocked: { sse: 'refused', 'long-polling': 'black-hole' },
      cost: { requests: 1 },
    });
    expect(held.moved.text).toBe('');
    const left = once(held.socket, 'close');
    await turn('long-polling', false);
    await left;
    const freed = open(network);
    freed.ask('/push/polling?channel=chat&lane=mine');
    await freed.answers(1);
    expect(freed.moved.text).toMatch(/^HTTP\/1.1 200 /);
  });

  it('cuts what a lane has open, or severs its line without telling either end', async () => {
    const network = await networkPort();
    const [mine, yours] = [open(network), open(network)];
    mine.ask('/push/sse?channel=chat&lane=mine');
    yours.ask('/push/sse?channel=chat&lane=yours');
    await Promise.all([mine.answers(1), yours.answers(1)]);
    const cuts = async (how: CutName) =>
      (await (await site.post('/demo/cuts', { client: 'mine', how })).json()) as CutReport;
    expect(await cuts('sever')).toEqual({ cut: 1 });
    await site.gateway.publish('chat', 'unheard');
    await waitUntil('the other one', () => yours.moved.text.includes('unheard'), PATIENT);
    const again = open(network);
    again.ask('/push/sse?channel=chat&lane=mine&since=earliest');
    await waitUntil('a new connection', () => again.moved.text.includes('unheard'), PATIENT);
    expect([mine.moved.text.includes('unheard'), mine.socket.destroyed]).toEqual([false, false]);

    const cut = [mine, again].map(({ socket }) => once(socket, 'close'));
    expect(await cuts('cut')).toEqual({ cut: 2 });
    await Promise.all(cut);
    expect(yours.socket.destroyed).toBe(false);
    // Nothing is open any more.
    expect([await cuts('cut'), await cuts('sever')]).toEqual([{ cut: 0 }, { cut: 0 }]);
  });

  it('lets a page of its own through the network, and no other one', async () => {
    const network = await networkPort();
    const statusFor = async (origin: string, host: string) => {
      const { socket, moved, answers } = open(network);
      socket.write(`GET /push/health HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\n\r\n`);
      await answers(1);
      return Number(moved.text.slice(9, 12));
    };
    expect(await statusFor(site.url, `127.0.0.1:${network}`)).toBe(200);
    expect(await statusFor(`http://localhost:${site.port}`, `localhost:${network}`)).toBe(200);
    expect(await statusFor(`http://localhost:${network}`, `localhost:${network}`)).toBe(403);
    expect(await statusFor('http://evil.example', `127.0.0.1:${network}`)).toBe(403);
  });

  it('tells of the network only who asks under a name that leads there, and ends it with itself', async () => {
    const network = await networkPort();
    const host = { Host: 'demo.example' };
    const elsewhere = await request(site.url).get('/demo/costs').set(host);
    expect(elsewhere.body).toMatchObject({ network: null });
    const block = { client: 'mine', transport: 'sse', blocked: true };
    const asked = [
      { path: '/demo/blocks', body: { ...block, fault: 'slow' } },
      { path: '/demo/cuts', body: { client: 'mine', how: 'sever' } },
      { path: '/demo/blocks', body: { ...block, fault: 'reset' } },
    ];
    const answers = await Promise.all(asked.map(({ path, body }) => request(site.url).post(path).set(host).send(body)));
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [409, 'NO_NETWORK'],
      [409, 'NO_NETWORK'],
      [200, undefined],
    ]);

    const pages = await Promise.all([request(site.url).get('/'), request(site.url).get('/').set(host)]);
    expect(pages.map(({ text }) => /data-network="(\d*)"/.exec(text)?.[1])).toEqual([String(network), '']);
    const policies = pages.map(({ headers }) => headers['content-security-policy'] ?? '');
    expect(policies.map((policy) => policy.includes('ws://127.0.0.1:*'))).toEqual([true, false]);

    const stream = open(network);
    stream.ask('/push/sse?channel=chat&lane=yours');
    await stream.answers(1);
    const gone = once(stream.socket, 'close');
    await site.demo.close();
    await gone;
    const [error] = await once(connect(network, '127.0.0.1'), 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('publishes a visitor’s race for who asks for it, and refuses one that is too much', async () => {
    const ask = (settings: RaceSettings) => site.post('/demo/races', { race: 'mine', settings });
    const { run, clients } = (await (await ask({ ...FIRST_SETTINGS, perSecond: 20 })).json()) as RaceReport;
    expect(clients).toEqual({ wanted: 0, open: 0 });
    const steps = await published('race.mine', 3);
    expect(steps.slice(0, 2).map(({ data }) => data)).toMatchObject([
      { run, number: 1 },
      { run, number: 2 },
    ]);
    const tooMuch = await ask({ perSecond: 20, bytes: 4_000, pollMs: 250, clients: 50 });
    expect([tooMuch.status, (await tooMuch.json()).code]).toEqual([429, 'TOO_MUCH']);
    const left = await site.post('/demo/races', { race: 'mine', settings: null });
    expect(left.status).toBe(204);
    const { run: next } = (await (await ask({ ...FIRST_SETTINGS, perSecond: 20 })).json()) as RaceReport;
    expect(next).not.toBe(run);
  });

  it('refuses to report on or block what is no lane', async () => {
    const statuses = await Promise.all([
      fetch(`${site.url}/demo/costs?client=${encodeURIComponent('not a lane')}`),
      fetch(`${site.url}/demo/costs?${'client=a&'.repeat(21)}`),
      site.post('/demo/blocks', { client: 'a', transport: '../sse', blocked: true }),
      site.post('/demo/blocks', { client: 'a', transport: 'sse' }),
      site.post('/demo/blocks', { client: 'a', transport: 'sse', blocked: true, fault: 'toString' }),
      site.post('/demo/cuts', { client: 'a', how: 'close' }),
      site.post('/demo/cuts', { client: 'not a lane', how: 'cut' }),
      site.post('/demo/blocks', 'x'.repeat(2_000)),
      site.post('/demo/races', { race: 'a' }),
      site.post('/demo/races', { race: 'not a name', settings: FIRST_SETTINGS }),
      site.post('/demo/races', { race: 'a', settings: { ...FIRST_SETTINGS, perSecond: 1_000 } }),
      site.post('/demo/cpu', { settings: { ...FIRST_SETTINGS, bytes: 1e9 } }),
      site.post('/demo/nodes', {}),
      site.post('/demo/restarts', { client: 'not a lane' }),
      fetch(`${site.url}/demo/blocks`, { method: 'POST', body: '{"client":"a","transport":"sse","blocked":true}' }),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual(statuses.map(() => 400));
  });

  it('publishes figures that the page believes, under the run that it reports, and tells its clock', async () => {
    const stream = open();
    stream.ask('/push/sse?channel=chat');
    const history = await published('demo.machine', 2);
    const { run } = await reportOf('mine');
    const figures = history.map(({ data }) => readFigures(data));
    expect(figures.map((read) => [read?.run, read?.number]).slice(0, 2)).toEqual([
      [run, 1],
      [run, 2],
    ]);
    expect(figures.at(-1)?.connections).toEqual({ sse: 1 });

    const reply = await site.post('/push/uplink', [{ type: 'call', method: 'demo.now', params: null }]);
    const [{ result }] = (await reply.json()) as [{ result: number }];
    expect(Math.abs(result - Date.now())).toBeLessThan(2_000);
  });
});
