import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createGateway, type Gateway } from '../../server/index.js';
import { catalog } from '../../transports/catalog.js';
import { useBrowser } from '../support/browser.js';
import { type Listening, listen } from '../support/listen.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

/** What the pages of this file leave for the test to look at. */
declare global {
  var heard: unknown[];
  var codes: string[];
}

describeWith(chromium, 'pages of other origins in a real browser', () => {
  const browser = useBrowser();
  let friend: Listening;
  let stranger: Listening;
  let server: Listening;
  let gateway: Gateway;

  beforeAll(async () => {
    [friend, stranger, server] = await Promise.all([listen(serve), listen(serve), listen(createServer())]);
    gateway = createGateway({ origins: [friend.url], drainMs: 50 });
    gateway.attach(server.server);
    await gateway.publish('secret', 'for friends');
  });
  afterAll(async () => {
    await gateway.close();
    await Promise.all([friend, stranger, server].map((listening) => listening.close()));
  });

  it.each(catalog)('%s brings messages to a page of an origin that the gateway serves', async (transport) => {
    const { page, errors } = await browser.open(clientPage(friend, transport));
    await waitUntil('the message', () => page.evaluate(() => heard.length > 0));
    expect(await page.evaluate(() => heard)).toEqual(['for friends']);
    expect(errors).toEqual([]);
  });

  it.each(catalog)('%s is refused to a page of another origin', async (transport) => {
    const { page } = await browser.open(clientPage(stranger, transport));
    await waitUntil('the report', () => page.evaluate(() => codes.length > 0));
    expect(await page.evaluate(() => heard)).toEqual([]);
    expect(['ORIGIN_FORBIDDEN', 'UNREACHABLE']).toContain(await page.evaluate(() => codes[0]));
  });

  it('a frame that names an allowed origin posts nothing to a page of another one', async () => {
    const origins = [friend.url, stranger.url, server.url, 'null', '*', undefined];
    const { page } = await browser.open(framePage(stranger, origins), { mayFail: true });
    // The same frames in the friend's page show when there has been time enough.
    const proof = await browser.open(framePage(friend, origins), { mayFail: true });
    await waitUntil('the records in the friend’s page', () => proof.page.evaluate(() => heard.length > 1));
    expect(String(await proof.page.evaluate(() => heard.join()))).toContain('for friends');
    expect(await page.evaluate(() => heard)).toEqual([]);
  });

  it('a frame in the page of a stranger is not shown', async () => {
    const { page, errors } = await browser.open(framePage(stranger, [friend.url]), { mayFail: true });
    await waitUntil('the refusal', () => errors.length > 0);
    expect(errors.join()).toContain('frame-ancestors');
    expect(page.frames().every((frame) => !frame.url().startsWith(server.url))).toBe(true);
  });

  function clientPage(where: Listening, transport: string): string {
    return `${where.url}/client?${new URLSearchParams({ gateway: `${server.url}/push`, transport })}`;
  }

  function framePage(where: Listening, origins: readonly (string | undefined)[]): string {
    const streams = origins.map((origin) => {
      const query = new URLSearchParams({
        channel: 'secret',
        since: 'earliest',
        ...(origin === undefined ? {} : { origin }),
      });
      return ['stream', `${server.url}/push/iframe?${query}`];
    });
    return `${where.url}/frames?${new URLSearchParams(streams)}`;
  }
});

const HEAD = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>origin</title>';

/** A page with the client, as a bundler would take it. */
const CLIENT_PAGE = `${HEAD}<script>heard = []; codes = [];</script><script type="module">
import { connect } from '/dist/client/pushgate.mjs';
const query = new URLSearchParams(location.search);
const push = connect(query.get('gateway'), { transports: [query.get('transport')], pollMs: 50 });
push.on('error', ({ code }) => codes.push(code));
push.subscribe('secret', ({ data }) => heard.push(data), { since: 'earliest' });
</script>`;

/** A page that frames streams by itself and takes whatever anybody posts. */
const FRAME_PAGE = `${HEAD}<script>
heard = [];
addEventListener('message', ({ data }) => heard.push(data));
addEventListener('DOMContentLoaded', () => {
  for (const stream of new URLSearchParams(location.search).getAll('stream')) {
    document.body.append(Object.assign(document.createElement('iframe'), { src: stream }));
  }
});
</script><body>`;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://site');
  if (/^\/dist\/client\/(chunks\/)?[\w-]+\.mjs$/.test(pathname)) {
    response.setHeader('content-type', 'text/javascript').end(await readFile(`.${pathname}`));
  } else {
    response.setHeader('content-type', 'text/html').end(pathname === '/frames' ? FRAME_PAGE : CLIENT_PAGE);
  }
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  answer(request, response).catch(() => response.destroy());
}
