import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type TestPage, useBrowser } from '../support/browser.js';
import { type Served, serve } from '../support/command.js';
import { LONG, PATIENT, setVisibility, untilReady, untilSays } from '../support/demo-site.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

describeWith(chromium, 'the page from which a visitor uses the gateway', () => {
  const browser = useBrowser();
  let served: Served;

  beforeAll(async () => {
    served = await serve('--demo');
  });
  afterAll(() => served.stop());

  async function open(): Promise<TestPage> {
    const tested = await browser.open(`${served.site}/try`);
    await untilReady(tested);
    return tested;
  }

  const publisher = ({ page }: TestPage) => page.getByRole('form', { name: 'Publish', exact: true });
  const watcher = ({ page }: TestPage) => page.getByRole('form', { name: 'Watch a channel' });

  async function publish(tested: TestPage, channel: string, data: string): Promise<string> {
    const form = publisher(tested);
    await form.getByLabel('Channel').fill(channel);
    await form.getByLabel('Data').fill(data);
    await form.getByRole('button').click();
    const outcome = form.locator('[data-part="outcome"]');
    return waitUntil(
      'an answer',
      async () => /^(?!publishing|$).*/.exec((await outcome.textContent()) ?? '')?.[0],
      PATIENT,
    );
  }

  it(
    'publishes what is typed, as JSON or as text, and shows it to who watches, in another browser as well',
    async () => {
      const [tested, other] = [await open(), await open()];
      for (const watching of [tested, other]) {
        await watcher(watching).getByLabel('Channel').fill('try/ü');
        await watcher(watching).getByRole('button').click();
        const state = watcher(watching).locator('[data-part="state"]');
        await untilSays(state, /^Watching try\/ü over/);
      }
      const said = await publish(tested, 'try/ü', '{"n": 1, "html": "<img src=x onerror=alert(1)>"}');
      expect(said).toMatch(/^201: in the log as [\w.]+$/);
      expect(await publish(tested, 'try/ü', 'no JSON {')).toMatch(/^201/);
      for (const watching of [tested, other]) {
        const rows = watching.page.locator('[data-part="messages"] [data-part="data"]');
        await waitUntil('both messages', async () => (await rows.count()) === 2, PATIENT);
        expect(await rows.allTextContents()).toEqual(['"no JSON {"', '{"n":1,"html":"<img src=x onerror=alert(1)>"}']);
        expect(await watching.page.locator('[data-part="messages"] img').count()).toBe(0);
      }
      expect([...tested.errors, ...tested.failedRequests]).toEqual([]);
    },
    LONG,
  );

  it(
    'watches the channel of its own commands before anybody presses anything, and is among what is connected',
    async () => {
      const tested = await open();
      const { page } = tested;
      await untilSays(watcher(tested).locator('[data-part="state"]'), /^Watching chat over/);
      const body = JSON.stringify({ text: 'from a terminal' });
      const headers = { 'content-type': 'application/json' };
      const { status } = await fetch(`${served.site}/push/channels/chat`, { method: 'POST', headers, body });
      expect(status).toBe(201);
      const rows = page.locator('[data-part="messages"] [data-part="data"]');
      await waitUntil('the message', async () => (await rows.allTextContents()).includes(body), PATIENT);
      await untilSays(page.locator('[data-part="connected-sum"]'), /^[1-9]\d* connections?/);
      expect(await page.locator('.terminal').last().textContent()).toContain('dist/client/pushgate.iife.js');
    },
    LONG,
  );

  it(
    'brings what was published while nobody looked when somebody looks again',
    async () => {
      const tested = await open();
      const { page } = tested;
      await watcher(tested).getByLabel('Channel').fill('try/away');
      await watcher(tested).getByRole('button').click();
      const state = watcher(tested).locator('[data-part="state"]');
      await untilSays(state, /^Watching try\/away over/);
      await setVisibility(page, 'hidden');
      await untilSays(state, 'paused while hidden');
      expect(await publish(tested, 'try/away', '"meanwhile"')).toMatch(/^201/);
      await setVisibility(page, 'visible');
      const rows = page.locator('[data-part="messages"] [data-part="data"]');
      await waitUntil('the message', async () => (await rows.allTextContents()).join() === '"meanwhile"', PATIENT);
    },
    LONG,
  );

  it(
    'goes on counting what is connected after the server was away behind a proxy',
    async () => {
      const { page } = await browser.open('about:blank');
      let answers = 0;
      await page.route('**/demo/connected', (route) => {
        answers += 1;
        return answers === 1 ? route.fulfill({ status: 502, body: 'Bad Gateway' }) : route.continue();
      });
      await page.goto(`${served.site}/try`, { waitUntil: 'domcontentloaded' });
      await untilSays(page.getByText(/The server does not answer now/), /./);
      await untilSays(page.getByText(/\d+ connections?, /), /./);
    },
    LONG,
  );

  it(
    'shows why the gateway refuses',
    async () => {
      const tested = await open();
      const said = await publish(tested, '$internal', '1');
      expect(said).toMatch(/^400 [A-Z_]+: .+/);
      await watcher(tested).getByLabel('Channel').fill('$internal');
      await watcher(tested).getByRole('button').click();
      const state = watcher(tested).locator('[data-part="state"]');
      await untilSays(state, /\$/);
      expect(await publisher(tested).getByLabel('Channel').getAttribute('maxlength')).toBe('200');
      expect(await publisher(tested).getByLabel('Data').getAttribute('maxlength')).toBe('3000');
    },
    LONG,
  );

  it(
    'counts and lists what is connected, with nobody’s name or channel',
    async () => {
      const tested = await open();
      const { page, screenshot } = tested;
      const row = page.getByRole('row', { name: /^SSE/ });
      const stream = await fetch(`${served.site}/push/sse?channel=private-1&channel=chat`);
      await waitUntil(
        'the stream',
        async () => (await row.first().locator('td').allTextContents()).join() === '1,2',
        PATIENT,
      );
      const listed = page.locator('[data-part="newest"]').getByRole('row', { name: /^SSE/ });
      await waitUntil('its line', async () => (await listed.count()) === 1, PATIENT);
      expect(await listed.textContent()).toMatch(/^SSE\d+\sschat, 1 of their own$/);
      expect(await page.locator('main').textContent()).not.toContain('private-1');
      await screenshot('try');
      await page.locator('#newest-heading').scrollIntoViewIfNeeded();
      await page.locator('#terminal-heading').scrollIntoViewIfNeeded();
      await screenshot('try-connected');
      await stream.body?.cancel();
      await waitUntil(
        'its end',
        async () => (await row.first().locator('td').allTextContents()).join() === '0,0',
        PATIENT,
      );
      await waitUntil('the end of its line', async () => (await listed.count()) === 0, PATIENT);
    },
    LONG,
  );

  it(
    'has the visitor’s own address in its lines, and copies them',
    async () => {
      const { page } = await open();
      const lines = await page.locator('.command code').allTextContents();
      expect(lines.length).toBe(10);
      for (const line of lines) expect(line).toContain(`${served.site}/push`);
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      const copy = page.getByRole('button', { name: 'Copy: Publish a message' });
      await copy.click();
      await untilSays(copy, 'Copied');
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(lines[0]);
    },
    LONG,
  );

  it(
    'has lines that lead to the gateway where that is at the top of the site as well',
    async () => {
      const top = await serve('--demo', '--path', '/');
      try {
        const tested = await browser.open(`${top.site}/try`);
        await untilReady(tested);
        const lines = await tested.page.locator('.command code').allTextContents();
        expect(lines.length).toBe(10);
        for (const line of lines) {
          expect(line).toContain(top.site);
          expect(line).not.toMatch(/[^:]\/\//);
        }
        const [history] = lines.flatMap((line) => /http\S+limit=5/.exec(line) ?? []);
        expect((await fetch(history ?? '')).status).toBe(200);
      } finally {
        await top.stop();
      }
    },
    LONG,
  );
});
