import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PushError } from '../../transports/error.js';
import { waitUntil } from '../support/wait-until.js';
import { dialogue, get } from './dialogue.js';
import { answersIn, answersOf, bodyOf, poller } from './poller.js';
import { attached, deserted, inExpress, metric, type Site } from './site.js';

/** The first poll of a connection, and the one with which its socket is taken. */
const OF_NODE = 2;

/** How many requests Node has made since the test began. */
let made = 0;
const count = () => {
  made++;
};
beforeEach(() => {
  made = 0;
  subscribe('http.server.request.start', count);
});
afterEach(() => {
  unsubscribe('http.server.request.start', count);
});

describe.each(['long-polling', 'polling'])('%s on one connection', (name) => {
  it('is a request of Node twice, and answered in the same way as by Node', async () => {
    const heads: string[][] = [];
    for (const site of [await attached({ origins: ['*'] }), await inExpress({ origins: ['*'] })]) {
      made = 0;
      const { next } = await poller(site, name, { headers: 'Origin: https://page.example\r\n' });
      await next();
      await next();
      const last = await next();
      heads.push(last?.fields.filter((line) => !line.startsWith('x-powered-by')) ?? []);
      expect(bodyOf(last?.body).messages.length).toBeLessThanOrEqual(1);
      expect(last?.status).toBe(200);
      expect(made).toBe(heads.length === 1 ? OF_NODE : 4);
      await deserted(site.push);
    }
    expect(heads[0]).toEqual(heads[1]);
    expect(heads[0]).toContain('access-control-allow-origin: *');
  });

  it('brings every message once, and is counted as as many connections', async () => {
    const site = await attached();
    const told = { connect: 0, disconnect: 0 };
    site.gateway.on('connect', () => told.connect++);
    site.gateway.on('disconnect', () => told.disconnect++);
    const { seen, next } = await poller(site, name);
    for (let count = 0; count < 20; count++) await next();
    const got = answersIn(seen.text).flatMap(({ body }) => bodyOf(body).messages.map(({ data }) => data));
    const all = Array.from({ length: 21 }, (_, index) => index);
    expect(name === 'polling' ? all.slice(0, got.length) : all).toEqual(got);
    expect(made).toBe(OF_NODE);
    await deserted(site.push);
    expect(await metric(site.push, 'pushgate_connections_total', `"${name}"`)).toBe(21);
    expect(await metric(site.push, 'pushgate_deliveries_total', `"${name}"`)).toBe(got.length);
    expect(told.connect).toBe(told.disconnect);
  });

  const line = `GET /push/${name}?channel=a&since=e.0`;
  it.each([
    [
      'a publication',
      'POST /push/channels/b HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n1',
      [201],
    ],
    ['a HEAD', `HEAD /push/${name}?channel=a HTTP/1.1\r\nHost: h\r\n\r\n`, [200]],
    ['HTTP/1.0', `GET /push/${name}?channel=a&since=earliest HTTP/1.0\r\nHost: h\r\n\r\n`, [200]],
    ['a target with a host', `GET http://h/push/${name}?channel=a&since=earliest HTTP/1.1\r\nHost: h\r\n\r\n`, [200]],
    ['a target as long as a head', get(`${name}?channel=a&since=earliest&x=${'x'.repeat(40_000)}`), [431]],
    ['another header', get(`${name}?channel=a&since=earliest`, 'X-Other: 1\r\n'), [200]],
    ['another path', get('health'), [200]],
    ['two requests at once', `${get(`${name}?channel=a&since=earliest`)}${get('health')}`, [200, 200]],
    ['what is no request', 'NONSENSE\r\n\r\n', [400]],
    ['a target that no request has', `${line}\x00 HTTP/1.1\r\nHost: h\r\n\r\n`, [400]],
  ])('leaves %s to Node', async (_what, text, statuses) => {
    const site = await attached();
    const { seen, next } = await poller(site, name);
    await next();
    const before = answersIn(seen.text).length;
    seen.socket.write(text);
    await waitUntil('the answers', () => answersIn(seen.text).length === before + statuses.length);
    expect(
      answersIn(seen.text)
        .slice(before)
        .map(({ status }) => status),
    ).toEqual(statuses);
    const isRequest = !text.startsWith('NONSENSE') && !text.includes('\0') && !statuses.includes(431);
    expect(made).toBe(OF_NODE + (isRequest ? statuses.length : 0));
    await deserted(site.push);
  });

  it('leaves a head to Node that comes in pieces, and goes on by requests', async () => {
    const site = await attached();
    const { seen, next } = await poller(site, name);
    await next();
    const before = answersIn(seen.text).length;
    const text = get(`${name}?channel=a&since=earliest`);
    for (const piece of [text.slice(0, 3), text.slice(3, 30), text.slice(30, -1), text.slice(-1)]) {
      seen.socket.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await answersOf(seen, before + 1)).at(-1)?.status).toBe(200);
    await next();
    await next();
    expect(made).toBe(OF_NODE + 3);
  });

  it.each([
    ['without blanks', 'Host:h\r\n'],
    ['with blanks', 'Host: h\r\n'],
  ])('loses nothing of what comes behind heads %s', async (_how, header) => {
    const site = await attached();
    await site.gateway.publish('a', 0);
    const poll = `GET /push/${name}?channel=a&since=earliest HTTP/1.1\r\n${header}\r\n`;
    const health = `GET /push/health HTTP/1.1\r\n${header}\r\n`;
    const seen = dialogue(site.port, poll);
    // The second poll is the one with which the socket may be taken, the third one comes after that.
    for (const [index, piece] of ['G', 'GE', 'GET /push/h'].entries()) {
      await answersOf(seen, 2 * index + 1);
      seen.socket.write(`${poll}${piece}`);
      await answersOf(seen, 2 * index + 2);
      seen.socket.write(health.slice(piece.length));
    }
    await waitUntil('the answers', () => answersIn(seen.text).length === 7);
    const { length } = answersIn(seen.text).filter(({ status, body }) => status === 200 && body.includes('ready'));
    expect(length).toBe(3);
  });

  it('goes by the position that counts, however its name is written', async () => {
    const site = await attached();
    const { seen, next, cursor } = await poller(site, name, { query: '&x=1' });
    for (let count = 0; count < 3; count++) await next();
    const odd = `${name}?channel=a&%73ince=earliest&since=`;
    for (const answers of [5, 6]) {
      seen.socket.write(get(`${odd}${cursor()}`));
      const last = (await answersOf(seen, answers)).at(-1);
      expect(bodyOf(last?.body).messages.map(({ data }) => data)).toContain(0);
    }
  });

  it('shows authorize a request of its own each time', async () => {
    const requests = new Set<unknown>();
    const site = await attached({
      authorize: ({ request }) => {
        expect(request).not.toHaveProperty('noted');
        requests.add(Object.assign(request, { noted: true }));
        return { subscribe: ['*'] };
      },
    });
    const { next } = await poller(site, name);
    for (let count = 0; count < 4; count++) await next();
    expect([requests.size, made]).toEqual([5, OF_NODE]);
    expect(site.errors).toEqual([]);
  });

  it('shows authorize each poll, and lets nobody go on who may not', async () => {
    const asked: (string | undefined)[] = [];
    let mayGoOn = true;
    const site = await attached({
      authorize: async ({ request: { url, headers } }) => {
        asked.push(`${headers.host} ${url}`);
        if (mayGoOn) return { subscribe: ['*'] };
        throw new PushError('UNAUTHORIZED', 'Not any more.');
      },
    });
    const { seen, next, cursor, ask } = await poller(site, name);
    await next();
    const from = cursor();
    await next();
    expect(asked.at(-1)).toBe(`h /${name}?channel=a&since=${from}`);
    expect(asked).toHaveLength(3);
    expect(made).toBe(OF_NODE);
    mayGoOn = false;
    ask();
    expect((await answersOf(seen, 4)).at(-1)?.status).toBe(401);
  });

  it('is shown to whoever listens to the requests of the server', async () => {
    const server = createServer();
    const site = await attached({}, server);
    let heard = 0;
    server.on('request', () => {
      heard++;
    });
    const { next } = await poller(site, name);
    await next();
    await next();
    expect(heard).toBe(3);
  });

  it('ends when nothing has come for as long as the server keeps connections', async () => {
    const server = createServer();
    server.keepAliveTimeout = 100;
    const site = await attached({}, server);
    const { seen, next } = await poller(site, name);
    await next();
    await waitUntil('the end', () => seen.ended, { timeoutMs: 10_000 });
    expect(made).toBe(OF_NODE);
  });

  it('does not keep a server from closing', async () => {
    const site = await attached();
    const { seen, next } = await poller(site, name);
    await next();
    const closed = new Promise((resolve) => site.server.close(resolve));
    await closed;
    await waitUntil('the end', () => seen.ended);
  });

  it('ends with the gateway, between two polls', async () => {
    const site = await attached({ drainMs: 0 });
    const { seen, next } = await poller(site, name);
    await next();
    await site.gateway.close();
    await waitUntil('the end', () => seen.ended);
  });
});

describe('a poller that does not read', () => {
  it('is not answered further than its socket has room, and is cut', async () => {
    const warnings: string[] = [];
    const nothing = () => undefined;
    const logger = {
      debug: nothing,
      info: nothing,
      error: nothing,
      warn: (_: object, text: string) => warnings.push(text),
    };
    const site = await attached({ stalledMs: 1_500, logger });
    for (let count = 0; count < 4; count++) await site.gateway.publish('large', 'x'.repeat(1_000_000));
    const { seen, next } = await poller(site, 'polling', { query: '&channel=large' });
    await next();
    seen.socket.pause();
    const answered = () => metric(site.push, 'pushgate_connections_total', '"polling"');
    const before = await answered();
    for (let count = 0; count < 60; count++) {
      seen.socket.write(get('polling?channel=a&since=earliest&channel=large'));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect((await answered()) - before).toBeLessThan(30);
    await waitUntil('the cut', () => warnings.length > 0, { timeoutMs: 15_000 });
    expect(warnings).toEqual(['closed a reader that took nothing of its answer']);
    expect(await metric(site.push, 'pushgate_answers_stalled_total')).toBe(1);
    await deserted(site.push);
  });

  it('does not keep a server from closing for long', async () => {
    const site = await attached({ drainMs: 0 });
    for (let count = 0; count < 4; count++) await site.gateway.publish('large', 'x'.repeat(1_000_000));
    const { seen, next } = await poller(site, 'polling', { query: '&channel=large' });
    await next();
    seen.socket.pause();
    for (let count = 0; count < 20; count++) {
      seen.socket.write(get('polling?channel=a&since=earliest&channel=large'));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await site.gateway.close();
    await new Promise((resolve) => site.server.close(resolve));
  });
});

describe('a long-poll that waits', () => {
  /** Waits until the gateway has a poll that waits. */
  const untilItWaits = (site: Site) =>
    waitUntil('the poll', async () => (await metric(site.push, 'pushgate_connections')) === 1);

  /** A poll that waits at a socket which has been taken. */
  async function waiting(site: Site) {
    const { seen, next, ask } = await poller(site, 'long-polling');
    await next();
    ask();
    await untilItWaits(site);
    return seen;
  }

  it('is sent away when the gateway closes, with a time to come back, and its connection ends', async () => {
    const site = await attached({ drainMs: 0 });
    const seen = await waiting(site);
    await site.gateway.close();
    const { status, fields, body } = (await answersOf(seen, 3)).at(-1) ?? { fields: [] };
    expect([status, JSON.parse(body ?? '').code]).toEqual([503, 'UNAVAILABLE']);
    expect(fields).toEqual(
      expect.arrayContaining(['connection: close', 'content-type: application/problem+json; charset=utf-8']),
    );
    expect(fields.join()).toContain('retry-after');
    await waitUntil('the end', () => seen.ended);
  });

  it('goes before the request that came behind it', async () => {
    const site = await attached();
    const seen = await waiting(site);
    seen.socket.write(get('channels/a?limit=1'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await site.gateway.publish('a', 'now');
    const [poll, history] = (await answersOf(seen, 4)).slice(2);
    expect(poll?.body).toContain('"now"');
    expect(history?.body).toContain('"now"');
  });

  it('is over when its client goes', async () => {
    const site = await attached();
    const seen = await waiting(site);
    seen.socket.destroy();
    await deserted(site.push);
  });

  it('gives its seat back with the answer, and takes one with the next', async () => {
    const site = await attached({ limits: { connectionsPerAddress: 1 } });
    const { next, ask } = await poller(site, 'long-polling');
    await next();
    const other = () => fetch(`${site.push}/polling?channel=a`);
    expect((await other()).status).toBe(200);
    ask();
    await untilItWaits(site);
    expect((await other()).status).toBe(429);
  });
});
