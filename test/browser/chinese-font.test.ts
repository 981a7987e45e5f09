import { expect, it } from '@jest/globals';
import { launchChromium } from '../support/chromium.js';
import { chineseFont, chromium, describeWith } from '../support/requires.js';

describeWith(chromium, 'what pages in Chinese are looked at with', () => {
  describeWith(chineseFont, 'the fonts of this machine', () => {
    it('have the characters, so that screenshots show them and widths are theirs', async () => {
      const browser = await launchChromium();
      try {
        const page = await browser.newPage({ viewport: { width: 60, height: 60 } });
        const looks = (text: string) =>
          page.setContent(`<p style="font: 30px sans-serif">${text}</p>`).then(() => page.screenshot());
        const [one, other, again] = [await looks('轮'), await looks('询'), await looks('轮')];
        expect(one.equals(again)).toBe(true);
        // What a font does not have is drawn alike, as nothing or as a box.
        expect(one.equals(other)).toBe(false);
      } finally {
        await browser.close();
      }
    });
  });
});
