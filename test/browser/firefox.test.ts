import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { fileOf, languages, pages } from '../../scripts/site-pages.js';
import { catalog } from '../../transports/catalog.js';
import { LONG, PATIENT, useDemoSite } from '../support/demo-site.js';
import { firefox, useFirefox } from '../support/firefox.js';
import { listen } from '../support/listen.js';
import { describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

describeWith(firefox, 'the site in Firefox', () => {
  const browser = useFirefox();
  const site = useDemoSite();

  it.each(pages.map((page) => [page.name, page] as const))(
    '%s comes to life, and nothing goes wrong in it',
    async (_name, page) => {
      const { page: opened, errors } = await browser.open(site.address + fileOf(page, languages[0]));
      // What its script does when it has begun goes wrong soon.
      await pause(1_000);
      const { excess, heading } = await opened.evaluate(() => ({
        excess: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        heading: document.querySelector('h1')?.textContent ?? '',
      }));
      expect(heading).not.toBe('');
      expect(excess).toBe(0);
      expect(errors()).toEqual([]);
    },
    LONG,
  );

  it(
    'tells requests that a page gave up from those that got no answer, and from those that CORS forbids',
    async () => {
      const other = await listen((request, response) => {
        if (request.url === '/reset') request.socket.destroy();
        if (request.url === '/forbidden') response.end();
        // Whatever else it is asked for waits.
      });
      const { page, errors } = await browser.open(`${site.address}uses/`);
      await page.evaluate(async (origin) => {
        const source = new EventSource(`${origin}/given-up`);
        const given = new AbortController();
        const waiting = fetch(`${origin}/given-up-too`, { signal: given.signal }).catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, 200));
        source.close();
        given.abort();
        await waiting;
        await fetch(`${origin}/reset`).catch(() => {});
        await fetch(`${origin}/forbidden`).catch(() => {});
      }, other.url);
      await waitUntil('both errors', () => errors().length >= 2, PATIENT);
      expect(errors().map((text) => /resource at \S+(\/[\w-]+)\./.exec(text)?.[1])).toEqual(['/reset', '/forbidden']);
      await other.close();
    },
    LONG,
  );

  it.each(catalog)(
    'takes messages over %s, once each',
    async (transport) => {
      const account = `firefox-${transport}`;
      const { page } = await browser.open(`${site.address}uses/notifications?account=${account}`);
      await page.waitForSelector('html[data-ready]');
      await page.click(`[data-transport="${transport}"]`);
      await waitUntil(
        `${transport} to carry`,
        () => page.$eval('[data-part="carrier-state"]', (dot) => dot.getAttribute('data-state') === 'open'),
        PATIENT,
      );
      for (const text of ['one', 'two', 'three']) {
        await site.publish(`uses.notifications.${account}`, { kind: 'note', text, from: 'server', at: Date.now() });
      }
      const texts = () => page.$$eval('[data-part="notes"] .text', (all) => all.map(({ textContent }) => textContent));
      await waitUntil('three notifications', async () => (await texts()).length >= 3, PATIENT);
      expect(await texts()).toEqual(['three', 'two', 'one']);
    },
    LONG,
  );
});
