import { expect, it } from '@jest/globals';
import { watchHeap } from '../soak/race-heap.js';
import { launchChromium } from '../support/chromium.js';
import { useDemoSite } from '../support/demo-site.js';
import { chromium, describeWith } from '../support/requires.js';

/** Messages that each of the lanes takes before the first measurement, and between it and the last one. */
const MESSAGES = 900;

/** Measurements differ by less; an object with two numbers in it for each message of five lanes is more. */
const BOUND = 110_000;

describeWith(chromium, 'the memory of the race’s page', () => {
  const site = useDemoSite();

  it('is bounded: what lanes have taken is forgotten', async () => {
    const browser = await launchChromium();
    try {
      const bytes = await watchHeap(browser, site.address, { warm: MESSAGES, step: MESSAGES, times: 1 });
      const [before = 0, after = 0] = bytes;
      expect(before).toBeGreaterThan(0);
      expect(after - before).toBeLessThan(BOUND);
    } finally {
      await browser.close();
    }
  }, 400_000);
});
