import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import express from 'express';
import { createGateway, type Gateway } from '../../server/index.js';
import { catalog } from '../../transports/catalog.js';
import { useBrowser } from '../support/browser.js';
import { LONG, PATIENT, untilSays } from '../support/demo-site.js';
import { type Listening, listen } from '../support/listen.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

describeWith(chromium, 'the pages as files of any web server, beside any gateway', () => {
  const browser = useBrowser();
  let gateway: Gateway;
  let site: Listening;

  beforeAll(async () => {
    gateway = createGateway();
    const app = express();
    app.use('/push', gateway.handler);
    app.use(express.static('dist/site'));
    const server = createServer(app);
    gateway.attach(server, { requests: false });
    site = await listen(server);
    await gateway.ready();
  });
  afterAll(async () => {
    await gateway.close();
    await site.close();
  });

  it(
    'connect, show what is published, and say that the demo’s server is missing',
    async () => {
      const { page, errors } = await browser.open(`${site.url}/`);
      const states = page.locator('.lane [data-part="state"]');
      const opened = () =>
        states.evaluateAll((dots) => dots.filter((dot) => dot.matches('[data-state="open"]')).length);
      await waitUntil('every lane to be open', async () => (await opened()) === catalog.length, PATIENT);
      await gateway.publish('chat', { from: 'a program', text: 'seen without the demo' });
      const lines = page.locator('.lane [data-part="lines"]', { hasText: 'seen without the demo' });
      await waitUntil('the line in every lane', async () => (await lines.count()) === catalog.length, PATIENT);
      const outcome = page.locator('[data-part="controls-outcome"]');
      await untilSays(outcome, /server does not answer/);
      await page.getByRole('button', { name: 'A race of your own' }).click();
      await untilSays(outcome, /Only the demo/);
      expect(await page.getByRole('button', { name: 'A race of your own' }).getAttribute('aria-pressed')).toBe('false');
      // What is asked for in vain is all that may be there.
      expect(errors.filter((error) => !error.includes('404'))).toEqual([]);
    },
    LONG,
  );

  it.each([
    ['uses/dashboard', /needs the demo’s own server/],
    ['uses/assistant', /needs the demo’s own server/],
    ['uses/whiteboard', /drawing goes through the gateway all the same/],
  ])(
    'say on %s what is missing there',
    async (name, words) => {
      const { page, errors } = await browser.open(`${site.url}/${name}.html`);
      const outcome = page.locator('[data-part="cut-outcome"]');
      await untilSays(outcome, words);
      expect(await outcome.isVisible()).toBe(true);
      expect(errors.filter((error) => !error.includes('404'))).toEqual([]);
    },
    LONG,
  );

  it(
    'have the documents with them',
    async () => {
      const { page, errors } = await browser.open(`${site.url}/try.html`);
      await page.getByRole('link', { name: 'Documentation' }).click();
      await page.getByRole('heading', { name: 'Pushgate', level: 1 }).waitFor();
      await page.locator('.document nav').getByRole('link', { name: 'Everything with curl' }).click();
      await page.getByRole('heading', { name: 'Everything with curl', level: 1 }).waitFor();
      await page.setViewportSize({ width: 360, height: 740 });
      const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
      expect(scrollWidth).toBe(clientWidth);
      // Connections are not counted there, which the page before has asked for in vain.
      expect(errors.filter((error) => !error.includes('404'))).toEqual([]);
    },
    LONG,
  );

  it(
    'have an automatic client that connects, and nothing to break',
    async () => {
      const { page, errors } = await browser.open(`${site.url}/break.html`);
      const headline = page.locator('#instrument [data-part="now"]');
      await untilSays(headline, 'Carried by WebSocket');
      const note = page.locator('[data-part="board-note"]');
      await untilSays(note, /does not answer here/);
      expect(await page.getByRole('button', { name: 'Restart the gateway' }).isVisible()).toBe(false);
      expect(errors.filter((error) => !error.includes('404'))).toEqual([]);
    },
    LONG,
  );

  it(
    'use a gateway at another address, when their root element names it',
    async () => {
      let elsewhere = '';
      const app = express();
      app.get('/try.html', async (_request, response) => {
        const html = await readFile('dist/site/try.html', 'utf8');
        response.type('html').send(html.replace('data-path="/push"', `data-path="${elsewhere}"`));
      });
      app.use(express.static('dist/site'));
      const pages = await listen(app);
      const open = createGateway({ origins: [pages.url] });
      const apart = await listen(express().use('/push', open.handler));
      open.attach(apart.server, { requests: false });
      elsewhere = `${apart.url}/push`;
      try {
        const { page } = await browser.open(`${pages.url}/try.html`);
        const lines = await page.locator('.command code').allTextContents();
        expect(lines.length).toBe(10);
        for (const line of lines) expect(line).toMatch(new RegExp(`(?<=[\\s'"])${elsewhere}`));
        await page.getByRole('button', { name: 'Watch' }).click();
        await untilSays(page.locator('[data-part="watch"] [data-part="state"]'), /^Watching .+ over/);
        await page.getByRole('button', { name: 'Publish', exact: true }).click();
        await page.locator('[data-part="messages"] [data-part="data"]').waitFor();
      } finally {
        await open.close();
        await apart.close();
        await pages.close();
      }
    },
    LONG,
  );
});
