import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PushClient } from '../../client/index.js';
import { type ConnectOptions, connect } from '../../client/node.js';
import { createGateway, type Gateway, jwt, PushError } from '../../server/index.js';
import { catalog } from '../../transports/catalog.js';
import { useBrowser } from '../support/browser.js';
import { type Listening, listen } from '../support/listen.js';
import { chromium, describeWith } from '../support/requires.js';
import { SECRET, sign } from '../support/tokens.js';
import { waitUntil } from '../support/wait-until.js';

declare global {
  interface Window {
    readonly push: PushClient;
    readonly taken: number[];
    readonly told: string[];
  }
}

const GRANTS = { pushgate: { subscribe: ['open', 'news'], publish: ['open'] } };
/** Some tokens are needed, one after the other, until so many messages have come. */
const MESSAGES = 250;
const TOKEN_SECONDS = 2;
const QUICK: ConnectOptions = { pollMs: 50, backoffMs: 20, backoffCapMs: 200 };

/** What works in Node. */
const transports = catalog.filter((name) => name !== 'iframe');

let listening: Listening;
let gateway: Gateway;
let tokens: string[];
const clients: PushClient[] = [];

const page = (
  transport: string,
  tokens: string,
) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<script src="/pushgate.iife.js"></script>
<script>
  var taken = [], told = [];
  var push = Pushgate.connect('/push', {
    transports: ['${transport}'], pollMs: 50, backoffMs: 20,
    token: async () => (await fetch('/${tokens}')).text(),
  });
  for (const event of ['gap', 'error']) push.on(event, (what) => told.push(JSON.stringify(what)));
  push.subscribe('news', ({ data }) => taken.push(data), { since: 'earliest' });
</script>`;

beforeEach(async () => {
  tokens = [];
  const script = await readFile('dist/client/pushgate.iife.js');
  listening = await listen(
    createServer(async (request, response) => {
      const isScript = request.url === '/pushgate.iife.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      const [transport = '', kind = ''] = request.url?.slice(1).split('/') ?? [];
      if (transport === 'good') response.end(await newToken());
      else if (transport === 'bad') response.end(await badToken());
      else response.end(isScript ? script : page(transport, kind));
    }),
  );
  gateway = createGateway({ authorize: jwt({ secret: SECRET, clockToleranceMs: 0 }), heartbeatMs: 1_000 });
  gateway.attach(listening.server);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await gateway.close();
  await listening.close();
});

async function newToken(): Promise<string> {
  const token = await sign({ sub: 'ann', ...GRANTS, jti: String(tokens.length) }, TOKEN_SECONDS);
  tokens.push(token);
  return token;
}

async function badToken(): Promise<string> {
  const token = await sign({}, 60, 'another secret of thirty-two bytes or so');
  tokens.push(token);
  return token;
}

function client(transport: string, token: ConnectOptions['token']): PushClient {
  const push = connect(`${listening.url}/push`, { ...QUICK, transports: [transport], ...(token && { token }) });
  clients.push(push);
  return push;
}

/** Publishes all the time, while tokens come and go. */
async function publishing(): Promise<void> {
  for (let number = 0; number < MESSAGES; number++) {
    await gateway.publish('news', number);
    await sleep(20);
  }
}

/** Something that happens once. */
function signal() {
  let give = (): void => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { give, given };
}

const ALL = Array.from({ length: MESSAGES }, (_, number) => number);

describe('a client with a token', () => {
  it.each(transports)('%s: asks for a new one when it expires, and loses and repeats nothing', async (transport) => {
    const push = client(transport, newToken);
    const taken: unknown[] = [];
    const told: unknown[] = [];
    push.on('gap', (gap) => told.push(gap));
    push.on('error', (error) => told.push(error));
    push.subscribe('news', ({ data }) => taken.push(data), { since: 'earliest' });
    await publishing();
    await waitUntil('the last message', () => taken.length >= MESSAGES, { timeoutMs: 10_000 });
    expect(taken).toEqual(ALL);
    expect(told).toEqual([]);
    expect(tokens.length).toBeGreaterThanOrEqual(3);
    // Not one for each request.
    expect(tokens.length).toBeLessThanOrEqual(9);
    expect(JSON.stringify(push.trace)).not.toMatch(/eyJ/);
    // What is sent up is authorized alike.
    await push.publish('open', 'hi');
  });

  it.each(transports)('%s: that is wrong is asked for once more, and then refused for good', async (transport) => {
    const push = client(transport, badToken);
    const errors: { code: string; message: string }[] = [];
    push.on('error', (error) => errors.push(error));
    const subscription = push.subscribe('news');
    await expect(subscription.ready).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect([tokens.length, push.state]).toEqual([2, 'closed']);
    expect(JSON.stringify([errors, errors.map(({ message }) => message), push.trace])).not.toMatch(/eyJ/);
  });

  it.each(transports)('%s: that cannot be had yet is asked for again, with pauses', async (transport) => {
    let asked = 0;
    const push = client(transport, async () => {
      asked++;
      if (asked < 4) throw new Error('the login is down');
      return newToken();
    });
    await push.subscribe('news').ready;
    expect(asked).toBe(4);
    expect(push.trace.some(({ detail }) => detail.includes('no token: the login is down'))).toBe(true);
  });

  it.each(transports)('%s: that is fixed ends the client when it expires', async (transport) => {
    const push = client(transport, await newToken());
    const { ready } = push.subscribe('news');
    await ready;
    await waitUntil('the end', () => push.state === 'closed', { timeoutMs: 10_000 });
  });

  it.each(transports)('%s: goes on with what is granted when some channels are not', async (transport) => {
    const push = client(transport, () => sign({ ...GRANTS }, 60));
    const taken: unknown[] = [];
    const [first, secret, second] = ['news', 'secret', 'open'].map((channel) =>
      push.subscribe(channel, ({ data }) => taken.push(data)),
    );
    await Promise.all([first?.ready, second?.ready]);
    await expect(secret?.ready).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const later = push.subscribe('hidden');
    await expect(later.ready).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await gateway.publish('news', 1);
    await gateway.publish('open', 2);
    await waitUntil('both', () => taken.length === 2);
    expect(push.state).toBe('open');
    await expect(push.publish('news', 1)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each(['long-polling', 'polling'])('%s: is asked for once when two requests are refused', async (transport) => {
    let isOver = false;
    const held = signal();
    const posted = signal();
    const polled = signal();
    const strict = createGateway({
      path: '/strict',
      // The poll is refused when the POST has brought the new token, and the POST is answered when a poll has brought it.
      authorize: async ({ request, name }) => {
        const isRefused = isOver && request.headers.authorization === 'Bearer first';
        if (isRefused && name === transport) {
          held.give();
          await posted.given;
        }
        if (isRefused) throw new PushError('TOKEN_EXPIRED', 'Expired.');
        if (isOver && name === transport) polled.give();
        if (isOver && name === 'uplink') {
          posted.give();
          await polled.given;
        }
        return { user: 'ann', subscribe: ['news'], publish: ['open'] };
      },
    });
    strict.attach(listening.server);
    let asked = 0;
    const push = connect(`${listening.url}/strict`, {
      ...QUICK,
      transports: [transport],
      token: () => (++asked === 1 ? 'first' : 'second'),
    });
    clients.push(push);
    const taken: unknown[] = [];
    await push.subscribe('news', ({ data }) => taken.push(data)).ready;
    isOver = true;
    await strict.publish('news', 1);
    await held.given;
    await push.publish('open', 1);
    await strict.publish('news', 2);
    await waitUntil('the message', () => taken.length === 2);
    expect([push.state, asked]).toEqual(['open', 2]);
    await push.close();
    await strict.close();
  });

  it('shows it in a header, and never in an address', async () => {
    const seen: [string | undefined, string | null][] = [];
    const open = createGateway({
      path: '/open',
      authorize: ({ request, query }) => {
        seen.push([request.headers.authorization, query.get('token')]);
        return { user: 'ann', subscribe: ['news'] };
      },
    });
    open.attach(listening.server);
    for (const transport of transports) {
      const push = connect(`${listening.url}/open`, { ...QUICK, transports: [transport], token: 'secret' });
      clients.push(push);
      await push.subscribe('news').ready;
    }
    await Promise.all(clients.splice(0).map((client) => client.close()));
    expect(seen.length).toBeGreaterThanOrEqual(transports.length);
    for (const shown of seen) expect(shown).toEqual(['Bearer secret', null]);
    await open.close();
  });

  it('falls back and moves up with it, however the browser hides why it was refused', async () => {
    const push = connect(`${listening.url}/push`, { ...QUICK, token: newToken });
    clients.push(push);
    await push.subscribe('news').ready;
    expect(push.transport).toBe('websocket');
    await waitUntil('a second token', () => tokens.length >= 2, { timeoutMs: 10_000 });
    await waitUntil('a connection', () => push.state === 'open');
    expect(push.transport).toBe('websocket');
  });
});

describeWith(chromium, 'a page with a token', () => {
  const browser = useBrowser();

  it.each(catalog)('%s: asks for a new one when it expires, and loses and repeats nothing', async (transport) => {
    const { page: opened } = await browser.open(`${listening.url}/${transport}/good`);
    await publishing();
    await waitUntil('the last message', async () => (await opened.evaluate(() => window.taken.length)) >= MESSAGES, {
      timeoutMs: 10_000,
    });
    expect(await opened.evaluate(() => window.taken)).toEqual(ALL);
    expect(await opened.evaluate(() => window.told)).toEqual([]);
    expect(tokens.length).toBeGreaterThanOrEqual(3);
    expect(tokens.length).toBeLessThanOrEqual(9);
    expect(JSON.stringify(await opened.evaluate(() => window.push.trace))).not.toMatch(/eyJ/);
  });

  it.each(catalog)('%s: is told why it is refused, although browsers hide it', async (transport) => {
    const { page: opened } = await browser.open(`${listening.url}/${transport}/bad`);
    await waitUntil('the end', () => opened.evaluate(() => window.push.state === 'closed'));
    expect(tokens.length).toBe(2);
    const told = await opened.evaluate(() => window.told.join());
    expect(told).toContain('UNAUTHORIZED');
    expect(told).not.toMatch(/eyJ/);
  });
});
