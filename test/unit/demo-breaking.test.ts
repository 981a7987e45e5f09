import { once } from 'node:events';
import type { Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { WebSocket } from 'ws';
import { VisitorNodes } from '../../demo/breaking/visitor-nodes.js';
import type { Note } from '../../demo/site/automatic/note.js';
import { isSet, PRESET_NAMES, type PresetName, turn } from '../../demo/site/automatic/presets.js';
import { Setbacks } from '../../demo/site/automatic/setbacks.js';
import { latestOf, reasonsOf, stretchesOf } from '../../demo/site/automatic/stretches.js';
import { headOf, Numbers } from '../../demo/site/feed/numbers.js';
import type { FaultName } from '../../demo/site/words/fault-name.js';
import type { Report } from '../../demo/site/words/report.js';
import { createGateway, type Gateway, MemoryBus } from '../../server/index.js';
import { listen } from '../support/listen.js';
import { type MountedDemo, mountDemo } from '../support/mounted-demo.js';
import { waitUntil } from '../support/wait-until.js';

const PATIENT = { timeoutMs: 20_000 };

describe('what a visitor breaks besides the network', () => {
  let bus: MemoryBus;
  let site: MountedDemo;

  beforeEach(async () => {
    bus = new MemoryBus();
    const another = () => createGateway({ bus });
    site = await mountDemo(another(), another);
  });
  afterEach(async () => {
    await site.close();
    await bus.close();
  });

  async function report(): Promise<Report> {
    return (await (await fetch(`${site.url}/demo/costs?client=mine`)).json()) as Report;
  }

  const node = async () => (await report()).lanes['mine']?.node;

  it('is a gateway of his own on the same log, which is closed and started again', async () => {
    const { network } = await report();
    const poll = (since: string) =>
      fetch(`http://127.0.0.1:${network}/push/polling?channel=chat&lane=mine&since=${since}`);
    expect(await node()).toBe('none');
    expect((await site.post('/demo/restarts', { client: 'mine' })).status).toBe(409);
    expect((await site.post('/demo/nodes', { client: 'mine' })).status).toBe(204);
    expect(await node()).toBe('up');
    const before = await site.gateway.publish('chat', 'before');
    const stream = await fetch(`http://127.0.0.1:${network}/push/sse?channel=chat&lane=mine`);
    const ended = stream.text().catch(() => 'cut');

    expect((await site.post('/demo/restarts', { client: 'mine' })).status).toBe(202);
    await ended;
    expect(await node()).toBe('down');
    await site.gateway.publish('chat', 'meanwhile');
    await expect(poll(before.id)).rejects.toThrow();
    // Others notice nothing of it.
    expect((await fetch(`${site.url}/push/polling?channel=chat`)).status).toBe(200);

    await waitUntil('the gateway to be up again', async () => (await node()) === 'up', PATIENT);
    const { messages } = (await (await poll(before.id)).json()) as { messages: { data: unknown }[] };
    expect(messages.map(({ data }) => data)).toEqual(['meanwhile']);
    expect((await report()).lanes['mine']?.cost.requests).toBeGreaterThanOrEqual(2);
  });

  it('is gone, and leaves nothing on the log, when somebody else has its port by the time it starts again', async () => {
    const closings: jest.Spied<Gateway['close']>[] = [];
    const make = () => {
      const gateway = createGateway({ bus });
      closings.push(jest.spyOn(gateway, 'close'));
      return gateway;
    };
    const nodes = new VisitorNodes({ make, path: '/push', prepare: () => () => {} });
    expect(await nodes.open('mine', 'ann')).toBeNull();
    const port = nodes.portFor('mine') ?? 0;
    nodes.restart('mine');
    await waitUntil('the end of the first', () => closings[0]?.mock.calls.length === 1, PATIENT);
    const other = await listen((_request, response) => response.end(), port);
    await waitUntil('the end of the lane', () => nodes.standing('mine') === 'none', PATIENT);
    await waitUntil('the end of the second', () => closings[1]?.mock.calls.length === 1, PATIENT);
    await other.close();
    await nodes.close();
  });

  it('is asked for a heartbeat that lets a dead line be noticed while one watches', async () => {
    const asked: number[] = [];
    const make = (heartbeatMs: number) => {
      asked.push(heartbeatMs);
      return createGateway({ bus, heartbeatMs });
    };
    const nodes = new VisitorNodes({ make, path: '/push', prepare: () => () => {} });
    const opening = nodes.open('mine', 'ann');
    // It is none that could be closed yet.
    expect(nodes.standing('mine')).toBe('none');
    expect(await opening).toBeNull();
    expect(nodes.standing('mine')).toBe('up');
    const hello = await fetch(`http://127.0.0.1:${nodes.portFor('mine')}/push/polling?channel=chat&hello=1`);
    expect(await hello.json()).toMatchObject({ hello: { heartbeatMs: 5_000 } });
    expect(asked).toEqual([5_000]);
    await nodes.close();
  });

  it('goes on when a connection to it cannot be taken', async () => {
    const servers: Server[] = [];
    const prepare = (_app: unknown, server: Server) => {
      servers.push(server);
      return () => {};
    };
    const nodes = new VisitorNodes({ make: () => createGateway({ bus }), path: '/push', prepare });
    expect(await nodes.open('mine', 'ann')).toBeNull();
    for (let time = 0; time < 2; time++) expect(servers[0]?.emit('error', new Error('accept EMFILE'))).toBe(true);
    const health = await fetch(`http://127.0.0.1:${nodes.portFor('mine')}/push/health`);
    expect(health.status).toBe(200);
    await nodes.close();
  });

  it('is to be had so many times by one visitor, and by nobody who comes from elsewhere', async () => {
    const statuses: number[] = [];
    for (let number = 0; number < 14; number++) {
      statuses.push((await site.post('/demo/nodes', { client: `lane-${number}` })).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 4 }, () => 204), ...Array.from({ length: 10 }, () => 429)]);
    expect((await site.post('/demo/nodes', { client: 'not a lane' })).status).toBe(400);
  });

  it('gives way when its page is not there any more and the same visitor comes again', async () => {
    const nodes = new VisitorNodes({ make: () => createGateway({ bus }), path: '/push', prepare: () => () => {} });
    for (const lane of ['left', 'second', 'third', 'fourth']) expect(await nodes.open(lane, 'ann')).toBeNull();
    expect(await nodes.open('again', 'ann')).toMatchObject({ who: 'visitor' });
    const isIn = await waitUntil(
      'a place',
      async () => {
        for (const lane of ['second', 'third', 'fourth']) nodes.standing(lane);
        return (await nodes.open('again', 'ann')) === null;
      },
      PATIENT,
    );
    expect(isIn).toBe(true);
    const standings = ['left', 'second', 'third', 'fourth', 'again'].map((lane) => nodes.standing(lane));
    expect(standings).toEqual(['none', 'up', 'up', 'up', 'up']);
    await nodes.close();
  });

  it('is a bare feed that tells only who is there, and is charged to nobody', async () => {
    const { network } = await report();
    const origin = `127.0.0.1:${network}/demo/bare`;
    const stream = await fetch(`http://${origin}/sse?lane=mine`);
    const socket = new WebSocket(`ws://${origin}/websocket?lane=mine`);
    const [[first], piece] = await Promise.all([once(socket, 'message'), stream.body?.getReader().read()]);
    expect(JSON.parse(String(first))).toMatchObject({ run: (await report()).run });
    expect(new TextDecoder().decode(piece?.value)).toMatch(/^data: \{"run":.*\}\n\n$/);
    expect((await report()).lanes['mine']?.cost).toEqual({ requests: 0, up: 0, down: 0 });

    // Pages of other sites learn nothing of this machine.
    const page = (place: string) => ({ headers: { origin: `http://${place}` } });
    const own = await fetch(`http://${origin}/sse`, page(new URL(site.url).host));
    expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, site.url]);
    await own.body?.cancel();
    expect((await fetch(`http://${origin}/sse`, page('elsewhere.example'))).status).toBe(403);
    const [foreign] = await once(new WebSocket(`ws://${origin}/websocket`, page('elsewhere.example')), 'error');
    expect(String(foreign)).toMatch(/403/);

    const closed = once(socket, 'close');
    const cut = await site.post('/demo/cuts', { client: 'mine', how: 'cut' });
    // Nothing of the lane's own, which a visitor is told of.
    expect(await cut.json()).toEqual({ cut: 0 });
    await closed;
    const blocked = { client: 'mine', transport: 'websocket', blocked: true, fault: 'stripped' };
    expect((await site.post('/demo/blocks', blocked)).status).toBe(200);
    const [error] = await once(new WebSocket(`ws://${origin}/websocket?lane=mine`), 'error');
    expect(String(error)).toMatch(/404/);
  });

  it('is cut at the gateway’s own sockets where there is no network between', async () => {
    const response = await fetch(`${site.url}/push/sse?channel=chat&lane=mine`);
    const ended = response.text().catch(() => 'cut');
    const cut = request(site.url).post('/demo/cuts').set({ Host: 'demo.example' });
    expect((await cut.send({ client: 'mine', how: 'cut' })).body).toEqual({ cut: 1 });
    expect(await ended).toBe('cut');
  });
});

describe('Numbers', () => {
  const take = (numbers: Numbers, number: number, run = 'a') => numbers.take({ run, number, at: 0 });
  const fates = (numbers: Numbers, run: string, ...asked: number[]) =>
    asked.map((number) => numbers.fateOf({ run, number }));

  it('tell what became of each, as far as can be known', () => {
    const numbers = new Numbers();
    expect(fates(numbers, 'a', 1)).toEqual(['before']);
    for (const number of [5, 6, 9, 9]) take(numbers, number);
    expect(fates(numbers, 'a', 4, 5, 7, 8, 9, 10)).toEqual([
      'before',
      'received',
      'lost',
      'lost',
      'repeated',
      'pending',
    ]);
    take(numbers, 8);
    expect(fates(numbers, 'a', 7, 8)).toEqual(['lost', 'received']);
  });

  it('tell how many others have got and they have not', () => {
    const numbers = new Numbers();
    expect(numbers.behind({ run: 'a', number: 9 })).toBe(0);
    take(numbers, 5);
    const behind = (number: number, run = 'a') => numbers.behind({ run, number });
    expect([numbers.behind(null), behind(5), behind(9), behind(4), behind(9, 'b')]).toEqual([0, 0, 4, 0, 0]);
  });

  it('are missed from the first one on that was waited for', () => {
    const numbers = new Numbers({ run: 'a', number: 5 });
    expect(fates(numbers, 'a', 4, 5, 6)).toEqual(['before', 'pending', 'pending']);
    take(numbers, 7);
    expect(fates(numbers, 'a', 4, 5, 6, 7, 8)).toEqual(['before', 'lost', 'lost', 'received', 'pending']);
    take(numbers, 9, 'b');
    expect(fates(numbers, 'b', 5, 9)).toEqual(['before', 'received']);
  });

  it('begin anew with another run and after a pause, and are bounded', () => {
    const numbers = new Numbers();
    take(numbers, 7);
    take(numbers, 2, 'b');
    expect([numbers.lastOf('a'), numbers.lastOf('b')]).toEqual([0, 2]);
    expect(fates(numbers, 'b', 1, 2, 7)).toEqual(['before', 'received', 'pending']);
    numbers.pause();
    take(numbers, 40, 'b');
    expect(fates(numbers, 'b', 39, 40)).toEqual(['before', 'received']);
    for (let number = 41; number < 1_000; number++) take(numbers, number, 'b');
    expect(fates(numbers, 'b', 999)).toEqual(['received']);
  });

  it('are all to come of a run that began while one was there, and compared within the present run only', () => {
    const waiting = new Numbers({ run: 'a', number: 5 });
    const left = new Numbers();
    take(left, 3_000);
    const here = new Numbers();
    take(here, 3_001);
    const all = [waiting, left, here];
    expect(headOf(new Set(), all)).toBeNull();
    expect(headOf(new Set(['a']), all)).toEqual({ run: 'a', number: 3_001 });
    left.pause();
    expect(headOf(new Set(['a', 'b']), all)).toBeNull();
    take(here, 2, 'b');
    expect(headOf(new Set(['a', 'b']), all)).toEqual({ run: 'b', number: 2 });
    expect([waiting, left, here].map((numbers) => fates(numbers, 'b', 2, 3))).toEqual([
      ['pending', 'pending'],
      ['before', 'before'],
      ['received', 'pending'],
    ]);
  });
});

describe('the reason for which a transport carries', () => {
  const setbacks = new Setbacks(['websocket', 'sse', 'long-polling', 'polling']);

  it('is the last thing that befell a better one, and not what was told before it', () => {
    setbacks.note('lost', 'websocket', 'the socket was closed');
    setbacks.note('failed', 'sse', 'the stream ended');
    setbacks.note('failed', 'polling', 'Failed to fetch');
    expect(setbacks.take('long-polling')).toBe('sse failed: the stream ended');
  });

  it('is the end of what carried before, where nothing better was tried', () => {
    setbacks.note('lost', 'long-polling', 'Failed to fetch');
    expect(setbacks.take('websocket')).toBe('long-polling was lost: Failed to fetch');
    setbacks.note('bye', 'websocket', 'the gateway is closing');
    expect(setbacks.take('websocket')).toBe('the gateway said goodbye: the gateway is closing');
  });

  it('is none of these while something carries, and only the latest loss counts', () => {
    setbacks.note('failed', 'websocket', 'time is over');
    expect(setbacks.take('sse')).toBeNull();
    setbacks.note('lost', 'websocket', 'the socket was closed');
    expect(setbacks.take('sse')).toBe('websocket was lost: the socket was closed');
    setbacks.note('lost', 'sse', 'the stream ended');
    expect(setbacks.take('long-polling')).toBe('sse was lost: the stream ended');
  });
});

describe('the switches of the network', () => {
  /** Five transports, of which this is blocked. */
  function network(hasNetwork = true) {
    const faults = new Map<string, FaultName>();
    const transports = ['websocket', 'sse', 'iframe', 'long-polling', 'polling'];
    const automatic = {
      transports,
      hasNetwork,
      faultOf: (transport: string) => faults.get(transport) ?? null,
      async block(transport: string, blocked: boolean, fault: FaultName = 'reset') {
        if (blocked) faults.set(transport, fault);
        else faults.delete(transport);
      },
    };
    return {
      on: () => PRESET_NAMES.filter((name) => isSet(name, automatic)),
      press: (name: PresetName) => turn(name, !isSet(name, automatic), automatic),
      faults: () => transports.map((transport) => faults.get(transport) ?? '-').join(' '),
    };
  }

  it('are one network: what is blocked stays blocked, and the rest is delayed', async () => {
    const { on, press, faults } = network();
    await press('delay');
    await press('upgrades');
    expect([on(), faults()]).toEqual([['upgrades', 'delay'], 'stripped slow slow slow slow']);
    await press('buffer');
    await press('hole');
    expect([on(), faults()]).toEqual([['hole', 'buffer', 'delay'], 'black-hole whole whole slow slow']);
    await press('hole');
    expect([on(), faults()]).toEqual([['buffer', 'delay'], 'slow whole whole slow slow']);
    await press('delay');
    expect([on(), faults()]).toEqual([['buffer'], '- whole whole - -']);
    await press('delay');
    await press('buffer');
    await press('delay');
    expect([on(), faults()]).toEqual([[], '- - - - -']);
  });

  it('can do no more than reset where nothing lies between', async () => {
    const { on, press, faults } = network(false);
    await press('upgrades');
    expect([on(), faults()]).toEqual([['upgrades', 'hole'], 'reset - - - -']);
    await press('upgrades');
    expect(faults()).toBe('- - - - -');
  });
});

describe('the connections in what a client has noted', () => {
  let at = 0;
  const note = (event: Note['event'], transport: string | null = null, detail = ''): Note => {
    at += 1;
    return { at, event, transport, detail };
  };
  beforeEach(() => {
    at = 0;
  });

  it('are tried, proved, replaced by a better one and lost', () => {
    const stretches = stretchesOf([
      note('started', 'websocket'),
      note('started', 'sse'),
      note('failed', 'websocket', 'closed'),
      note('proved', 'sse'),
      note('probe', 'websocket'),
      note('proved', 'websocket'),
      note('switched', 'websocket'),
      note('lost', 'websocket', 'silent'),
    ]);
    expect(stretches.map((one) => Object.values(one))).toEqual([
      ['websocket', 1, null, 3, 'failed', 'closed'],
      ['sse', 2, 4, 6, 'replaced', ''],
      ['websocket', 5, 6, 8, 'lost', 'silent'],
    ]);
  });

  it('all end when the client pauses, and those of it that still go on have no end', () => {
    const notes = [note('started', 'sse'), note('proved', 'sse'), note('started', 'polling'), note('waiting')];
    expect(stretchesOf(notes).map(({ to, end }) => [to, end])).toEqual([
      [4, 'lost'],
      [4, 'dropped'],
    ]);
    expect(stretchesOf([...notes, note('started', 'iframe')]).at(-1)).toMatchObject({ to: null, end: 'open' });
  });

  it('are let go, and not lost, where the page itself ends them', () => {
    const notes = [note('started', 'sse'), note('proved', 'sse'), note('closed')];
    expect(stretchesOf(notes).map(({ to, end }) => [to, end])).toEqual([[3, 'dropped']]);
  });

  it('are not tried for ever where a round was broken off and begun anew', () => {
    const stretches = stretchesOf([
      note('started', 'websocket'),
      note('started', 'sse'),
      note('started', 'websocket'),
      note('started', 'sse'),
      note('proved', 'websocket'),
    ]);
    expect(stretches.map(({ transport, end }) => [transport, end])).toEqual([
      ['websocket', 'dropped'],
      ['sse', 'dropped'],
      ['websocket', 'open'],
      ['sse', 'open'],
    ]);
  });

  it('tell each reason for which a transport failed once, the last one first', () => {
    const stretches = stretchesOf([
      ...['a', 'b', 'a'].flatMap((why) => [note('probe', 'websocket'), note('failed', 'websocket', why)]),
      note('started', 'sse'),
      note('failed', 'sse', 'c'),
      note('probe', 'websocket'),
      note('dropped', 'websocket', 'd'),
    ]);
    expect(reasonsOf('websocket', stretches)).toEqual(['a', 'b']);
    expect(reasonsOf('polling', stretches)).toEqual([]);
  });

  it('show what carries, however much has been tried beside it since, until it ends', () => {
    const looks = Array.from({ length: 60 }, () => [
      note('probe', 'websocket'),
      note('failed', 'websocket', 'stripped'),
    ]);
    const grown = (...notes: Note[]) => {
      let all: readonly Note[] = [];
      for (const one of notes) all = latestOf([...all, one], 80);
      return all;
    };
    const carried = grown(note('started', 'sse'), note('proved', 'sse'), ...looks.flat());
    expect(carried.length).toBe(82);
    const [sse] = stretchesOf(carried);
    expect(sse).toMatchObject({ transport: 'sse', to: null, end: 'open', helloAt: expect.any(Number) });
    const lost = grown(note('started', 'sse'), note('proved', 'sse'), note('lost', 'sse'), ...looks.flat());
    expect(stretchesOf(lost).filter(({ transport }) => transport === 'sse')).toEqual([]);
    // Its end is seen as well, whatever it is, for as long as any other note would be.
    const ended = (...notes: Note[]) => {
      const all = grown(note('started', 'sse'), note('proved', 'sse'), ...looks.flat(), ...notes);
      return stretchesOf(all).filter(({ transport, end }) => transport === 'sse' || end !== 'failed');
    };
    expect(ended(note('lost', 'sse', 'reset'))).toMatchObject([{ transport: 'sse', end: 'lost', detail: 'reset' }]);
    const switched = [note('probe', 'websocket'), note('proved', 'websocket'), note('switched', 'websocket')];
    expect(ended(...switched)).toMatchObject([
      { transport: 'sse', end: 'replaced' },
      { transport: 'websocket', end: 'open' },
    ]);
    expect(ended(note('renew', 'sse'), note('proved', 'sse'))).toMatchObject([
      { transport: 'sse', end: 'replaced' },
      { transport: 'sse', end: 'open' },
    ]);
  });

  it('do without a beginning that is forgotten', () => {
    expect(stretchesOf([note('proved', 'sse'), note('lost', 'sse'), note('failed', 'polling')])).toEqual([]);
  });
});
