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
      await waitUntil('the reason', async () => text.test((await outcome.textContent()) ?? ''), PATIENT);
      expect(refused).toBeGreaterThan(0);
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
