import { expect, it } from '@jest/globals';
import { catalog } from '../../transports/catalog.js';
import { useBrowser } from '../support/browser.js';
import { setVisibility, untilReady, untilSays, useDemoSite } from '../support/demo-site.js';
import { chromium, describeWith } from '../support/requires.js';

const LONG = 240_000;

describeWith(chromium, 'the benchmark in a real browser', () => {
  const browser = useBrowser();
  const site = useDemoSite();

  async function open() {
    const tested = await browser.open(`${site.address}benchmark`);
    const { page } = tested;
    await untilReady(tested);
    const until = (text: RegExp) =>
      untilSays(page.locator('[data-part="standing"]'), text, { timeoutMs: 200_000, everyMs: 100 });
    const column = (name: string) => page.locator(`[data-part="rows"] [data-part="${name}"]`).allTextContents();
    return { ...tested, until, column };
  }

  it(
    'measures every transport in turn, each over its own connection, with nothing lost',
    async () => {
      const { page, until, column, screenshot, errors, failedRequests } = await open();
      const asked = new Set<string>();
      const note = (address: string) => asked.add(new URL(address).pathname);
      page.on('request', (request) => note(request.url()));
      page.on('websocket', (socket) => note(socket.url()));
      await page.locator('[data-part="rate"]').selectOption('50 / s');
      await page.getByRole('button', { name: 'Measure' }).click();
      await until(/^Round 1 of 3/);
      expect(await page.getByRole('button', { name: 'Measure' }).isDisabled()).toBe(true);
      await until(/^Done\. The two clocks are compared to within [\d.]+\sms/);
      expect([...asked]).toEqual(expect.arrayContaining(catalog.map((transport) => `/push/${transport}`)));
      expect(await column('received')).toEqual(catalog.map(() => '60'));
      expect(await column('lost')).toEqual(catalog.map(() => '0'));
      for (const name of ['connect', 'round-trip', 'p50', 'slowest']) {
        for (const text of await column(name)) expect(text).toMatch(/^[\d,.]+\sm?s$/);
      }
      const bytes = (await column('bytes')).map((text) => Number.parseFloat(text));
      for (const count of bytes) expect(count).toBeGreaterThan(0);
      // One request for a stream; others have at least one for each time they ask.
      const requests = (await column('requests')).map(Number);
      expect(Math.max(...requests)).toBeGreaterThan(0);
      expect(Math.min(...requests)).toBeLessThan(0.1);
      const progress = await page
        .locator('progress')
        .evaluate((bar) => (bar as HTMLProgressElement).value / (bar as HTMLProgressElement).max);
      expect(progress).toBe(1);
      expect(await page.locator('[data-part="browser"]').textContent()).toContain('Chrome');
      await screenshot('benchmark');
      expect([...errors, ...failedRequests]).toEqual([]);
    },
    LONG,
  );

  it.each(['benchmark', 'zh/benchmark', 'anatomy/socket-io', 'zh/anatomy/mqtt'])(
    '%s: on a telephone says that a table goes on, and keeps in sight whose figures these are',
    async (path) => {
      const tested = await browser.open(`${site.address}${path}`);
      const { page } = tested;
      await page.setViewportSize({ width: 360, height: 740 });
      await untilReady(tested);
      const tables = page.locator('.scroll:has(> table)');
      const hints = page.locator('.sideways');
      expect(await hints.count()).toBe(await tables.count());
      for (const hint of await hints.all()) expect(await hint.isVisible()).toBe(true);
      for (const table of await tables.all()) {
        const { isMore, moved } = await table.evaluate((scroller) => {
          const left = () => scroller.querySelector('tbody th')?.getBoundingClientRect().left ?? Number.NaN;
          const before = left();
          scroller.scrollLeft = 100;
          return { isMore: scroller.scrollLeft === 100, moved: left() - before };
        });
        expect(isMore).toBe(true);
        expect(Math.abs(moved)).toBeLessThan(2);
      }
      await page.setViewportSize({ width: 1_280, height: 800 });
      for (const hint of await hints.all()) expect(await hint.isVisible()).toBe(false);
    },
    LONG,
  );

  it(
    'says when it was out of sight while it measured',
    async () => {
      const { page, until, errors } = await open();
      await page.locator('[data-part="rate"]').selectOption('50 / s');
      await page.getByRole('button', { name: 'Measure' }).click();
      await until(/^Round 2 of 3/);
      await setVisibility(page, 'hidden');
      await setVisibility(page, 'visible');
      await until(/^Done\. This page was out of sight for some of the time/);
      expect(errors).toEqual([]);
    },
    LONG,
  );

  it(
    'ends when the visitor has enough, shows what it has, and can begin again',
    async () => {
      const { page, until, column, errors } = await open();
      await page.getByRole('button', { name: 'Measure' }).click();
      await until(/^Round 1 of 3: Long-polling/);
      // By the keyboard, which is at this button now.
      await page.keyboard.press('Enter');
      await until(/^Ended early\. You have stopped it/);
      expect((await column('received'))[0]).toBe('20');
      expect((await column('received')).at(-1)).toBe('–');
      await page.getByRole('button', { name: 'Measure' }).click();
      await until(/^Round 1 of 3/);
      expect(errors).toEqual([]);
    },
    LONG,
  );
});
