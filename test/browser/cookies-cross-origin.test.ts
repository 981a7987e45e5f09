import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createGateway, type Gateway, jwt } from '../../server/index.js';
import { catalog } from '../../transports/catalog.js';
import { useBrowser } from '../support/browser.js';
import { type Listening, listen } from '../support/listen.js';
import { chromium, describeWith } from '../support/requires.js';
import { SECRET, sign } from '../support/tokens.js';
import { waitUntil } from '../support/wait-until.js';

/** What the pages of this file leave for the test to look at. */
declare global {
  var heard: unknown[];
  var codes: string[];
  var published: string;
}

/** Those that bring cookies along whatever the page says. */
const ALWAYS = ['websocket', 'iframe'];

describeWith(chromium, 'a page of another origin whose cookie says who it is', () => {
  const browser = useBrowser();
  let site: Listening;
  let server: Listening;
  let gateway: Gateway;

  beforeAll(async () => {
    [site, server] = await Promise.all([listen(serve), listen(createServer())]);
    gateway = createGateway({
      authorize: jwt({ secret: SECRET, cookie: 'session' }),
      origins: [site.url],
      drainMs: 50,
    });
    gateway.attach(server.server);
    await gateway.publish('news', 'for members');
  });
  afterAll(async () => {
    await gateway.close();
    await Promise.all([site, server].map((listening) => listening.close()));
  });

  it.each(catalog)('%s hears and publishes with credentials: include', async (transport) => {
    const { page, errors } = await browser.open(address(transport, 'include'));
    await waitUntil('the message', () => page.evaluate(() => heard.length > 0));
    await waitUntil('the ack', () => page.evaluate(() => published !== ''));
    expect(await page.evaluate(() => [heard[0], published, codes.join()])).toEqual(['for members', 'yes', '']);
    expect(errors).toEqual([]);
  });

  it.each(catalog.filter((name) => !ALWAYS.includes(name)))('%s brings no cookie without it', async (transport) => {
    const { page } = await browser.open(address(transport, 'same-origin'));
    await waitUntil('the refusal', () => page.evaluate(() => codes.length > 0));
    expect(await page.evaluate(() => [heard.length, codes[0]])).toEqual([0, 'UNAUTHORIZED']);
  });

  function address(transport: string, credentials: string): string {
    return `${site.url}/?${new URLSearchParams({ gateway: `${server.url}/push`, transport, credentials })}`;
  }
});

const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>cookies</title>
<script>heard = []; codes = []; published = '';</script><script type="module">
import { connect } from '/dist/client/pushgate.mjs';
const { gateway, transport, credentials } = Object.fromEntries(new URLSearchParams(location.search));
const push = connect(gateway, { transports: [transport], pollMs: 50, credentials });
push.on('error', ({ code }) => codes.push(code));
const { ready } = push.subscribe('news', ({ data }) => heard.push(data), { since: 'earliest' });
ready.then(() => push.publish('news', 'hi')).then(() => { published = 'yes'; }, ({ code }) => { published = code; });
</script>`;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://site');
  if (/^\/dist\/client\/(chunks\/)?[\w-]+\.mjs$/.test(pathname)) {
    response.setHeader('content-type', 'text/javascript').end(await readFile(`.${pathname}`));
    return;
  }
  // A cookie is for a host, whatever the port: the gateway's too. Ports make origins, but no sites.
  const token = await sign({ sub: 'ann', pushgate: { subscribe: ['news'], publish: ['news'] } });
  response.setHeader('set-cookie', `session=${token}; Path=/; HttpOnly; SameSite=Lax`);
  response.setHeader('content-type', 'text/html').end(PAGE);
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  answer(request, response).catch(() => response.destroy());
}
