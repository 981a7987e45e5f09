import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { catalog } from '../../transports/catalog.js';
import { type TestPage, useBrowser } from '../support/browser.js';
import { type Served, serve } from '../support/command.js';
import { LONG, PATIENT, untilReady, untilSays } from '../support/demo-site.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

/** What has to be seen in the bytes of a transport when a message has come down. */
const SEEN: Readonly<Record<string, readonly string[]>> = {
  polling: ['request', 'status', 'header', 'payload'],
  'long-polling': ['request', 'status', 'header', 'payload'],
  iframe: ['request', 'status', 'header', 'chunk', 'padding', 'script', 'payload'],
  sse: ['request', 'status', 'header', 'chunk', 'field', 'payload'],
  websocket: ['request', 'status', 'header', 'frame', 'payload'],
};

describeWith(chromium, 'the pages that show what goes over the wire', () => {
  const browser = useBrowser();
  let served: Served;
  let site: string;

  beforeAll(async () => {
    served = await serve('--demo');
    site = `${served.site}/`;
  });
  afterAll(() => served.stop());

  const rows = ({ page }: TestPage) => page.locator('[data-part="pieces"]');
  const textOf = async (tested: TestPage) => (await rows(tested).textContent()) ?? '';
  const kindsIn = async ({ page }: TestPage) =>
    new Set(await page.locator('[data-part="pieces"] .kind').allTextContents());

  async function open(path: string): Promise<TestPage> {
    const tested = await browser.open(`${site}${path}`);
    await untilReady(tested);
    return tested;
  }

  async function untilOpen(tested: TestPage): Promise<void> {
    const state = tested.page.locator('#wire [data-part="state"]');
    await untilSays(state, /^open over/);
  }

  it.each([...catalog])(
    'shows the bytes of a connection over %s, with a message that the visitor publishes',
    async (transport) => {
      const tested = await open(`anatomy/${transport}`);
      const { page, errors, failedRequests, screenshot } = tested;
      await untilOpen(tested);
      await waitUntil(
        'the first bytes',
        async () => (await textOf(tested)).includes(`GET /push/${transport}?`),
        PATIENT,
      );
      const box = page.locator('#wire [data-part="box"]');
      const scrolled = () => box.evaluate(({ scrollTop }) => scrollTop);
      await waitUntil('more than there is room for', () => box.evaluate(overflows), PATIENT);
      expect(await scrolled()).toBe(0);
      await page.getByRole('button', { name: 'Publish from elsewhere' }).click();
      await waitUntil('the message', async () => /"number":1\}\}/.test(await textOf(tested)), PATIENT);
      await waitUntil('it to be in sight', async () => (await scrolled()) > 0, PATIENT);
      const seen = await kindsIn(tested);
      for (const kind of SEEN[transport] ?? []) expect(seen).toContain(kind);
      expect(seen).not.toContain('unknown');
      const explained = new Set(await page.locator('.kinds .kind').allTextContents());
      for (const kind of seen) expect(explained).toContain(kind);
      await page.locator('#wire').scrollIntoViewIfNeeded();
      await screenshot(`anatomy-${transport}`);
      expect([...errors, ...failedRequests]).toEqual([]);
    },
    LONG,
  );

  it(
    'shows the very bytes: the key that the browser chose, the bits of a header, and what is under the mask',
    async () => {
      const { page } = await browser.open('about:blank');
      const accepted: string[] = [];
      const frames: string[] = [];
      page.on('websocket', (socket) => {
        accepted.push(socket.url());
        socket.on('framesent', ({ payload }) => frames.push(String(payload)));
      });
      await page.goto(`${site}anatomy/websocket`);
      const tested = { page } as TestPage;
      await untilOpen(tested);
      await page.getByRole('button', { name: 'Publish over this connection' }).click();
      await waitUntil('what was sent', () => frames.some((frame) => frame.includes('"publish"')), PATIENT);
      const sent = frames.find((frame) => frame.includes('"publish"')) ?? '';
      await waitUntil('the same without its mask', async () => (await textOf(tested)).includes(sent), PATIENT);
      const up = page.locator('.piece[data-way="up"]', { hasText: '"publish"' });
      expect(await up.locator('.kind').allTextContents()).toEqual(['frame', 'mask', 'payload']);
      const bits = await up.locator('.bits dd:first-of-type').allTextContents();
      expect(bits).toEqual(['1', '0', '0', '0', '0001', '1', '1111110']);
      expect(await up.locator('.bits').textContent()).toContain(`in the next 2: ${Buffer.byteLength(sent)} bytes`);
      expect(accepted.length).toBe(1);
      expect(await textOf(tested)).toContain(new URL(accepted[0] ?? '').search);
    },
    LONG,
  );

  it(
    'stands still while it is paused, and shows hexadecimal to who wants it',
    async () => {
      const tested = await open('anatomy/sse');
      const { page } = tested;
      await untilOpen(tested);
      await waitUntil('the hello', async () => (await textOf(tested)).includes('"type":"hello"'), PATIENT);
      const pause = page.getByRole('button', { name: 'Pause' });
      await pause.click();
      expect(await pause.getAttribute('aria-pressed')).toBe('true');
      const count = await page.locator('.piece').count();
      await page.getByRole('button', { name: 'Publish from elsewhere' }).click();
      const outcome = page.locator('#wire [data-part="outcome"]');
      await untilSays(outcome, /^In the log as/);
      expect(await page.locator('.piece').count()).toBe(count);
      // It goes on asking: a capture that nobody asks about is forgotten, and with it how the connection began.
      for (let asked = 0; asked < 2; asked += 1) await page.waitForResponse(/demo\/capture/);
      expect(await page.locator('.piece').count()).toBe(count);
      for (let times = 0; times < 5; times += 1) await pause.click();
      await waitUntil('the message', async () => (await page.locator('.piece').count()) > count, PATIENT);
      expect(await kindsIn(tested)).not.toContain('unknown');
      const hex = page.locator('.mark[data-kind="status-line"] .hex').first();
      expect(await hex.isVisible()).toBe(false);
      await page.getByLabel('Hexadecimal as well').check();
      expect(await hex.isVisible()).toBe(true);
      expect(await hex.textContent()).toMatch(/^48 54 54 50 2f 31 2e 31 20 32 30 30 /);
    },
    LONG,
  );

  it(
    'leads through the steps by keyboard, and says each to a screen reader',
    async () => {
      const { page } = await open('anatomy/long-polling');
      await page.getByRole('button', { name: 'Begin with step 1' }).focus();
      await page.keyboard.press('Enter');
      const current = page.locator('.steps [aria-current="step"]');
      const said = page.locator('[data-part="step-now"]');
      expect(await current.getAttribute('data-step')).toBe('0');
      await page.keyboard.press('Enter');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowLeft');
      expect(await current.getAttribute('data-step')).toBe('1');
      expect(await said.textContent()).toBe(`2 / 6: ${(await current.textContent())?.trim()}`);
      expect(await page.locator('.diagram .is-current').getAttribute('data-step')).toBe('1');
    },
    LONG,
  );

  describe('on relatives', () => {
    it.each([
      ['mqtt', '↑ Browser → Broker', ['CONNACK', 'hello', 'news']],
      ['socket-io', '↑ Browser → Socket.IO', ['2probe', '3probe', '42["message","hello"]', '430[1]']],
    ])(
      'shows what was captured of %s, packet by packet, and explains what occurs in it',
      async (name, way, texts) => {
        const tested = await open(`anatomy/${name}`);
        const seen = await kindsIn(tested);
        for (const kind of ['frame', 'mask', 'packet', 'payload']) expect(seen).toContain(kind);
        expect(seen).not.toContain('unknown');
        expect(new Set(await tested.page.locator('.kinds .kind').allTextContents())).toEqual(seen);
        expect(await tested.page.locator('.piece [data-part="way"]').first().textContent()).toBe(way);
        expect(await tested.page.locator('[data-part="box"]').evaluate(({ scrollTop }) => scrollTop)).toBe(0);
        const joined = (await tested.page.locator('main').textContent()) ?? '';
        const marks = await tested.page.locator('.mark code:not(.hex)').allTextContents();
        const bytes = marks.join('');
        for (const text of texts) expect(bytes + joined).toContain(text);
        expect([...tested.errors, ...tested.failedRequests]).toEqual([]);
      },
      LONG,
    );
  });

  // Whose middle would be unknown, and one that is found again by its frames.
  it.each(['sse', 'websocket'])(
    'connects anew over %s where a gateway that was started anew captures later than the lane is back',
    async (transport) => {
      const own = await serve('--demo');
      const { port } = new URL(own.site);
      const tested = await browser.open('about:blank');
      let isHeld = false;
      await tested.page.route(
        ({ pathname }) => pathname === '/demo/capture',
        (route) => (isHeld ? route.fulfill({ status: 503 }) : route.continue()),
      );
      await tested.page.goto(`${own.site}/anatomy/${transport}`, { waitUntil: 'domcontentloaded' });
      await untilOpen(tested);
      await waitUntil('the hello', async () => (await textOf(tested)).includes('"type":"hello"'), PATIENT);
      const begun = async () => (await textOf(tested)).split(`GET /push/${transport}?`).length - 1;
      expect(await begun()).toBe(1);
      isHeld = true;
      await own.stop();
      await untilSays(tested.page.locator('#wire [data-part="state"]'), /^(?!open)/);
      const empty = tested.page.locator('[data-part="empty"]');
      await untilSays(empty, /goes on asking/);
      const again = await serve('--demo', '--port', port);
      await untilOpen(tested);
      isHeld = false;
      await waitUntil('the beginning of another life', async () => (await begun()) === 2, PATIENT);
      await untilOpen(tested);
      await tested.page.getByRole('button', { name: 'Publish from elsewhere' }).click();
      await waitUntil('the message', async () => /"number":1\}\}/.test(await textOf(tested)), PATIENT);
      expect(await kindsIn(tested)).not.toContain('unknown');
      await again.stop();
    },
    120_000,
  );

  it(
    'says in Chinese what there is, and where nobody captures that nobody does',
    async () => {
      const tested = await browser.open('about:blank');
      const { page } = tested;
      await page.route(
        ({ pathname }) => pathname === '/demo/capture',
        (route) => route.fulfill({ status: 404, contentType: 'text/html', body: 'none' }),
      );
      await page.goto(`${site}zh/anatomy/polling`);
      expect(await page.getAttribute('html', 'lang')).toBe('zh-Hans');
      const empty = page.locator('[data-part="empty"]');
      await untilSays(empty, /不捕获字节/);
      expect(await page.locator('.steps li').count()).toBe(6);
    },
    LONG,
  );
});

/** Runs in the page. */
function overflows({ scrollHeight, clientHeight }: Element): boolean {
  return scrollHeight > clientHeight + 100;
}
