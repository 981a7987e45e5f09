import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { PushClient } from '../../client/index.js';
import { createGateway, type Gateway } from '../../server/index.js';
import { type TestPage, useBrowser } from '../support/browser.js';
import { type Listening, listen } from '../support/listen.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

declare global {
  var tab: { readonly push: PushClient; readonly taken: unknown[] };
}

const TABS = 8;
const HOLD = ['sse', 'iframe', 'long-polling'];

const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<script src="/pushgate.iife.js"></script>
<script>
  var transports = new URLSearchParams(location.search).getAll('transport');
  var push = Pushgate.connect('/push', { transports, pollMs: 200, probeMs: 300, probeCapMs: 500 });
  var tab = { push, taken: [] };
  push.on('error', () => {});
  push.subscribe('news', ({ data }) => tab.taken.push(data), { since: 'earliest' });
</script>`;

describeWith(chromium, 'more tabs than the browser has connections for a host', () => {
  const browser = useBrowser();
  let listening: Listening;
  let gateway: Gateway;

  beforeAll(async () => {
    const script = await readFile('dist/client/pushgate.iife.js');
    listening = await listen(
      createServer((request, response) => {
        const isScript = request.url === '/pushgate.iife.js';
        response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
        response.end(isScript ? script : PAGE);
      }),
    );
    gateway = createGateway();
    gateway.attach(listening.server);
  });
  afterAll(async () => {
    await gateway.close();
    await listening.close();
  });

  it('all work without WebSocket, and one moves up when another tab is closed', async () => {
    await gateway.publish('news', 'for all');
    const query = [...HOLD, 'polling'].map((name) => `transport=${name}`).join('&');
    const tabs: TestPage[] = [];
    for (let number = 0; number < TABS; number++) {
      const [beside] = tabs;
      tabs.push(await browser.open(`${listening.url}/?${query}`, beside === undefined ? {} : { beside }));
      await waitUntil(`tab ${number}`, () => tabs[number]?.page.evaluate(() => tab.taken.length > 0), {
        timeoutMs: 20_000,
      });
    }
    const carriers = () => Promise.all(tabs.map(({ page }) => page.evaluate(() => tab.push.transport ?? '')));
    const holding = (await carriers()).filter((name) => HOLD.includes(name));
    expect(holding).toHaveLength(4);
    // What goes up has room as well, from the last tab to all.
    await tabs.at(-1)?.page.evaluate(() => tab.push.publish('news', 'from the last'));
    for (const { page } of tabs) {
      await waitUntil('the last tab’s message', () => page.evaluate(() => tab.taken.includes('from the last')));
    }
    await tabs.shift()?.page.close();
    await waitUntil(
      'another tab to hold a connection',
      async () => {
        return (await carriers()).filter((name) => HOLD.includes(name)).length === 4;
      },
      { timeoutMs: 20_000 },
    );
  });
});
