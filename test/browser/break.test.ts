import { expect, it } from '@jest/globals';
import { losses, timesInStory, untilCarriedBy, untilMore, untilStory } from '../support/break-page.js';
import { type TestPage, useBrowser } from '../support/browser.js';
import { LONG, numbersIn, PATIENT, untilSays, useDemoSite } from '../support/demo-site.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

describeWith(chromium, 'the page that breaks the network, in a real browser', () => {
  const browser = useBrowser();
  const site = useDemoSite();
  const open = () => browser.open(`${site.address}break`);

  it('falls back when its transport is blocked, and returns, without loss or repetition', async () => {
    const tested = await open();
    const { page } = tested;
    await page.setViewportSize({ width: 1440, height: 1000 });
    await untilCarriedBy('WebSocket', tested);
    await page.evaluate(watchShifts);
    const block = page.getByRole('button', { name: 'Block WebSocket' });
    expect(await block.getAttribute('aria-pressed')).toBe('false');
    await block.click();
    await untilCarriedBy('SSE', tested);
    await tested.screenshot('break-fallback');
    expect(await block.getAttribute('aria-pressed')).toBe('true');
    await block.click();
    await untilCarriedBy('WebSocket', tested);
    await untilMore(tested);
    expect(await losses(tested)).toEqual([0, 0]);
    const [changes] = await numbersIn(tested, '#instrument [data-part="changes"]');
    expect(changes).toBeGreaterThanOrEqual(2);
    expect(await block.getAttribute('aria-pressed')).toBe('false');
    expect(await page.evaluate(() => Number(document.documentElement.dataset['shift']))).toBeLessThan(0.1);
    // What the blocked sockets leave in the console is all that may be there.
    expect(tested.errors.filter((error) => !error.includes('WebSocket connection to'))).toEqual([]);
  }, 150_000);

  it('goes on in a network that strips upgrades, swallows them and buffers streams, and says so', async () => {
    const tested = await open();
    const { page } = tested;
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    const standing = (rung: number) =>
      page.locator('[data-part="ladder"] [data-part="standing"]').nth(rung).textContent();
    await untilCarriedBy('WebSocket', tested);
    const note = page.locator('[data-part="board-note"]');
    await press('Block upgrades');
    await untilSays(note, /^WebSocket does not get through any more/);
    await untilCarriedBy('SSE', tested);
    await waitUntil('the rung', async () => (await standing(0)) === 'blocked: stripped', PATIENT);
    const why = page.locator('[data-part="negotiation"] .why').first();
    await untilSays(why, /./);
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 1000 });
      // Letters reach out of tight lines by a little; a line that is cut off would be 14 pixels.
      expect(await why.evaluate((text) => text.scrollHeight - text.clientHeight)).toBeLessThan(7);
      expect(await page.locator('[data-part="trace"]').textContent()).toContain(await why.getAttribute('title'));
    }
    await press('Buffer streams');
    await untilSays(note, /held back until they end.* only where upgrades are blocked as well/);
    await untilCarriedBy('Long-polling', tested);
    await untilMore(tested);
    await tested.screenshot('break-buffered');
    // One network is as bad as it was last told to be.
    await press('Black-hole upgrades');
    await waitUntil('the rung', async () => (await standing(0)) === 'blocked: black hole', PATIENT);
    expect(await page.getByRole('button', { name: 'Block upgrades' }).getAttribute('aria-pressed')).toBe('false');
    await press('Buffer streams');
    await untilCarriedBy('SSE', tested);
    await press('Black-hole upgrades');
    await untilCarriedBy('WebSocket', tested);
    await untilMore(tested);
    expect(await losses(tested)).toEqual([0, 0]);
  }, 150_000);

  it('says that something on the way answers 403, where a browser says so itself', async () => {
    const tested = await open();
    const { page } = tested;
    await untilCarriedBy('WebSocket', tested);
    await page.getByLabel('These buttons block by').selectOption('Refused (403)');
    for (const name of ['WebSocket', 'SSE', 'Iframe', 'Long-polling']) {
      await page.getByRole('button', { name: `Block ${name}` }).click();
    }
    await untilStory(/HTTP status 403/, 1, tested);
    await untilCarriedBy('Polling', tested);
    expect(await losses(tested)).toEqual([0, 0]);
  }, 150_000);

  it('gives its reasons in Chinese on the Chinese page', async () => {
    const tested = await browser.open(`${site.address}zh/break`);
    const { page } = tested;
    const now = page.locator('#instrument [data-part="now"]');
    const carriedBy = (name: string) =>
      waitUntil(`${name} to carry`, async () => (await now.textContent()) === `由 ${name} 承载`, PATIENT);
    const block = page.getByRole('button', { name: '屏蔽 WebSocket' });
    await carriedBy('WebSocket');
    await block.click();
    await carriedBy('SSE');
    await block.click();
    await carriedBy('WebSocket');
    await page.getByRole('button', { name: '立即切断', exact: true }).click();
    await untilStory(/断开：|套接字被关闭/, 2, tested);
    await tested.screenshot('break-chinese');
    const details = await page.locator('[data-part="trace"] [data-part="detail"]').allTextContents();
    expect(details.length).toBeGreaterThan(5);
    expect(details.filter((text) => !/\p{Script=Han}/u.test(text))).toEqual([]);
    expect(await page.locator('#automatic [lang="en"], #instrument [lang="en"]').allTextContents()).toEqual([]);
  }, 150_000);

  it('says no more of a switch that was turned back elsewhere', async () => {
    const tested = await open();
    const press = (name: string) => tested.page.getByRole('button', { name, exact: true }).click();
    await untilCarriedBy('WebSocket', tested);
    const note = tested.page.locator('[data-part="board-note"]');
    await press('Block upgrades');
    await untilSays(note, /does not get through any more/);
    await press('Block WebSocket');
    await untilSays(note, /^Half-open/);
    await press('Block upgrades');
    await press('Block upgrades');
    await untilSays(note, /gets through again/);
    await press('Block WebSocket');
    await untilSays(note, /^Half-open/);
  }, 150_000);

  it('delays whatever gets through, beside what is blocked, until that is taken back', async () => {
    const tested = await open();
    const { page } = tested;
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    const pressed = () =>
      Promise.all(['Block upgrades', 'Delay all by 2 s'].map((name) => button(name).getAttribute('aria-pressed')));
    const untilPressed = (...states: string[]) =>
      waitUntil(`pressed: ${states}`, async () => String(await pressed()) === String(states), PATIENT);
    const standing = page.locator('[data-part="ladder"] [data-part="standing"]').first();
    await untilCarriedBy('WebSocket', tested);
    await button('Delay all by 2 s').click();
    await untilPressed('false', 'true');
    await button('Block upgrades').click();
    await untilPressed('true', 'true');
    await untilSays(standing, 'blocked: stripped');
    await untilCarriedBy('SSE', tested);
    await untilSays(page.locator('#instrument [data-part="latency"]'), /^[2-9]\.\d+\ss$/);
    await button('Block upgrades').click();
    await untilPressed('false', 'true');
    await untilSays(standing, /2 s late$/);
    await button('Delay all by 2 s').click();
    await untilPressed('false', 'false');
    await button('Block upgrades').click();
    await button('Delay all by 2 s').click();
    await untilPressed('true', 'true');
    await button('Delay all by 2 s').click();
    await untilPressed('true', 'false');
    await untilSays(standing, 'blocked: stripped');
    expect(await losses(tested)).toEqual([0, 0]);
  }, 150_000);

  it('falls back from a WebSocket that has long been good to the next best, and to nothing else', async () => {
    const tested = await open();
    const { page } = tested;
    await untilCarriedBy('WebSocket', tested);
    // A transport that was lost this late is asked for at once, and why it was refused is asked for by a plain request.
    const received = async () => (await numbersIn(tested, '#automatic [data-part="received"]'))[0] ?? 0;
    await waitUntil('a WebSocket of old', async () => (await received()) > 14, PATIENT);
    const [before = 0] = await numbersIn(tested, '#instrument [data-part="changes"]');
    await page.getByRole('button', { name: 'Block upgrades' }).click();
    await untilCarriedBy('SSE', tested);
    const then = await received();
    await waitUntil('more messages', async () => (await received()) > then + 5, PATIENT);
    await untilCarriedBy('SSE', tested);
    expect(await numbersIn(tested, '#instrument [data-part="changes"]')).toEqual([before + 1]);
    const whys = await page.locator('[data-part="negotiation"] .why').allTextContents();
    expect(whys.slice(1)).toEqual(['', '', '', '']);
    expect(await losses(tested)).toEqual([0, 0]);
  }, 150_000);

  it('says that nothing was open where a cut falls between two polls', async () => {
    const tested = await open();
    const { page } = tested;
    await untilCarriedBy('WebSocket', tested);
    for (const name of ['WebSocket', 'SSE', 'Iframe', 'Long-polling']) {
      await page.getByRole('button', { name: `Block ${name}` }).click();
    }
    await untilCarriedBy('Polling', tested);
    await untilMore(tested);
    const press = async () => {
      const answer = page.waitForResponse((response) => response.url().endsWith('/demo/cuts'));
      await page.getByRole('button', { name: 'Go half-open' }).click();
      return (await (await answer).json()) as { cut: number };
    };
    // A poll is under way for some milliseconds of each second.
    await waitUntil('a press between two polls', async () => (await press()).cut === 0, PATIENT);
    await untilSays(page.locator('[data-part="board-note"]'), /^Nothing was open at that moment/);
    expect(await page.locator('#instrument [data-part="reason"]').textContent()).not.toContain('dead');
    await untilMore(tested);
    expect(await losses(tested)).toEqual([0, 0]);
  }, 150_000);

  it('survives a line that goes half-open, one cut and many, and delay', async () => {
    const tested = await open();
    const { page } = tested;
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    await untilCarriedBy('WebSocket', tested);
    await untilMore(tested);
    const note = page.locator('[data-part="board-note"]');
    // Before anything is pressed, how long it takes; each press is answered in the same place.
    await untilSays(note, /^Half-open: .* in about 6 s: a heartbeat is due every 1 s, and 5 s more/);
    await press('Go half-open');
    await untilSays(note, /^The line went dead/);
    const waiting = page.locator('[data-part="wait"]');
    const left = async () => Number(/gives up in (\d+) s/.exec((await waiting.textContent()) ?? '')?.[1]);
    await waitUntil('a countdown', async () => (await left()) > 0, PATIENT);
    expect(await waiting.textContent()).toContain('at least every 1 s, and 5 s more');
    const first = await left();
    const missing = async () => (await numbersIn(tested, '#automatic [data-part="missing"]'))[0] ?? 0;
    await waitUntil('some to be missing', async () => (await missing()) > 1, PATIENT);
    await waitUntil('it to go down', async () => (await left()) < first, PATIENT);
    await untilStory(/silent for \d+(\.\d)? s/, 1, tested);
    await untilMore(tested);
    expect(await waiting.textContent()).toBe('');
    await waitUntil('none to be missing any more', async () => (await missing()) === 0, PATIENT);
    const lost = await timesInStory('lost', tested);
    await press('Cut now');
    await untilSays(note, /^All connections were cut once/);
    await untilStory('lost', lost + 1, tested);
    await untilCarriedBy('WebSocket', tested);
    await press('Cut every');
    await untilSays(note, /^All connections are cut every 3 s/);
    await untilStory('lost', lost + 3, tested);
    await press('Cut every');
    expect(await page.getByRole('button', { name: 'Cut every' }).getAttribute('aria-pressed')).toBe('false');
    await untilSays(note, /^Nothing is cut any more/);
    await press('Delay all by 2 s');
    await untilSays(note, /2 s late/);
    await untilSays(page.locator('#instrument [data-part="latency"]'), /^[2-9]\.\d+\ss$/);
    await press('Delay all by 2 s');
    await untilMore(tested);
    expect(await losses(tested)).toEqual([0, 0]);
  }, 150_000);

  it('loses nothing when its gateway is restarted, and others do not notice', async () => {
    const [tested, other] = await Promise.all([open(), open()]);
    const { page } = tested;
    await untilCarriedBy('WebSocket', tested);
    await untilCarriedBy('WebSocket', other);
    await untilMore(tested);
    const restart = ({ page }: TestPage) => page.getByRole('button', { name: 'Restart the gateway' });
    // The pages before may have what there is for one visitor, for a minute after they were closed; who gets a gateway moves to it.
    await Promise.all([tested, other].map((one) => restart(one).click({ trial: true, timeout: 75_000 })));
    await untilMore(other);
    await untilCarriedBy('WebSocket', other);
    const before = await timesInStory('lost', other);
    await restart(tested).click();
    const note = page.locator('[data-part="board-note"]');
    await untilSays(note, /nothing listens on its port/);
    // Where another transport is the first to get through, the headline tells what befell a better one since.
    await untilSays(page.locator('#instrument [data-part="reason"]'), /said goodbye|failed/);
    await untilSays(note, /another one has taken its place/);
    await untilCarriedBy('WebSocket', tested);
    await untilMore(tested);
    expect(await losses(tested)).toEqual([0, 0]);
    expect(await timesInStory('goodbye', tested)).toBeGreaterThan(0);
    expect(await timesInStory('lost', other)).toBe(before);
    expect(await timesInStory('asked to leave', other)).toBe(0);
  }, 150_000);

  it(
    'forged figures count neither as lost nor as repeated',
    async () => {
      const tested = await open();
      await untilMore(tested);
      const response = await fetch(`${site.address}push/channels/demo.machine?limit=1`);
      const { messages } = (await response.json()) as { messages: [{ data: { number: number } }] };
      const [{ data }] = messages;
      await site.publish('demo.machine', { ...data, number: data.number + 5_000, at: 0 });
      await site.publish('demo.machine', { ...data, memory: { resident: 1e300, heap: -1, used: 0, total: 0 } });
      await site.publish('demo.machine', { ...data, run: 'forged', number: 1 });
      await site.publish('demo.machine', data);
      for (let more = 0; more < 3; more++) await untilMore(tested);
      expect(await losses(tested)).toEqual([0, 0]);
    },
    LONG,
  );

  it(
    'goes straight to the gateway, and offers a reset and cuts only, where the network cannot be reached',
    async () => {
      const tested = await browser.open('about:blank');
      const { page } = tested;
      // As through a tunnel, which has only the one port.
      await page.route(
        ({ port, pathname }) => port !== new URL(site.address).port && pathname === '/push/health',
        (route) => route.abort('connectionrefused'),
      );
      await page.goto(`${site.address}break`, { waitUntil: 'domcontentloaded' });
      await untilCarriedBy('WebSocket', tested);
      const visible = await page
        .locator('.faults button')
        .evaluateAll((all) =>
          all.filter((one) => one instanceof HTMLElement && !one.hidden).map((one) => one.textContent),
        );
      expect(visible).toEqual(['Block upgrades', 'Cut now', 'Cut every']);
      expect(await page.getByLabel('These buttons block by').isVisible()).toBe(false);
      await page.getByRole('button', { name: 'Block upgrades' }).click();
      await untilCarriedBy('SSE', tested);
    },
    LONG,
  );

  it('shows no block that a gateway which was started anew knows nothing of', async () => {
    const tested = await open();
    const { page } = tested;
    await untilCarriedBy('WebSocket', tested);
    const block = page.getByRole('button', { name: 'Block SSE' });
    const pressed = (state: string) =>
      waitUntil(`pressed: ${state}`, async () => (await block.getAttribute('aria-pressed')) === state, PATIENT);
    await block.click();
    await pressed('true');
    const headline = page.locator('#instrument [data-part="now"]');
    const note = page.locator('[data-part="board-note"]');
    await site.restart(async () => {
      await untilSays(headline, /nothing/);
      await untilSays(note, /not answer at the moment/);
    });
    await untilSays(note, /Half-open/);
    await pressed('false');
    await untilStory(/began anew/, 1, tested);
    await untilMore(tested);
    expect(await losses(tested)).toEqual([0, 0]);
  }, 150_000);

  it(
    'fits on a telephone, in Chinese as well',
    async () => {
      for (const path of ['break', 'zh/break']) {
        const tested = await browser.open(`${site.address}${path}`);
        await tested.page.setViewportSize({ width: 360, height: 740 });
        await untilCarriedBy('WebSocket', tested);
        await tested.screenshot(`${path.replace('/', '-')}-phone`);
        await untilMore(tested);
        const { newest, last, cut } = await tested.page.locator('.received').evaluate(stripOf);
        expect(last).toBe(newest % 100);
        expect(cut).toBe(0);
        const overflow = await tested.page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow).toBe(0);
        expect([...tested.errors, ...tested.failedRequests]).toEqual([]);
      }
    },
    LONG,
  );
});

/** Runs in the page: adds up its layout shifts, those right after a click included, in `data-shift`. */
function watchShifts(): void {
  const { dataset } = document.documentElement;
  dataset['shift'] = '0';
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      dataset['shift'] = String(Number(dataset['shift']) + Number(Reflect.get(entry, 'value')));
    }
  }).observe({ type: 'layout-shift' });
}

/** Runs in the page: the newest number as it is told and as it is in its cell, and how many cells are cut in two. */
function stripOf(received: Element): { newest: number; last: number; cut: number } {
  const told = received.querySelector('[data-part="newest"]')?.textContent ?? '';
  const box = received.querySelector('[data-part="numbers"]');
  const cells = [...(box?.children ?? [])];
  const { left, bottom } = box?.getBoundingClientRect() ?? new DOMRect();
  const shown = cells.map((cell) => cell.getBoundingClientRect()).filter(({ top }) => top < bottom);
  return {
    newest: Number(told.replace(/\D/g, '')),
    last: Number(cells[0]?.textContent),
    cut: shown.filter((cell) => cell.left < left - 1).length,
  };
}
