import { expect, it } from '@jest/globals';
import { losses, untilCarriedBy, untilMore } from '../support/break-page.js';
import { useBrowser } from '../support/browser.js';
import { numbersIn, PATIENT, setVisibility, untilSays, useDemoSite } from '../support/demo-site.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

describeWith(chromium, 'the clients beside the automatic one, in a real browser', () => {
  const browser = useBrowser();
  const site = useDemoSite();
  const open = () => browser.open(`${site.address}break`);

  it('loses messages beside it, where a browser’s own means are used as tutorials do', async () => {
    const tested = await open();
    const { page } = tested;
    await page.setViewportSize({ width: 1440, height: 1300 });
    await untilCarriedBy('WebSocket', tested);
    await page.getByRole('button', { name: 'Run both beside it' }).click();
    const received = () => numbersIn(tested, '.bare [data-part="received"]');
    await waitUntil('both to receive', async () => (await received()).every((count) => count > 1), PATIENT);
    const lostBeside = () => numbersIn(tested, '.bare [data-part="lost"]');
    // How long each of them is away is its own affair, and where in a second a cut falls.
    await waitUntil(
      'both to have lost some',
      async () => {
        if ((await lostBeside()).every((count) => count > 0)) return true;
        const before = await received();
        await page.getByRole('button', { name: 'Cut now' }).click();
        await waitUntil(
          'both to go on',
          async () => (await received()).every((n, at) => n > (before[at] ?? 0)),
          PATIENT,
        );
        return false;
      },
      { ...PATIENT, timeoutMs: 90_000 },
    );
    await untilMore(tested);
    expect(await losses(tested)).toEqual([0, 0]);
    expect(await page.locator('.bare [data-fate="lost"]').count()).toBeGreaterThan(0);
    const missed = page.locator('[data-part="bare-websocket"] [data-part="behind"]');
    const count = async () => Number(/Missed so far: (\d+)/.exec((await missed.textContent()) ?? '')?.[1]);
    await page.getByRole('button', { name: 'Black-hole upgrades' }).click();
    await waitUntil('what is missed to be counted while it is away', async () => (await count()) >= 3, PATIENT);
    const [, lostSoFar = 0] = await lostBeside();
    await page.getByRole('button', { name: 'Black-hole upgrades' }).click();
    await waitUntil('that to be counted as lost', async () => ((await lostBeside())[1] ?? 0) >= lostSoFar + 3, PATIENT);
    await waitUntil('it to have caught up', async () => (await missed.textContent()) === '', PATIENT);
    await page.locator('#compare').scrollIntoViewIfNeeded();
    await tested.screenshot('break-beside');
    await page.getByRole('button', { name: 'Run both beside it' }).click();
    const idle = page.locator('#compare [data-part="dot"][data-state="idle"]');
    await waitUntil('both to stop', async () => (await idle.count()) === 2, PATIENT);
  }, 180_000);

  it('counts what is missing beside it while a dead line is still believed to be alive', async () => {
    const tested = await open();
    const { page } = tested;
    await page.setViewportSize({ width: 1440, height: 1300 });
    await untilCarriedBy('WebSocket', tested);
    await page.getByRole('button', { name: 'Run both beside it' }).click();
    const beside = (part: string) => numbersIn(tested, `.bare [data-part="${part}"]`);
    await waitUntil('both to receive', async () => (await beside('received')).every((count) => count > 1), PATIENT);
    await page.getByRole('button', { name: 'Go half-open' }).click();
    await waitUntil('both to miss some', async () => (await beside('missing')).every((count) => count > 1), PATIENT);
    const first = await beside('missing');
    await waitUntil(
      'that to move',
      async () => (await beside('missing')).every((count, at) => count > (first[at] ?? 0)),
      PATIENT,
    );
    await untilSays(page.locator('.bare [data-part="behind"]').first(), /still believes/);
    await tested.screenshot('break-missing');
    expect(await losses(tested)).toEqual([0, 0]);
  }, 150_000);

  it('goes on from where it was for somebody who has looked elsewhere, and counts on', async () => {
    const tested = await open();
    const { page } = tested;
    await untilCarriedBy('WebSocket', tested);
    await page.getByRole('button', { name: 'Run both beside it' }).click();
    const beside = () => numbersIn(tested, '.bare [data-part="received"]');
    await waitUntil('both to receive', async () => (await beside()).every((count) => count > 1), PATIENT);
    const before = await beside();
    const published = async () =>
      ((await (await fetch(`${site.address}demo/costs`)).json()) as { newest: number }).newest;
    await page.getByRole('button', { name: 'Go half-open' }).click();
    const missing = async () => (await numbersIn(tested, '#automatic [data-part="missing"]'))[0] ?? 0;
    await waitUntil('some to be missing', async () => (await missing()) > 1, PATIENT);
    await setVisibility(page, 'hidden');
    const state = page.locator('#instrument [data-part="state"]');
    await waitUntil('it to pause', async () => (await state.getAttribute('data-state')) === 'paused', PATIENT);
    const left = await published();
    await waitUntil('more to be published', async () => (await published()) >= left + 4, PATIENT);
    const back = await published();
    await setVisibility(page, 'visible');
    const fates = () =>
      page
        .locator('#automatic [data-part="numbers"] span')
        .evaluateAll((cells) =>
          cells.map((cell) => [Number(cell.getAttribute('title')), cell.getAttribute('data-fate')] as const),
        );
    const meanwhile = async () => (await fates()).filter(([number]) => number > left && number <= back);
    await waitUntil(
      'what was published meanwhile',
      async () => {
        const all = await meanwhile();
        return all.length === back - left && all.every(([, fate]) => fate === 'received');
      },
      PATIENT,
    );
    await waitUntil('none to be missing any more', async () => (await missing()) === 0, PATIENT);
    expect(await losses(tested)).toEqual([0, 0]);
    // The end that the page made of its connection is no failure.
    expect((await page.locator('[data-part="negotiation"] .why').allTextContents()).join()).not.toContain(
      'application',
    );
    await waitUntil('both to go on', async () => (await beside()).every((n, at) => n > (before[at] ?? 0)), PATIENT);
  }, 150_000);

  it('counts from one again with a server that was started anew, whatever the clients beside it had got', async () => {
    const tested = await open();
    const { page } = tested;
    await untilCarriedBy('WebSocket', tested);
    const beside = page.getByRole('button', { name: 'Run both beside it' });
    await beside.click();
    const received = () => numbersIn(tested, '.bare [data-part="received"]');
    await waitUntil('both to receive', async () => (await received()).every((count) => count > 1), PATIENT);
    const newest = async () =>
      Number(((await page.locator('#automatic [data-part="newest"]').textContent()) ?? '').replace(/\D/g, ''));
    // More than can be published until the patience is over.
    await waitUntil('many numbers', async () => (await newest()) > 40, { ...PATIENT, timeoutMs: 60_000 });
    await beside.click();
    const before = await newest();
    await site.restart(async () => {});
    const cells = page.locator('#automatic [data-part="numbers"] span');
    await waitUntil(
      'the numbers of now',
      async () => {
        const number = await newest();
        return number > 0 && number < before && (await cells.first().getAttribute('data-fate')) === 'received';
      },
      PATIENT,
    );
  }, 150_000);
});
