import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import express from 'express';
import type { PushClient } from '../../client/index.js';
import { createGateway, type Gateway } from '../../server/index.js';
import { type TestPage, useBrowser } from '../support/browser.js';
import { LONG, PATIENT, useDemoSite } from '../support/demo-site.js';
import { type Listening, listen } from '../support/listen.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

/** What the page below has in its globals. */
declare const heard: unknown[];
declare const codes: string[];
declare const push: PushClient;
declare function begin(options: object): void;

const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>loading</title>
<img src="/picture.png" alt=""><script>heard = []; codes = [];</script><script type="module">
import { connect } from '/client/pushgate.mjs';
globalThis.begin = (options) => {
  globalThis.push = connect('/push', options);
  push.on('error', ({ code }) => codes.push(code));
  push.subscribe('news', ({ data }) => heard.push(data), { since: 'earliest' });
};
if (location.search === '?iframe') begin({ transports: ['iframe'] });
</script>`;

describeWith(chromium, 'what a browser has loaded of the client', () => {
  const browser = useBrowser();
  const site = useDemoSite();
  let gateway: Gateway;
  let server: Server;
  let listening: Listening;
  /** A page has loaded when its picture has. */
  const pictures: ServerResponse[] = [];

  beforeAll(async () => {
    gateway = createGateway();
    await gateway.publish('news', 'here');
    const app = express();
    app.use('/push', gateway.handler);
    app.use('/client', express.static('dist/client'));
    app.get('/picture.png', (_request, response) => void pictures.push(response));
    app.get('/', (_request, response) => void response.type('html').send(PAGE));
    server = createServer(app);
    gateway.attach(server, { requests: false });
    listening = await listen(server);
  });
  afterAll(async () => {
    await gateway.close();
    await listening.close();
  });

  const open = async (): Promise<TestPage> => {
    const tested = await browser.open(`${listening.url}/`);
    await waitUntil('the client', () => tested.page.evaluate(() => 'begin' in globalThis), PATIENT);
    return tested;
  };

  it('leads down the whole catalog when no further script can be had', async () => {
    const { page } = await browser.open(`${site.address}break`);
    const headline = page.locator('#instrument [data-part="now"]');
    const carriedBy = (name: string) =>
      waitUntil(name, async () => (await headline.textContent())?.includes(name) === true, PATIENT);
    await carriedBy('WebSocket');
    await page.route(/\.m?js(\?|$)/, (route) => route.abort());
    let carrying = 'WebSocket';
    for (const next of ['SSE', 'Long-polling', 'Iframe', 'Polling']) {
      await page.getByRole('button', { name: `Block ${carrying}` }).click();
      await carriedBy(next);
      carrying = next;
    }
  }, 150_000);

  it(
    'is enough to begin with, after a network that was away before anything was connected',
    async () => {
      const { page } = await open();
      await listening.close();
      await page.evaluate(() => begin({ backoffMs: 50, backoffCapMs: 200 }));
      await waitUntil('two rounds in vain', () => page.evaluate(() => codes.length > 1), PATIENT);
      expect(await page.evaluate(() => codes[0])).toBe('UNREACHABLE');
      listening = await listen(server, listening.port);
      await waitUntil('the message', () => page.evaluate(() => heard.length > 0), PATIENT);
      expect(await page.evaluate(() => heard)).toEqual(['here']);
    },
    LONG,
  );

  it(
    'lets a page finish loading before a frame streams, and opens none that is not wanted any more',
    async () => {
      const frames = (page: TestPage['page']) => page.evaluate(() => document.querySelectorAll('iframe').length);
      for (const isWanted of [true, false]) {
        const { page } = await browser.open(`${listening.url}/?iframe`);
        await waitUntil(
          'the start',
          () => page.evaluate(() => push.trace.some(({ event }) => event === 'started')),
          PATIENT,
        );
        expect([await page.evaluate(() => document.readyState), await frames(page)]).toEqual(['interactive', 0]);
        if (!isWanted) await page.evaluate(() => push.close());
        for (const picture of pictures.splice(0)) picture.end();
        await page.waitForLoadState('load');
        if (isWanted) await waitUntil('the message', () => page.evaluate(() => heard.length > 0), PATIENT);
        expect(await frames(page)).toBe(isWanted ? 1 : 0);
      }
    },
    LONG,
  );

  it(
    'does without SSE where that needs the polyfill, and the polyfill cannot be had',
    async () => {
      const { page } = await open();
      await page.route(/eventsource/, (route) => route.abort());
      const headers = { 'x-shop': '7' };
      await page.evaluate((options) => begin(options), { headers, transports: ['sse', 'long-polling'] });
      await waitUntil('the message', () => page.evaluate(() => heard.length > 0), PATIENT);
      expect(await page.evaluate(() => push.transport)).toBe('long-polling');
      const story = await page.evaluate(() => push.trace.map(({ detail }) => detail).join('\n'));
      expect(story).toContain('the EventSource polyfill was not loaded');
    },
    LONG,
  );
});
