import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type Access, createGateway, PushError } from '../../server/index.js';
import { waitUntil } from '../support/wait-until.js';
import { dialogue, get } from './dialogue.js';
import { answersIn, answersOf, bodyOf, poller } from './poller.js';
import { afterwards, attached, inExpress, metric, type Site } from './site.js';

/** What another listener of the server answers. */
const OTHER = 'other';
const answerOther = (_request: unknown, response: ServerResponse) => {
  response.end(OTHER);
};

describe.each(['long-polling', 'polling'])('a connection of %s that is kept', (name) => {
  it.each([
    ['a cursor that nobody can read', 'channel=a&since=!', 400, 'CURSOR_INVALID', 0],
    ['no channel', 'since=earliest', 400, 'CHANNEL_MISSING', 0],
    ['a channel that is not granted', 'channel=b', 403, 'FORBIDDEN', 0],
    ['a token that is over', 'channel=a&over', 401, 'UNAUTHORIZED', 0],
    ['a seat that is of another one', 'channel=a&instead=sse&client=c', 429, 'CONNECTIONS_TOO_MANY', 1],
  ])(
    'asks once who it is when it is refused for %s, counts it once, and goes on',
    async (_what, query, status, code, moves) => {
      const heads: (readonly string[] | undefined)[] = [];
      for (const make of [attached, inExpress]) {
        const asked: (string | undefined)[] = [];
        const site = await make({
          limits: { connectionsPerAddress: 1 },
          authorize: ({ request: { url } }) => {
            asked.push(url);
            if (url?.includes('over') === true) throw new PushError('UNAUTHORIZED', 'It is over.');
            return { subscribe: ['a'], metrics: true };
          },
        });
        const { seen, next } = await poller(site, name);
        await next();
        await next();
        const before = answersIn(seen.text).length;
        const holder = code === 'CONNECTIONS_TOO_MANY' ? await fetch(`${site.push}/sse?channel=a`) : null;
        asked.length = 0;
        seen.socket.write(get(`${name}?${query}`));
        const refused = (await answersOf(seen, before + 1)).at(-1);
        expect([refused?.status, JSON.parse(refused?.body ?? '').code]).toEqual([status, code]);
        expect(asked).toEqual([`/${name}?${query}`]);
        await holder?.body?.cancel();
        expect(await metric(site.push, 'pushgate_refusals_total', code)).toBe(1);
        expect(await metric(site.push, 'pushgate_client_moves_total')).toBe(moves);
        heads.push(refused?.fields.filter((line) => !line.startsWith('x-powered-by')));
        // The same connection, and it is not given up for a refusal.
        await waitUntil('a seat', async () => (await next())?.status === 200);
      }
      expect(heads[0]).toEqual(heads[1]);
    },
  );

  it('is given back when the gateway is detached, to who answers the server then', async () => {
    const server = createServer(answerOther);
    const site = await attached({}, server);
    const { seen, next, ask } = await poller(site, name);
    await next();
    await next();
    const before = answersIn(seen.text).length;
    site.detach();
    ask();
    expect((await answersOf(seen, before + 1)).at(-1)?.body).toBe(OTHER);
    ask();
    expect((await answersOf(seen, before + 2)).at(-1)?.body).toBe(OTHER);
  });

  it('is shown to a listener that the server gets later', async () => {
    const site = await attached();
    const { next } = await poller(site, name);
    await next();
    await next();
    let heard = 0;
    site.server.on('request', () => {
      heard++;
    });
    await next();
    await next();
    expect(heard).toBe(2);
  });

  it('stays while nothing comes, on a server that does not listen but is handed its connections', async () => {
    const server = createServer({ keepAliveTimeout: 60_000 });
    const gateway = createGateway();
    gateway.attach(server);
    const front = createTcpServer((socket) => server.emit('connection', socket));
    const port = await new Promise<number>((resolve) => {
      front.listen(0, '127.0.0.1', () => resolve((front.address() as AddressInfo).port));
    });
    afterwards(async () => {
      await gateway.close();
      await new Promise((resolve) => front.close(resolve));
    });
    const { seen, next } = await poller({ gateway, port }, name);
    await next();
    await next();
    // Several of the rounds in which idle connections are looked at.
    await sleep(3_500);
    expect(seen.ended).toBe(false);
    expect((await next())?.status).toBe(200);
  });
});

describe('what comes behind a long-poll that waits', () => {
  /** A long-poll that waits, with something behind it that has been read. */
  async function waiting(site: Site, behind?: string) {
    const accepted = once(site.server, 'connection');
    const { seen, next, ask } = await poller(site, 'long-polling');
    const [socket] = await accepted;
    await next();
    ask();
    await waitUntil('the poll', async () => (await metric(site.push, 'pushgate_connections', '"long-polling"')) === 1);
    if (behind === undefined) ask();
    else seen.socket.write(behind);
    await waitUntil('all to be read', () => socket.bytesRead === seen.socket.bytesWritten);
    return seen;
  }

  it('is not shown to other listeners in the middle of a delivery, where they might publish', async () => {
    const site = await attached();
    const stream = dialogue(site.port, get('sse?channel=a&channel=b'));
    await waitUntil('the hello', () => stream.text.includes('event:hello'));
    const seen = await waiting(site, get('health', 'X-Other: 1\r\n'));
    let shown = 0;
    site.server.on('connection', () => {
      shown++;
      void site.gateway.publish('b', 'of the listener');
    });
    await site.gateway.publish('a', 'now');
    await answersOf(seen, 4);
    await waitUntil('what the listener has published', () => stream.text.includes('of the listener'));
    expect(shown).toBe(1);
  });

  it('has a seat only once the one who came has it', async () => {
    const site = await attached({ limits: { connectionsPerAddress: 1 }, whenFull: 'close-oldest' });
    const seen = await waiting(site);
    const other = dialogue(site.port, get('sse?channel=a'));
    await waitUntil('one of two to be left', () => other.text.includes('event:bye') || other.ended);
    expect((await answersOf(seen, 3)).at(-1)?.status).toBe(503);
    expect(await metric(site.push, 'pushgate_connections')).toBe(1);
  });
});

describe('a long-poll that waits when the gateway is detached', () => {
  it('gets its answer, and what comes next is for who answers the server then', async () => {
    const site = await attached({}, createServer(answerOther));
    const { seen, next, ask } = await poller(site, 'long-polling');
    await next();
    ask();
    await waitUntil('the poll', async () => (await metric(site.push, 'pushgate_connections')) === 1);
    site.detach();
    ask();
    await site.gateway.publish('a', 'now');
    const [poll, other] = (await answersOf(seen, 4)).slice(2);
    expect(bodyOf(poll?.body).messages.map(({ data }) => data)).toEqual(['now']);
    expect(other?.body).toBe(OTHER);
  });

  it('is let in by who it waits for, and what comes next is for who answers the server then', async () => {
    const waiting: ((access: Access) => void)[] = [];
    let asked = 0;
    const access = { subscribe: ['*'] };
    const authorize = () => (++asked === 2 ? new Promise<Access>((resolve) => waiting.push(resolve)) : access);
    const site = await attached({ authorize }, createServer(answerOther));
    const { seen, ask } = await poller(site, 'polling');
    ask();
    await waitUntil('the question', () => waiting.length > 0);
    site.detach();
    for (const letIn of waiting) letIn(access);
    expect((await answersOf(seen, 2)).at(-1)?.status).toBe(200);
    ask();
    expect((await answersOf(seen, 3)).at(-1)?.body).toBe(OTHER);
  });
});
