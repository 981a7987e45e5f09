import { expect, it } from '@jest/globals';
import { catalog } from '../../transports/catalog.js';
import { watchHeap } from '../soak/race-heap.js';
import { launchChromium } from '../support/chromium.js';
import { useDemoSite } from '../support/demo-site.js';
import { chromium, describeWith } from '../support/requires.js';

/** Of each message that a lane takes, not even so many bytes stay: an object with two numbers in it takes more. */
const BYTES_PER_MESSAGE = 100;

describeWith(chromium, 'the memory of the race’s page', () => {
  const site = useDemoSite();

  it('is bounded: what lanes have taken is forgotten', async () => {
    const browser = await launchChromium();
    try {
      const { bytes, messages } = await watchHeap(browser, site.address, { warmMs: 45_000, runMs: 30_000, times: 1 });
      const [before = 0, after = 0] = bytes;
      expect(messages).toBeGreaterThan(300);
      expect(after - before).toBeLessThan(BYTES_PER_MESSAGE * messages * catalog.length);
    } finally {
      await browser.close();
    }
  }, 180_000);
});
