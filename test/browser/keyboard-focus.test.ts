import { expect, it } from '@jest/globals';
import { type TestPage, useBrowser } from '../support/browser.js';
import { LONG, untilReady, untilSays, useDemoSite } from '../support/demo-site.js';
import { chromium, describeWith } from '../support/requires.js';

describeWith(chromium, 'the keyboard on the site’s pages', () => {
  const browser = useBrowser();
  const site = useDemoSite();

  async function open(address: string): Promise<TestPage> {
    const tested = await browser.open(site.address + address);
    await untilReady(tested);
    return tested;
  }

  /** The part of the page that the keyboard is at. */
  const focused = ({ page }: TestPage) =>
    page.evaluate(() => document.activeElement?.getAttribute('data-part') ?? document.activeElement?.tagName);

  it(
    'stays at the button that marks all notifications as read, when there are none left',
    async () => {
      const tested = await open('uses/notifications');
      const { page } = tested;
      await page.fill('input[name="text"]', 'some news');
      await page.keyboard.press('Enter');
      await untilSays(page.locator('[data-part="unread"]'), '1');
      const readAll = page.locator('[data-part="read-all"]');
      await readAll.press('Enter');
      await untilSays(page.locator('[data-part="unread"]'), '0');
      expect(await focused(tested)).toBe('read-all');
      expect(await readAll.getAttribute('aria-disabled')).toBe('true');
    },
    LONG,
  );

  it(
    'stays at a notification while others come',
    async () => {
      const tested = await open('uses/notifications');
      const { page } = tested;
      const send = async (text: string) => {
        await page.fill('input[name="text"]', text);
        await page.keyboard.press('Enter');
      };
      await send('the first');
      await send('the second');
      await untilSays(page.locator('[data-part="unread"]'), '2');
      await page.getByRole('button', { name: 'Mark as read: the first' }).focus();
      const account = await page.locator('[data-part="account"]').textContent();
      await site.publish(`uses.notifications.${account}`, { kind: 'note', text: 'the third', from: 'window', at: 1 });
      await untilSays(page.locator('[data-part="unread"]'), '3');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
        'Mark as read: the first',
      );
    },
    LONG,
  );

  it(
    'stays at the buttons of the confirming device, and at Stop when the answer has ended',
    async () => {
      const waiting = await open('uses/qr');
      await untilSays(waiting.page.locator('[data-part="step"]'), /Waiting for somebody/);
      const confirming = await browser.open(
        (await waiting.page.locator('[data-part="link"]').getAttribute('href')) ?? '',
      );
      await untilSays(confirming.page.locator('[data-part="question"]'), /As whom/);
      await confirming.page.locator('[data-part="refuse"]').press('Enter');
      await untilSays(confirming.page.locator('[data-part="decision"]'), /\S/);
      expect(await focused(confirming)).toBe('refuse');

      const asking = await open('uses/assistant');
      await asking.page.getByRole('button', { name: 'What is a cursor?' }).click();
      await untilSays(asking.page.locator('[data-part="answer"]'), /cursor/);
      await asking.page.locator('[data-part="stop"]').press('Enter');
      await untilSays(asking.page.locator('[data-part="outcome"]'), /^Stopped after/);
      expect(await focused(asking)).toBe('stop');
    },
    LONG,
  );

  it(
    'stays at Back on the first step, where that leads no further',
    async () => {
      const tested = await open('anatomy/polling');
      const { page } = tested;
      const said = page.locator('[data-part="step-now"]');
      await page.locator('[data-part="next"]').press('Enter');
      await page.keyboard.press('Enter');
      await untilSays(said, /^2 /);
      await page.locator('[data-part="previous"]').press('Enter');
      await untilSays(said, /^1 /);
      expect(await focused(tested)).toBe('previous');
      await page.keyboard.press('Enter');
      expect(await said.textContent()).toMatch(/^1 /);
    },
    LONG,
  );
});
