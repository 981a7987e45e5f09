import { expect, it } from '@jest/globals';
import { useBrowser } from '../support/browser.js';
import { LONG, PATIENT, useDemoSite } from '../support/demo-site.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

/** What the demo's server answers who asks for more than there is for him. */
const REFUSAL = {
  status: 429,
  headers: { 'retry-after': '60' },
  contentType: 'application/problem+json',
  body: '{"code":"TOO_MUCH","status":429,"detail":"Enough."}',
};

describeWith(chromium, 'a page whose questions the demo’s server refuses for now', () => {
  const browser = useBrowser();
  const site = useDemoSite();

  it.each([
    ['', 'races', 'A race of your own', 'controls-outcome', /too much for this server.* your other windows/],
    ['', 'cpu', 'Measure the CPU', 'controls-outcome', /has measured enough for you/],
    ['break', 'nodes', null, 'board-note', /no gateway to spare/],
  ])(
    'says why: /%s, of %s',
    async (path, route, button, said, text) => {
      const { page } = await browser.open('about:blank');
      let refused = 0;
      await page.route(`**/demo/${route}`, (asked) => {
        refused += 1;
        return asked.fulfill(REFUSAL);
      });
      await page.goto(`${site.address}${path}`, { waitUntil: 'domcontentloaded' });
      await page.waitForSelector('html[data-ready]', { state: 'attached' });
      if (button !== null) await page.getByRole('button', { name: button }).click();
      const outcome = page.locator(`[data-part="${said}"]`);
      await waitUntil('the refusal', () => refused > 0, PATIENT);
      await waitUntil('the reason', async () => text.test((await outcome.textContent()) ?? ''), PATIENT);
    },
    LONG,
  );

  it(
    'asks for a gateway of its own when it was told to, and not sooner',
    async () => {
      const { page } = await browser.open('about:blank');
      let refused = 0;
      await page.route('**/demo/nodes', (asked) => {
        refused += 1;
        return asked.fulfill(REFUSAL);
      });
      await page.clock.install();
      await page.goto(`${site.address}break`, { waitUntil: 'domcontentloaded' });
      await waitUntil('the first question', () => refused > 0, PATIENT);
      await page.clock.runFor(50_000);
      expect(refused).toBe(1);
      await page.clock.runFor(30_000);
      await waitUntil('the second question', () => refused > 1, PATIENT);
      expect(refused).toBe(2);
    },
    LONG,
  );

  it.each([
    ['break', 'Block WebSocket', REFUSAL, 'too much at once. Try again in 60 s'],
    ['break', 'Cut now', { status: 409 }, 'has refused that'],
    ['zh/break', '立即切断', REFUSAL, '请在 60 秒后再试'],
  ])(
    'says that it is there, and for how long it refuses: /%s, %s',
    async (path, button, answer, text) => {
      const { page } = await browser.open('about:blank');
      await page.route(/demo\/(blocks|cuts)$/, (asked) => asked.fulfill(answer));
      await page.goto(`${site.address}${path}`, { waitUntil: 'domcontentloaded' });
      await page.waitForSelector('html[data-ready]', { state: 'attached' });
      await page.getByRole('button', { name: button, exact: true }).click();
      const reason = page.locator('#instrument [data-part="reason"]');
      const isSaid = async () => ((await reason.textContent()) ?? '').includes(text);
      await waitUntil('the reason', isSaid, PATIENT);
      await waitUntil('it to be past', async () => !(await isSaid()), PATIENT);
    },
    LONG,
  );

  it(
    'asks again for the bytes of a connection',
    async () => {
      const { page } = await browser.open('about:blank');
      await page.route('**/demo/capture?*', (asked) => asked.fulfill(REFUSAL), { times: 1 });
      await page.goto(`${site.address}anatomy/sse`, { waitUntil: 'domcontentloaded' });
      const first = page.locator('.mark[data-kind="request-line"]').first();
      await waitUntil('the request', async () => (await first.textContent())?.includes('GET /push/sse?'), PATIENT);
      expect(await page.locator('.mark[data-kind="unknown"]').count()).toBe(0);
    },
    LONG,
  );

  it(
    'asks again what is connected',
    async () => {
      const { page } = await browser.open('about:blank');
      await page.route('**/demo/connected', (asked) => asked.fulfill(REFUSAL), { times: 1 });
      await page.goto(`${site.address}try`, { waitUntil: 'domcontentloaded' });
      const sum = page.locator('[data-part="connected-sum"]');
      await waitUntil('the count', async () => /^\d+ connection/.test((await sum.textContent()) ?? ''), PATIENT);
    },
    LONG,
  );
});
