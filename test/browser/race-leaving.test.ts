import { expect, it } from '@jest/globals';
import { useBrowser } from '../support/browser.js';
import { LONG, untilSays, useDemoSite } from '../support/demo-site.js';
import { chromium, describeWith } from '../support/requires.js';

describeWith(chromium, 'a visitor’s own race in a real browser', () => {
  const browser = useBrowser();
  const site = useDemoSite();

  it(
    'is in nobody’s way when its page has gone, and says so when it does not go on',
    async () => {
      const tested = await browser.open(`${site.address}#rate=1&bytes=256&poll=1000&clients=50`);
      const { page } = tested;
      const outcome = page.locator('[data-part="controls-outcome"]');
      // As many as one visitor may have.
      await untilSays(outcome, /^250 of 250 further clients/);
      await page.reload({ waitUntil: 'domcontentloaded' });
      await untilSays(outcome, /^250 of 250 further clients/);
      let isRefused = true;
      await page.route('**/demo/races', (route) =>
        isRefused ? route.fulfill({ status: 429, contentType: 'application/json', body: '{}' }) : route.continue(),
      );
      await untilSays(outcome, /^This race stands still/);
      // What is shown was measured beside them.
      expect(await page.locator('#table caption').textContent()).toContain('250 of 250 further clients');
      isRefused = false;
      await untilSays(outcome, /^250 of 250 further clients/);
    },
    LONG,
  );
});
