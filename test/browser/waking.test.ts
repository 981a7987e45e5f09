import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { PushClient } from '../../client/index.js';
import { reset, Valve } from '../../demo/network/fault.js';
import { FaultProxy } from '../../demo/network/fault-proxy.js';
import { createGateway, type Gateway } from '../../server/index.js';
import { catalog } from '../../transports/catalog.js';
import { useBrowser } from '../support/browser.js';
import { type Listening, listen } from '../support/listen.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

declare global {
  interface Window {
    readonly push: PushClient;
    readonly taken: number[];
  }
}

const PAGE = (transport: string) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<script src="/pushgate.iife.js"></script>
<script>
  var taken = [];
  var push = Pushgate.connect('/push', { transports: ['${transport}'], pollMs: 200 });
  push.subscribe('news', ({ data }) => taken.push(data), { since: 'earliest' });
</script>`;

describeWith(chromium, 'a page in a real browser that', () => {
  const browser = useBrowser();
  let listening: Listening;
  let gateway: Gateway;
  let proxy: FaultProxy;

  beforeEach(async () => {
    const script = await readFile('dist/client/pushgate.iife.js');
    listening = await listen(
      createServer((request, response) => {
        const isScript = request.url === '/pushgate.iife.js';
        response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
        response.end(isScript ? script : PAGE(request.url?.slice(1) ?? ''));
      }),
    );
    gateway = createGateway();
    gateway.attach(listening.server);
    proxy = await FaultProxy.before(listening.port);
  });
  afterEach(async () => {
    await gateway.close();
    await proxy.close();
    await listening.close();
  });

  const takenBy = (page: Page) => page.evaluate(() => window.taken);
  const traceOf = (page: Page) =>
    page.evaluate(() => window.push.trace.map(({ event, detail }) => `${event}: ${detail}`));
  /** How long the last pause before a try was to be, in milliseconds. */
  const lastWait = (page: Page) =>
    page.evaluate(() => window.push.trace.findLast(({ event }) => event === 'waiting')?.ms ?? 0);
  let published = 0;
  const publish = async (count = 1) => {
    for (let each = 0; each < count; each++) await gateway.publish('news', published++);
  };
  const all = () => Array.from({ length: published }, (_, number) => number);
  const hasAll = (page: Page) =>
    waitUntil(
      'every message, once and in order',
      async () => JSON.stringify(await takenBy(page)) === JSON.stringify(all()),
      {
        timeoutMs: 15_000,
      },
    );
  beforeEach(() => {
    published = 0;
  });

  // What the back/forward cache leaves of a page's connections: sockets from which nothing comes any more. Chromium
  // without a window has no such cache ("BackForwardCacheDisabledForDelegate"), so the event is given to the page.
  it.each(catalog)('%s: comes back from the back/forward cache opens its connection anew', async (transport) => {
    const valve = new Valve();
    proxy.rule = () => valve.fault;
    const { page, errors } = await browser.open(`${proxy.url}/${transport}`);
    await publish(3);
    await hasAll(page);
    valve.shut();
    proxy.unblock();
    await publish(3);
    await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    await hasAll(page);
    expect((await traceOf(page)).join('\n')).toContain('renew: woken up: restored');
    expect(errors).toEqual([]);
  });

  it.each(catalog)('%s: gets its network back opens its connection anew at once', async (transport) => {
    const valve = new Valve();
    proxy.rule = () => valve.fault;
    const { page } = await browser.open(`${proxy.url}/${transport}`);
    await publish(3);
    await hasAll(page);
    valve.shut();
    await page.context().setOffline(true);
    await publish(3);
    proxy.unblock();
    await page.context().setOffline(false);
    await hasAll(page);
    const trace = (await traceOf(page)).join('\n');
    // Either the browser has cut the connection while it was offline, or the client does not trust it any more.
    expect(trace).toMatch(/lost|woken up: online/);
  });

  it('waits for its next try when the network comes back does not wait any longer', async () => {
    const { page } = await browser.open(`${proxy.url}/sse`);
    await publish(3);
    await hasAll(page);
    proxy.rule = () => reset;
    proxy.cut();
    await publish(3);
    await waitUntil('a long wait', async () => (await lastWait(page)) > 2_000, { timeoutMs: 30_000 });
    const before = await page.evaluate(() => performance.now());
    proxy.unblock();
    await page.context().setOffline(true);
    await page.context().setOffline(false);
    await hasAll(page);
    expect((await page.evaluate(() => performance.now())) - before).toBeLessThan(await lastWait(page));
  });

  it('was frozen, as a phone does with a page in the background, goes on from its cursors', async () => {
    const { page } = await browser.open(`${proxy.url}/sse`);
    await publish(3);
    await hasAll(page);
    const session = await page.context().newCDPSession(page);
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await publish(50);
    proxy.cut();
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await hasAll(page);
  });
});
