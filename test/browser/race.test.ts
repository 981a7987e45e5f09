import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { catalog } from '../../transports/catalog.js';
import { useBrowser } from '../support/browser.js';
import { LONG, numbersIn, PATIENT, untilSays, useDemoSite } from '../support/demo-site.js';
import { MESSAGES, slide, statesOf, untilEachLaneHas, untilEachLaneSays } from '../support/race-page.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

describeWith(chromium, 'the race in a real browser, as npm start serves it', () => {
  const browser = useBrowser();
  const site = useDemoSite();

  it(
    'every lane moves, and nothing in the page goes wrong',
    async () => {
      const tested = await browser.open(site.address);
      const { page, errors, failedRequests, screenshot } = tested;
      await page.setViewportSize({ width: 1440, height: 1000 });
      for (const name of ['Publish', 'Payload', 'Polling asks every', 'Further clients'])
        expect(await page.getByRole('slider', { name, exact: true }).count()).toBe(1);
      await untilEachLaneHas(5, tested);
      expect(await statesOf(tested)).toEqual(catalog.map(() => 'open'));
      await screenshot('race-desktop');
      await untilEachLaneHas(6, tested);
      expect([...errors, ...failedRequests]).toEqual([]);
    },
    LONG,
  );

  it(
    'speaks Chinese as well, with lanes that move, and leads back to the English page',
    async () => {
      const tested = await browser.open(`${site.address}zh/`);
      const { page, errors, failedRequests } = tested;
      expect(await page.getAttribute('html', 'lang')).toBe('zh-Hans');
      await untilEachLaneHas(2, tested);
      expect(await page.locator('.lane h3').allTextContents()).toContain('长轮询');
      await tested.screenshot('race-chinese');
      expect([...errors, ...failedRequests]).toEqual([]);
      await page.click('nav a[hreflang="en"]');
      await page.waitForURL(site.address);
      expect(await page.getAttribute('html', 'lang')).toBe('en');
    },
    LONG,
  );

  it(
    'says how well it knows the server’s clock, shows no latency that is less, and explains its figures',
    async () => {
      const tested = await browser.open(site.address);
      const { page } = tested;
      await untilEachLaneHas(3, tested);
      const within = (await page.locator('[data-part="within"]').textContent()) ?? '';
      expect(within).toMatch(/±\d+(\.\d+)?\sms/);
      expect((await page.locator('#table caption').textContent()) ?? '').toMatch(/latency to ±\d/);
      const shown = await page.locator('.lane :is([data-part="latency"], [data-part="p50"])').allTextContents();
      expect(shown.filter((text) => /^0\.00/.test(text))).toEqual([]);
      // What every connection begins with, of which a request's head alone has hundreds of bytes.
      await waitUntil(
        'the opening of each lane',
        async () => {
          const openings = await page.locator('.lane [data-part="opening"]').allTextContents();
          return openings.length === catalog.length && openings.every((text) => /^(\d{3}\sB|\d\.\d\skB)$/.test(text));
        },
        PATIENT,
      );
      const meaning = page.getByText('99 of 100 messages');
      expect(await meaning.isVisible()).toBe(false);
      await page.locator('.terms summary').press('Enter');
      expect(await meaning.isVisible()).toBe(true);
      const steps = page.locator('.start a');
      expect(await steps.evaluateAll((all) => all.map((link) => link.getAttribute('href')))).toEqual([
        '#lanes',
        'break.html',
        'anatomy/',
      ]);
    },
    LONG,
  );

  it(
    'what a terminal or a visitor publishes shows up in every lane',
    async () => {
      const tested = await browser.open(site.address);
      await untilEachLaneHas(1, tested);
      await site.publish('chat', { from: 'terminal', text: 'hello </script> 😀' });
      await untilEachLaneSays('hello </script> 😀', tested);
      await tested.page.fill('[data-part="text"]', 'said in the page');
      await tested.page.click('[data-part="chat"] button');
      await untilEachLaneSays('said in the page', tested);
    },
    LONG,
  );

  it(
    'a line without a name or a text has its row all the same',
    async () => {
      const tested = await browser.open(site.address);
      await untilEachLaneHas(1, tested);
      await site.publish('chat', { from: '', text: '' });
      const row = tested.page.locator('.lane [data-part="lines"] li').nth(1);
      await untilSays(row.locator('.text'), '(no text)');
      expect(await row.locator('.from').textContent()).toBe('chat');
      const [from, text, time] = await Promise.all(
        ['.from', '.text', '.time'].map((column) => row.locator(column).boundingBox()),
      );
      expect(from?.x).toBeLessThan(text?.x ?? 0);
      expect(text?.x).toBeLessThan(time?.x ?? 0);
    },
    LONG,
  );

  it(
    'a race of one’s own is published as the sliders say, and its figures are those on the wire',
    async () => {
      const tested = await browser.open('about:blank');
      const { page } = tested;
      const polls: string[] = [];
      page.on('request', (request) => {
        if (request.url().includes('/push/polling?')) polls.push(new URL(request.url()).searchParams.get('lane') ?? '');
      });
      await page.goto(site.address, { waitUntil: 'domcontentloaded' });
      await untilEachLaneHas(1, tested);
      await slide(tested, 'pollMs', 250);
      await slide(tested, 'bytes', 2_048);
      await slide(tested, 'perSecond', 10);
      const own = page.getByRole('button', { name: 'A race of your own' });
      await waitUntil('the race', async () => (await own.getAttribute('aria-pressed')) === 'true', PATIENT);
      await untilSays(page.locator('#table caption'), /^10 per second, 2/);
      await untilEachLaneHas(30, tested);
      await waitUntil(
        'the bytes of messages of that size',
        async () => {
          const each = await page.locator('.lane [data-part="each"]').allTextContents();
          return each.length === catalog.length && each.every((text) => /^[2-9]\.\d\skB$/.test(text));
        },
        PATIENT,
      );
      // One of them may just be under way.
      const ofThisRun = () => polls.filter((lane) => lane === polls.at(-1)).length;
      const [shown = 0, sent] = await waitUntil(
        'a count of requests',
        async () => {
          const sentBefore = ofThisRun();
          const [count = 0] = await numbersIn(tested, '.lane [data-part="requests"]');
          return count > 8 && ([count, sentBefore] as const);
        },
        PATIENT,
      );
      // The count is asked for once a second, in which there are four polls.
      expect(shown).toBeGreaterThanOrEqual((sent ?? 0) - 8);
      expect(shown).toBeLessThanOrEqual(ofThisRun());
      await tested.screenshot('race-own');
      expect(await page.locator('#table caption').textContent()).toMatch(
        /^10 per second, 2\.0\skB each; polling every 0\.25\ss; no further clients/,
      );
    },
    LONG,
  );

  it(
    'further clients join from the server’s machine, and too much is refused with a reason',
    async () => {
      const tested = await browser.open(`${site.address}#rate=2&bytes=256&poll=1000&clients=5`);
      const outcome = tested.page.locator('[data-part="controls-outcome"]');
      await untilSays(outcome, /^25 of 25 further clients/);
      await untilEachLaneHas(2, tested);
      await slide(tested, 'clients', 50);
      await slide(tested, 'perSecond', 20);
      await untilSays(outcome, /too much for this server/);
      // What ran before goes on, and the sliders say so.
      const rate = (await tested.page.locator('[data-part="perSecond-value"]').textContent()) ?? '';
      expect(rate).not.toBe('20 per second');
      const caption = tested.page.locator('#table caption');
      await waitUntil('the run', async () => ((await caption.textContent()) ?? '').startsWith(`${rate},`), PATIENT);
    },
    LONG,
  );

  it(
    'the table is saved as CSV and PNG, and as a link that brings the settings back',
    async () => {
      const tested = await browser.open(`${site.address}#rate=5&bytes=512&poll=500&clients=0`);
      const { page } = tested;
      await untilEachLaneHas(5, tested);
      const saved = async (name: string) => {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name }).click(),
        ]);
        return { file: download.suggestedFilename(), bytes: await readFile(await download.path()) };
      };
      const csv = await saved('Save as CSV');
      expect(csv.file).toBe('pushgate-race.csv');
      const lines = csv.bytes.toString('utf8').split('\r\n');
      expect(lines[0]).toMatch(/,Latency p50 \(ms\),/);
      // All that is commonly told of, and three of these have no lane.
      expect(lines.slice(1, -1)).toHaveLength(catalog.length + 3);
      for (const line of lines.slice(1, -1)) expect(line).toMatch(/5 per second, 512/);
      expect(lines.find((line) => line.startsWith('WebSocket'))).toMatch(/,\d+(\.\d+)?,\d+(\.\d+)?,/);
      expect(lines.filter((line) => line.includes('(does not race here)'))).toHaveLength(3);
      const rows = page.locator('#table tbody tr');
      expect(await rows.count()).toBe(catalog.length + 3);
      // The mark is of this very run: with more and more messages the figures decide.
      const least = rows.filter({ hasText: 'Least overhead' }).locator('li', { hasText: 'Least overhead' });
      await waitUntil('a verdict', async () => /^(held|not)$/.test((await least.getAttribute('data-verdict')) ?? ''), {
        timeoutMs: 60_000,
      });
      const mqtt = rows.filter({ hasText: 'MQTT over WebSocket' });
      expect(await mqtt.textContent()).toContain('does not race here');
      expect(await mqtt.locator('th a').getAttribute('href')).toMatch(/anatomy\/mqtt\.html$/);
      await page.setViewportSize({ width: 1440, height: 900 });
      await rows.first().scrollIntoViewIfNeeded();
      await tested.screenshot('race-table');
      const png = await saved('Save as PNG');
      expect(png.bytes.subarray(1, 4).toString('latin1')).toBe('PNG');
      expect(png.bytes.length).toBeGreaterThan(20_000);
      await page.getByRole('button', { name: /Copy a link/ }).click();
      const other = await browser.open(page.url());
      await untilSays(other.page.locator('[data-part="bytes-value"]'), /^512/);
      await untilEachLaneHas(3, other);
      // What is chosen stands in the address as well, and what was said of the link is not said of another run.
      const said = other.page.locator('[data-part="table-outcome"]');
      await other.page.getByRole('button', { name: /Copy a link/ }).click();
      await untilSays(said, /./);
      await slide(other, 'bytes', 2_048);
      await waitUntil('the address to say so', () => /[#&]bytes=2048/.test(other.page.url()));
      await untilSays(said, /^$/);
      // A link within the page takes no settings out of the address.
      await other.page.evaluate(() => Object.assign(location, { hash: '#lanes' }));
      await waitUntil('the address to say so again', () => /[#&]bytes=2048/.test(other.page.url()));
      const foreign = await browser.open(`${site.address}#rate=7&bytes=1`);
      await untilSays(foreign.page.locator('[data-part="controls-outcome"]'), /does not have/);
    },
    LONG,
  );

  it(
    'a silent minute is measured without what cannot be opened, and says so',
    async () => {
      const { page } = await browser.open('about:blank');
      await page.addInitScript(() => Reflect.deleteProperty(window, 'WebSocket'));
      await page.goto(site.address, { waitUntil: 'domcontentloaded' });
      const idle = page.locator('[data-part="measure-idle"]');
      await idle.click();
      await untilSays(idle, /^Silent for [1-9]/);
      expect(await page.locator('[data-part="controls-outcome"]').textContent()).toMatch(
        /^Measured without WebSocket:/,
      );
    },
    LONG,
  );

  it(
    'a silent minute can be measured and left, and the CPU of a message is measured',
    async () => {
      const tested = await browser.open(site.address);
      const { page } = tested;
      await untilEachLaneHas(1, tested);
      const idle = page.locator('[data-part="measure-idle"]');
      await idle.click();
      const counts = async () =>
        Number(/Silent for (\d+) of 60 s/.exec((await idle.textContent()) ?? '')?.[1] ?? 0) > 1;
      await waitUntil('the minute to pass', counts, PATIENT);
      expect(await page.locator('[data-part="perSecond-value"]').textContent()).toBe('nothing');
      await idle.click();
      await untilSays(idle, 'Measure a silent minute');
      await untilEachLaneHas(1, tested);
      await page.getByRole('button', { name: 'Measure the CPU per message' }).click();
      const untilCpu = () =>
        waitUntil(
          'the CPU of a transport that was measured',
          async () =>
            (await page.locator('.lane [data-part="cpu"]').allTextContents()).some((text) => /\d\s(µs|ms)$/.test(text)),
          { ...PATIENT, timeoutMs: 60_000 },
        );
      await untilCpu();
      // It is of the size that it was measured with, and known again when that is set; the rate is nothing to it.
      const cells = async () => new Set(await page.locator('.lane [data-part="cpu"]').allTextContents());
      await slide(tested, 'bytes', 512);
      await waitUntil('no figure for that size', async () => [...(await cells())].join() === '–', PATIENT);
      await slide(tested, 'bytes', 256);
      await untilCpu();
      await slide(tested, 'perSecond', 5);
      await untilEachLaneHas(1, tested);
      await untilCpu();
    },
    2 * LONG,
  );

  it('adds up what lanes have cost when the gateway was started anew', async () => {
    const tested = await browser.open(site.address);
    await untilEachLaneHas(3, tested);
    const requests = await numbersIn(tested, '.lane [data-part="requests"]');
    await site.restart(() =>
      waitUntil('every lane to be away', async () => !(await statesOf(tested)).includes('open'), PATIENT),
    );
    const before = await numbersIn(tested, MESSAGES);
    await untilEachLaneHas(Math.max(...before) + 2, tested);
    await waitUntil(
      'more requests than before in every lane',
      async () => {
        const now = await numbersIn(tested, '.lane [data-part="requests"]');
        return now.every((count, lane) => count > (requests[lane] ?? 0));
      },
      PATIENT,
    );
  }, 150_000);

  it(
    'fits on a telephone',
    async () => {
      const tested = await browser.open('about:blank');
      const { page } = tested;
      await page.setViewportSize({ width: 390, height: 844 });
      await page.goto(site.address, { waitUntil: 'domcontentloaded' });
      await untilEachLaneHas(2, tested);
      await tested.screenshot('race-phone');
      const height = () => page.evaluate(() => document.documentElement.scrollHeight);
      const folded = await height();
      // Less than four screens of a telephone; the lanes begin on the second.
      expect(folded).toBeLessThan(4 * 844);
      const requests = page.locator('.lane [data-part="requests"]').first();
      expect(await requests.isVisible()).toBe(false);
      await page.locator('.lane summary').first().click();
      expect(await requests.isVisible()).toBe(true);
      const rate = page.locator('input[data-part="perSecond"]');
      expect(await rate.isVisible()).toBe(false);
      const show = page.getByRole('button', { name: 'Show Set the race' });
      await show.press('Enter');
      expect(await rate.isVisible()).toBe(true);
      const hide = page.getByRole('button', { name: 'Hide Set the race' });
      expect(await hide.getAttribute('aria-expanded')).toBe('true');
      await hide.press('Enter');
      expect(await rate.isVisible()).toBe(false);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
      expect(tested.errors).toEqual([]);
    },
    LONG,
  );

  it(
    'says so where the plot’s library does not come, and runs without it',
    async () => {
      const { page } = await browser.open('about:blank');
      await page.route(/uplot|uPlot/i, (route) => route.abort('connectionrefused'));
      await page.goto(site.address, { waitUntil: 'domcontentloaded' });
      await untilSays(page.locator('[data-part="plot"]'), /could not be loaded/);
      await page.goto(`${site.address}benchmark`, { waitUntil: 'domcontentloaded' });
      await untilSays(page.locator('[data-part="plot"]'), /could not be loaded/);
      await page.getByRole('button', { name: 'Measure' }).click();
      await untilSays(page.locator('[data-part="standing"]'), /^Round 1 of 3/);
      await page.goto(`${site.address}uses/dashboard`, { waitUntil: 'domcontentloaded' });
      await untilSays(page.locator('[data-part="cpu"]'), /could not be loaded/);
      await untilSays(page.locator('[data-part="cpu-now"]'), /\d/);
    },
    LONG,
  );

  it(
    'the documents behind its links are there',
    async () => {
      const { page } = await browser.open(site.address);
      const links = await page
        .locator('a[href]')
        .evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
      const pages = [...new Set(links.map((link) => link.split('#')[0] ?? ''))];
      expect(pages.length).toBeGreaterThan(catalog.length);
      const statuses = await Promise.all(pages.map(async (address) => `${(await fetch(address)).status} ${address}`));
      expect(statuses.filter((status) => !status.startsWith('200 '))).toEqual([]);
    },
    LONG,
  );
});
