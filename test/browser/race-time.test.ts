import { expect, it } from '@jest/globals';
import { catalog } from '../../transports/catalog.js';
import { type TestPage, useBrowser } from '../support/browser.js';
import { LONG, numbersIn, PATIENT, setVisibility, untilReady, untilSays, useDemoSite } from '../support/demo-site.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

describeWith(chromium, 'the time of a race in a real browser', () => {
  const browser = useBrowser();
  const site = useDemoSite();

  /** Opens the race with these settings, where time can be let pass. */
  async function openTimed(settings: string): Promise<TestPage> {
    const tested = await browser.open('about:blank');
    await tested.page.clock.install();
    await tested.page.goto(`${site.address}#${settings}`, { waitUntil: 'domcontentloaded' });
    await untilReady(tested);
    await waitUntil(
      'messages in every lane',
      async () => Math.min(...(await numbersIn(tested, '.lane [data-part="messages"]'))) > 1,
      PATIENT,
    );
    return tested;
  }

  const idleOf = ({ page }: TestPage, technique: RegExp) =>
    page.getByRole('row', { name: technique }).locator('td[data-label="Silent minute"]');

  it(
    'a silent minute of polling is of the interval that it was measured with, and not told of any other',
    async () => {
      const tested = await openTimed('poll=250');
      const { page } = tested;
      const idle = page.locator('[data-part="measure-idle"]');
      await idle.click();
      await untilSays(idle, /^Silent for [1-9]/);
      // What a visitor has set is what he shares, and not the silence that is being measured.
      await page.getByRole('button', { name: /Copy a link/ }).click();
      expect(new URL(page.url()).hash).toBe('#poll=250');
      await page.clock.fastForward(60_000);
      await untilSays(idle, 'Measure a silent minute');
      const polling = idleOf(tested, /^Polling/);
      const sse = idleOf(tested, /^SSE/);
      await untilSays(polling, /requests$/);
      const ofSse = (await sse.textContent()) ?? '';
      expect(ofSse).toMatch(/requests$/);
      await page.locator('input[data-part="pollMs"]').focus();
      await page.keyboard.press('End');
      await untilSays(page.locator('#table caption'), /polling every 5\ss/);
      await untilSays(polling, '–');
      await untilSays(page.locator('.lane [data-part="idle"]').first(), '–');
      expect(await sse.textContent()).toBe(ofSse);
      await page.keyboard.press('Home');
      await untilSays(page.locator('#table caption'), /polling every 0\.25\ss/);
      await untilSays(polling, /requests$/);
    },
    2 * LONG,
  );

  it(
    'is only the time in which somebody looks, and the lanes run',
    async () => {
      const tested = await openTimed('poll=250');
      const { page } = tested;
      const look = async (visibility: DocumentVisibilityState, state: string) => {
        await setVisibility(page, visibility);
        await page.clock.fastForward(6_000);
        const inState = page.locator(`.lane [data-part="state"][data-state="${state}"]`);
        await waitUntil(`every lane to be ${state}`, async () => (await inState.count()) === catalog.length, PATIENT);
      };
      await look('hidden', 'paused');
      await page.clock.fastForward(600_000);
      await look('visible', 'open');
      await untilSays(page.locator('#table caption'), /; run for (\d+\ss|[1-5]\smin); /);
    },
    LONG,
  );
});
