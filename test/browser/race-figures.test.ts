import { expect, it } from '@jest/globals';
import { catalog } from '../../transports/catalog.js';
import { type TestPage, useBrowser } from '../support/browser.js';
import { LONG, PATIENT, setVisibility, untilSays, useDemoSite } from '../support/demo-site.js';
import { untilEachLaneHas } from '../support/race-page.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

describeWith(chromium, 'the figures of a race in a real browser', () => {
  const browser = useBrowser();
  const site = useDemoSite();

  it(
    'tells the same of the opening of a lane at any rate, and of a run in the lanes and in the table',
    async () => {
      const openings: number[][] = [];
      for (const rate of [20, 0.5]) {
        const tested = await browser.open(`${site.address}#rate=${rate}&bytes=256&poll=2300&clients=0`);
        await untilEachLaneHas(3, tested);
        const shown = tested.page.locator('.lane [data-part="opening"]');
        const told = async () => (await shown.allTextContents()).map(bytesIn);
        await waitUntil('the openings', async () => (await told()).every((count) => count > 0), PATIENT);
        openings.push(await told());
        await waitUntil(
          'what messages cost',
          async () => (await sameIn(tested)).every(({ lane }) => lane !== '–'),
          PATIENT,
        );
        for (let look = 0; look < 30; look++) {
          for (const { figure, lane, table } of await sameIn(tested)) expect([figure, table]).toEqual([figure, lane]);
        }
        await tested.page.close();
      }
      const [often = [], seldom = []] = openings;
      expect(often).toHaveLength(catalog.length);
      // A position in the log has more digits where there is more in it, and what is rounded to a tenth of a kilobyte is no better.
      for (const [lane, bytes] of often.entries()) expect(Math.abs(bytes - (seldom[lane] ?? 0))).toBeLessThan(101);
    },
    LONG,
  );

  it(
    'has no latency of what came while nobody looked',
    async () => {
      const tested = await browser.open('about:blank');
      const { page } = tested;
      await page.addInitScript(() => {
        Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
        // Or its lanes would be paused after a while.
        addEventListener('pageshow', (event) => event.stopImmediatePropagation());
      });
      await page.goto(site.address, { waitUntil: 'domcontentloaded' });
      await untilEachLaneHas(2, tested);
      const medians = page.locator('.lane [data-part="p50"]');
      expect(await medians.allTextContents()).toEqual(catalog.map(() => '–'));
      await setVisibility(page, 'visible');
      await waitUntil('latencies', async () => !(await medians.allTextContents()).includes('–'), PATIENT);
    },
    LONG,
  );

  it(
    'says under the lanes how well the clocks are known, and with what CPU is measured beside the figure',
    async () => {
      const { page } = await browser.open('about:blank');
      const report = {
        state: 'done',
        microseconds: { polling: 12, sse: 30 },
        measured: 5,
        of: 5,
        readers: 100,
        seconds: 4,
      };
      await page.route('**/demo/cpu', (route) => route.fulfill({ json: report }));
      await page.goto(site.address, { waitUntil: 'domcontentloaded' });
      const isBelow = await page.locator('[data-part="within"]').evaluate((within) => {
        const lanes = [...document.querySelectorAll('.lane, .terms')];
        return lanes.every((lane) => lane.compareDocumentPosition(within) & Node.DOCUMENT_POSITION_FOLLOWING);
      });
      expect(isBelow).toBe(true);
      expect(await page.locator('.lane .figures dt').allTextContents()).toContain('CPU/message, at 20/s');
      await page.getByRole('button', { name: 'Measure the CPU per message' }).click();
      const notes = page.locator('.lane [data-part="cpu-note"]');
      await untilSays(notes.first(), '46 messages share each poll');
      expect((await notes.allTextContents()).filter((note) => note !== '')).toHaveLength(1);
    },
    LONG,
  );
});

/** The bytes of a figure such as `912 B` or `1.1 kB`; 0 of one that is not known. */
function bytesIn(text: string): number {
  const [, count = '0', unit = 'B'] = /^([\d.]+)\s(k?B)$/.exec(text) ?? [];
  return Number(count) * (unit === 'kB' ? 1_000 : 1);
}

/** Figures that are shown in each lane and in the table, both as they are at one moment. */
function sameIn({ page }: TestPage) {
  return page.evaluate(() => {
    const columns = { p50: 'Latency p50', p99: 'Latency p99', each: 'Bytes a message', opening: 'Opening, once' };
    const rows = [...document.querySelectorAll('[data-part="table-rows"] tr')];
    // Not every technique of the table races: a lane's row is the one in its colour.
    const hueOf = (element: Element) => (element as HTMLElement).style.getPropertyValue('--hue');
    const rowOf = (lane: Element) => rows.find((row) => hueOf(row) === hueOf(lane));
    return [...document.querySelectorAll('.lane')].flatMap((lane) =>
      Object.entries(columns).map(([figure, column]) => ({
        figure,
        lane: lane.querySelector(`[data-part="${figure}"]`)?.textContent,
        table: rowOf(lane)?.querySelector(`[data-label="${column}"]`)?.textContent,
      })),
    );
  });
}
