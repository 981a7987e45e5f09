import { expect, it } from '@jest/globals';
import { connect, type Json } from '../../client/node.js';
import { GONE_MS } from '../../demo/site/words/uses/room.js';
import { BOARD, boardChannels } from '../../demo/site/words/uses/whiteboard.js';
import { type TestPage, useBrowser } from '../support/browser.js';
import { callOf } from '../support/demo-call.js';
import { PATIENT, setVisibility, untilReady, untilSays, useDemoSite } from '../support/demo-site.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

/** For a test with several waits on a busy machine. */
const LONG = 150_000;

describeWith(chromium, 'the windows of the small applications in a real browser', () => {
  const browser = useBrowser();
  const site = useDemoSite();

  async function open(address: string): Promise<TestPage> {
    const tested = await browser.open(site.address + address);
    await untilReady(tested);
    return tested;
  }

  const shown = ({ page }: Pick<TestPage, 'page'>, name: string) => page.locator(`[data-part="${name}"]`).first();

  it(
    'opens a second window on the answer that was asked for in the first',
    async () => {
      const first = await open('uses/assistant');
      await first.page.getByRole('button', { name: 'What is a cursor?' }).click();
      await untilSays(shown(first, 'answer'), /cursor/);
      const opened = first.page.context().waitForEvent('page');
      await first.page.getByRole('link', { name: 'Open a second window' }).click();
      const second = { page: await opened };
      expect(new URL(second.page.url()).search).toBe(new URL(first.page.url()).search);
      await untilSays(shown(second, 'asked'), 'What is a cursor?');
      await untilSays(shown(second, 'outcome'), /^Complete/);
    },
    LONG,
  );

  it(
    'says of no answer that is being read that it is gone, because another one was',
    async () => {
      const tested = await open('uses/assistant?answer=gone');
      const { page } = tested;
      await page.getByRole('button', { name: 'What is a cursor?' }).click();
      await untilSays(shown(tested, 'asked'), 'What is a cursor?');
      await shown(tested, 'outcome').evaluate((outcome) => {
        const told: (string | null)[] = [];
        Object.assign(window, { told });
        new MutationObserver(() => told.push(outcome.textContent)).observe(outcome, { childList: true });
      });
      await untilSays(shown(tested, 'outcome'), /^Complete/);
      await waitUntil('what is gone to be found out', () => page.evaluate(() => performance.now() > 8_000), PATIENT);
      expect(await page.evaluate(() => Reflect.get(window, 'told'))).not.toContainEqual(
        expect.stringMatching(/not in the log/),
      );
      expect(await shown(tested, 'outcome').textContent()).toMatch(/^Complete/);
    },
    LONG,
  );

  it(
    'begins with what has to be done where a code is confirmed, and shows one of its own when asked to',
    async () => {
      const waiting = await open('uses/qr');
      await untilSays(shown(waiting, 'step'), /Waiting for somebody/);
      const address = (await shown(waiting, 'link').getAttribute('href')) ?? '';
      const tested = await browser.open('about:blank');
      const { page } = tested;
      await page.setViewportSize({ width: 390, height: 844 });
      await page.goto(address);
      await untilSays(shown(tested, 'question'), /wants to be signed in/);
      const devices = page.locator('.device');
      expect(await devices.first().getAttribute('data-part')).toBe('other');
      expect(await shown(tested, 'code').isVisible()).toBe(false);
      expect(await devices.last().evaluate((card) => card.clientHeight)).toBeLessThan(
        await devices.first().evaluate((card) => card.clientHeight),
      );
      await devices.first().scrollIntoViewIfNeeded();
      await tested.screenshot('use-qr-confirms-phone');
      await shown(tested, 'again').click();
      await untilSays(shown(tested, 'step'), /Waiting for somebody/);
      expect(await shown(tested, 'code').isVisible()).toBe(true);
    },
    LONG,
  );

  it(
    'signs a window in that was confirmed just before its code was over',
    async () => {
      const tested = await browser.open('about:blank');
      const { page } = tested;
      await page.clock.install();
      await page.goto(`${site.address}uses/qr`, { waitUntil: 'domcontentloaded' });
      await untilSays(shown(tested, 'step'), /Waiting for somebody/);
      // It asks no more while time stands still for it, and finds that its own is over when that goes on.
      await page.clock.pauseAt(Date.now() + 1_000);
      const [, code = ''] = ((await shown(tested, 'link').getAttribute('href')) ?? '').split('#');
      expect(await callOf(site, 'uses.sign-in.decide', { code, confirmed: true, name: 'Ann' })).toBeNull();
      await page.clock.fastForward(90_000);
      await page.clock.resume();
      await untilSays(shown(tested, 'step'), 'Signed in as Ann.');
    },
    LONG,
  );
  it(
    'draws with one finger, whatever a second one does',
    async () => {
      const tested = await open('uses/whiteboard?board=fingers');
      const { page } = tested;
      // All of the board has to be seen: fingers touch what is in the window.
      await page.setViewportSize({ width: 1280, height: 1500 });
      await untilSays(shown(tested, 'carrier-text'), /open/);
      const { x, y, width, height } = (await shown(tested, 'board').boundingBox()) ?? {
        x: 0,
        y: 0,
        width: 1,
        height: 1,
      };
      const hand = await page.context().newCDPSession(page);
      const touch = (
        type: 'touchStart' | 'touchMove' | 'touchEnd',
        ...fingers: { id: number; across: number; down: number }[]
      ) =>
        hand.send('Input.dispatchTouchEvent', {
          type,
          touchPoints: fingers.map(({ id, across, down }) => ({ id, x: x + across * width, y: y + down * height })),
        });
      const drawing = (across: number) => ({ id: 1, across, down: 0.2 });
      const resting = (across: number) => ({ id: 2, across, down: 0.8 });
      await touch('touchStart', drawing(0.1));
      await touch('touchMove', drawing(0.2));
      await touch('touchStart', drawing(0.2), resting(0.5));
      for (const step of [1, 2, 3, 4, 5]) await touch('touchMove', drawing(0.2 + step / 20), resting(0.5 + step / 20));
      // The second one goes first.
      for (const step of [1, 2, 3, 4, 5]) await touch('touchMove', drawing(0.45 + step / 20));
      await touch('touchEnd');
      const points = await drawn('fingers', (across) => across > 0.65);
      expect(new Set(points.map(({ stroke }) => stroke)).size).toBe(1);
      expect(points.filter(({ down }) => down > 0.5)).toEqual([]);
    },
    LONG,
  );

  it(
    'keeps somebody in a room whose window is hidden and hardly runs, until it is closed',
    async () => {
      const ann = await open('uses/room?room=hidden');
      const bob = await browser.open('about:blank');
      await bob.page.clock.install();
      await bob.page.goto(`${site.address}uses/room?room=hidden`, { waitUntil: 'domcontentloaded' });
      await untilSays(shown(ann, 'count'), '2');
      await ann.page.locator('input[name="text"]').fill('before he looks away');
      await ann.page.getByRole('button', { name: 'Send' }).click();
      const seen = ann.page.locator('.said', { hasText: 'before he looks away' }).locator('.seen');
      await untilSays(seen, /^seen by guest-/);
      await setVisibility(bob.page, 'hidden');
      // Its call is to be through before time stands still for it, as for a window that is put away.
      await bob.page.waitForTimeout(1_000);
      await bob.page.clock.pauseAt(Date.now() + 1_000);
      await ann.page.waitForTimeout(1.5 * GONE_MS);
      expect(await shown(ann, 'count').textContent()).toBe('2');
      expect(await seen.textContent()).toMatch(/^seen by guest-/);
      await bob.page.goto('about:blank');
      await untilSays(shown(ann, 'count'), '1', { timeoutMs: GONE_MS / 2, everyMs: 50 });
    },
    LONG,
  );

  it(
    'leads to the same room and place in the other language, and to the page alone without a script',
    async () => {
      const { page } = await open('uses/room?room=two-languages#talk-here');
      const link = page.locator('nav a[hreflang]');
      expect(await link.getAttribute('href')).toBe('../zh/uses/room.html');
      await link.click();
      await page.waitForURL(`${site.address}zh/uses/room.html?room=two-languages#talk-here`);
      await untilSays(page.locator('[data-part="room-name"]'), 'two-languages');
      await link.press('Enter');
      await page.waitForURL(`${site.address}uses/room.html?room=two-languages#talk-here`);
    },
    LONG,
  );
  it(
    'takes what is said in one window to another one in Chinese as well',
    async () => {
      const ann = await open('zh/uses/room?room=chinese');
      const bob = await open('zh/uses/room?room=chinese');
      expect(await bob.page.locator('html').getAttribute('lang')).toMatch(/^zh/);
      await ann.page.getByLabel('名字').fill('小安');
      await ann.page.locator('input[name="text"]').fill('大家好');
      await ann.page.getByRole('button', { name: '发送' }).click();
      const line = bob.page.locator('.said', { hasText: '大家好' });
      await untilSays(line.locator('[data-part="who"]'), '小安');
      await untilSays(ann.page.locator('.said .who'), '您');
      expect([...ann.errors, ...bob.errors]).toEqual([]);
      await bob.screenshot('uses-room-zh');
    },
    LONG,
  );

  /** The places of a board's strokes, in shares of it, as soon as one of them is far enough across. */
  async function drawn(board: string, isEnd: (across: number) => boolean) {
    const points: { readonly stroke: string; readonly across: number; readonly down: number }[] = [];
    const push = connect(`${site.address}push`);
    push.subscribe<Json>(
      boardChannels(board).drawing,
      ({ data }) => {
        const piece = data as { readonly stroke: string; readonly points: readonly number[] };
        for (let at = 0; at < piece.points.length; at += 2)
          points.push({
            stroke: piece.stroke,
            across: (piece.points[at] ?? 0) / BOARD.width,
            down: (piece.points[at + 1] ?? 0) / BOARD.height,
          });
      },
      { since: 'earliest' },
    );
    await waitUntil('the whole stroke', () => points.some(({ across }) => isEnd(across)), PATIENT);
    await push.close();
    return points;
  }
});
