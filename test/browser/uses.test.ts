import { expect, it } from '@jest/globals';
import { GONE_MS } from '../../demo/site/words/uses/room.js';
import { catalog } from '../../transports/catalog.js';
import { type TestPage, useBrowser } from '../support/browser.js';
import { askUplink, callOf } from '../support/demo-call.js';
import { numbersIn, PATIENT, untilReady, untilSays, useDemoSite } from '../support/demo-site.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

/** For a test with several waits on a busy machine. */
const LONG = 150_000;

type Page = TestPage['page'];

describeWith(chromium, 'the small applications in a real browser', () => {
  const browser = useBrowser();
  const site = useDemoSite();

  async function open(address: string, beside?: TestPage): Promise<TestPage> {
    const tested = await browser.open(`${site.address}uses/${address}`, beside === undefined ? {} : { beside });
    await untilReady(tested);
    return tested;
  }

  /** Waits until an element has such a text. */
  const until = (page: Page, name: string, text: string | RegExp) =>
    untilSays(page.locator(`[data-part="${name}"]`).first(), text);

  async function carryBy(page: Page, transport: string): Promise<void> {
    await page.locator(`[data-transport="${transport}"]`).click();
    await waitUntil(
      `${transport} to carry`,
      async () => (await page.locator('[data-part="carrier-state"]').getAttribute('data-state')) === 'open',
      PATIENT,
    );
    expect(await page.locator(`[data-transport="${transport}"]`).getAttribute('aria-pressed')).toBe('true');
    expect(await page.locator('[data-transport][aria-pressed="true"]').count()).toBe(1);
  }

  it(
    'signs a window in that another one has confirmed, once for each code, and keeps it signed in through a reload',
    async () => {
      const waiting = await open('qr');
      await until(waiting.page, 'step', /Waiting for somebody/);
      await waiting.screenshot('uses-qr');
      const link = (await waiting.page.locator('[data-part="link"]').getAttribute('href')) ?? '';
      expect(await waiting.page.locator('[data-part="code"] path').getAttribute('d')).toMatch(/^M\d/);

      const confirming = await browser.open(link);
      await until(waiting.page, 'step', /^Scanned/);
      await confirming.page.fill('[data-part="name"]', 'Ann <b>');
      await confirming.page.getByRole('button', { name: 'Confirm' }).click();
      await until(confirming.page, 'decision', /^Confirmed/);
      await until(waiting.page, 'step', 'Signed in as Ann <b>.');

      const late = await browser.open(link);
      await until(late.page, 'decision', /has been used/);
      await until(late.page, 'question', /nobody can be signed in/);
      await until(confirming.page, 'question', /^\s*$/);
      await waiting.page.reload({ waitUntil: 'domcontentloaded' });
      await until(waiting.page, 'step', 'Signed in as Ann <b>.');
      await waiting.page.getByRole('button', { name: 'Sign out' }).click();
      await until(waiting.page, 'step', /Waiting for somebody/);
      expect([...waiting.errors, ...confirming.errors]).toEqual([]);
    },
    LONG,
  );

  it(
    'signs nobody in whom the other window has refused',
    async () => {
      const waiting = await open('qr');
      await until(waiting.page, 'step', /Waiting for somebody/);
      const confirming = await browser.open(
        (await waiting.page.locator('[data-part="link"]').getAttribute('href')) ?? '',
      );
      await until(confirming.page, 'question', /As whom/);
      await confirming.page.getByRole('button', { name: 'Refuse' }).click();
      await until(waiting.page, 'step', 'The other device has refused.');
    },
    LONG,
  );

  it(
    'shows no code that nobody waits for any more, when there is no new one',
    async () => {
      const { page } = await open('qr');
      await until(page, 'step', /Waiting for somebody/);
      const codes = new Set<string | null>();
      const link = page.locator('[data-part="link"]');
      const refused = async () => {
        await page.getByRole('button', { name: 'New code' }).click();
        await until(page, 'step', /Waiting for somebody|^No code/);
        codes.add(await link.getAttribute('href'));
        return ((await page.locator('[data-part="step"]').textContent()) ?? '').startsWith('No code');
      };
      await waitUntil('no further code', refused, PATIENT);
      expect(codes.size).toBeGreaterThan(5);
      expect(await page.locator('[data-part="code"] path').count()).toBe(0);
      expect(await link.isVisible()).toBe(false);
    },
    LONG,
  );

  it(
    'shows notifications and what is unread in every window of a visitor, whichever transport carries them',
    async () => {
      const first = await open('notifications');
      const second = await open('notifications', first);
      const asked: string[] = [];
      first.page.on('request', (request) => asked.push(request.url()));
      first.page.on('websocket', (socket) => asked.push(socket.url()));
      for (const [index, transport] of catalog.entries()) {
        await carryBy(first.page, transport);
        await second.page.fill('input[name="text"]', `over ${transport}`);
        await second.page.getByRole('button', { name: 'Send now' }).click();
        await until(first.page, 'unread', String(index + 1));
        await until(second.page, 'unread', String(index + 1));
        expect(asked.some((address) => new URL(address).pathname === `/push/${transport}`)).toBe(true);
      }
      await first.screenshot('uses-notifications');
      const texts = await first.page.locator('[data-part="notes"] .text').allTextContents();
      expect(texts).toEqual(catalog.map((transport) => `over ${transport}`).reverse());
      await second.page.getByRole('button', { name: `Mark as read: over ${catalog[0]}` }).click();
      await until(first.page, 'unread', String(catalog.length - 1));
      expect(await first.page.title()).toMatch(new RegExp(`^\\(${catalog.length - 1}\\) `));
      await first.page.getByRole('button', { name: 'Mark all as read' }).click();
      await until(second.page, 'unread', '0');

      const account = (await first.page.locator('[data-part="account"]').textContent()) ?? '';
      await first.page.close();
      await second.page.close();
      const reminder = { account, text: 'from the server', seconds: 1 };
      expect(await callOf(site, 'uses.notifications.remind', reminder)).toBeNull();
      const later = await open(`notifications?account=${account}`);
      await until(later.page, 'unread', '1');
      expect([...first.errors, ...second.errors, ...later.errors]).toEqual([]);
    },
    LONG,
  );

  it(
    'lets people talk in a room, see who is here and who has read, give, and take back what is theirs',
    async () => {
      const ann = await open('room?room=test');
      const bob = await open('room?room=test');
      await say(ann.page, 'Ann', 'hello </script> there');
      const entry = (page: Page, text: string) => page.locator('.said', { hasText: text });
      await entry(bob.page, 'hello </script> there').waitFor();
      await until(ann.page, 'count', '2');
      await untilSays(entry(ann.page, 'hello').locator('.seen'), /^seen by guest-/);
      expect(await entry(bob.page, 'hello').getByRole('button').isVisible()).toBe(false);

      await bob.page.getByRole('button', { name: 'a rocket' }).click();
      await entry(ann.page, 'gives a rocket').waitFor();
      await carryBy(ann.page, 'polling');
      await say(bob.page, 'Bob', 'while Ann polls');
      await entry(ann.page, 'while Ann polls').waitFor();
      await ann.screenshot('uses-room');

      await bob.page.getByRole('button', { name: 'Take back: while Ann polls' }).click();
      await entry(ann.page, 'taken back').waitFor();
      expect(await entry(ann.page, 'while Ann polls').count()).toBe(0);
      expect(await ann.page.locator('.said').count()).toBe(3);
      for (const transport of ['polling', 'websocket']) {
        await carryBy(bob.page, transport);
        await until(ann.page, 'count', '2');
        await bob.page.goto('about:blank');
        // Sooner than who goes without a word is missed.
        await untilSays(ann.page.locator('[data-part="count"]'), '1', { timeoutMs: GONE_MS / 2, everyMs: 50 });
        await bob.page.goBack({ waitUntil: 'domcontentloaded' });
        await untilReady(bob);
      }
      expect([...ann.errors, ...bob.errors]).toEqual([]);
    },
    LONG,
  );

  it(
    'counts each of many likes, and draws them together',
    async () => {
      const ann = await open('room?room=likes');
      const bob = await open('room?room=likes');
      await until(bob.page, 'carrier-text', /open/);
      await until(bob.page, 'count', '2');
      await ann.page.getByRole('button', { name: '200 at once' }).click();
      await until(bob.page, 'likes', '200');
      const [likes, drawings] =
        ((await bob.page.locator('[data-part="merged"]').textContent()) ?? '').match(/\d+/g) ?? [];
      expect(Number(likes)).toBe(200);
      expect(Number(drawings)).toBeLessThan(200);
    },
    LONG,
  );

  it(
    'takes nothing back for somebody who did not say it',
    async () => {
      const line = { room: 'guarded', secret: 'the-secret-of-ann', name: 'Ann', text: 'mine' };
      const { id } = (await callOf(site, 'uses.room.say', line)) as { readonly id: string };
      expect(await callOf(site, 'uses.room.recall', { of: id, secret: 'another-secret' })).toBe('FORBIDDEN');
      expect(await callOf(site, 'uses.room.recall', { of: id, secret: line.secret })).toBeNull();
    },
    LONG,
  );

  it(
    'says that nothing is open between two polls, when the line is to be cut then',
    async () => {
      const { page } = await open('qr');
      await carryBy(page, 'polling');
      // It may come in the middle of one.
      const outcome = page.locator('[data-part="cut-outcome"]');
      const tries = async () => {
        await page.getByRole('button', { name: 'Cut the connection' }).click();
        await until(page, 'cut-outcome', /was cut|Nothing is open/);
        return (await outcome.textContent())?.startsWith('Nothing is open') ?? false;
      };
      await waitUntil('a cut between two polls', tries, PATIENT);
    },
    LONG,
  );

  it(
    'writes an answer token by token, through a cut, another transport and a reload, each piece once',
    async () => {
      const { page, screenshot, errors } = await open('assistant');
      await page.getByRole('button', { name: 'What is a cursor?' }).click();
      const length = async () => ((await page.locator('[data-part="answer"]').textContent()) ?? '').length;
      const untilMore = async () => {
        const before = await length();
        await waitUntil('more of the answer', async () => (await length()) > before, PATIENT);
      };
      await untilMore();
      await page.getByRole('button', { name: 'Cut the connection' }).click();
      await until(page, 'cut-outcome', /was cut/);
      await page.locator('[data-transport="long-polling"]').click();
      await untilMore();
      await page.getByRole('button', { name: 'Reload this page now' }).click();
      await until(page, 'outcome', /^Complete/);
      const [received, all] = ((await page.locator('[data-part="outcome"]').textContent()) ?? '').match(/\d+/g) ?? [];
      expect(received).toBe(all);
      // The question and the end are messages as well; the figures are brought up to date now and then.
      await until(page, 'received', String(Number(all) + 2));
      expect(await page.locator('[data-part="answer"]').textContent()).toContain('A cursor is');
      expect(await page.locator('[data-part="source"] a').getAttribute('href')).toMatch(
        /docs\/docs\/architecture\.html$/,
      );
      await screenshot('uses-assistant');
      // What the cut leaves in the console is all that may be there.
      expect(errors.filter((error) => !error.includes('net::ERR_'))).toEqual([]);
    },
    LONG,
  );

  it(
    'says so when the documentation has nothing of what was asked, and stops when it is told to',
    async () => {
      const { page } = await open('assistant');
      await page.fill('[data-part="question"]', 'zyzzyva');
      await page.getByRole('button', { name: 'Ask' }).click();
      await until(page, 'outcome', 'The documentation has none of these words.');
      await page.getByRole('button', { name: 'What is a cursor?' }).click();
      await until(page, 'answer', /cursor/);
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await until(page, 'outcome', /^Stopped after \d+/);
    },
    LONG,
  );

  it(
    'draws on one board for all, by pointer and by keys, with what was drawn before for who comes late',
    async () => {
      const first = await open('whiteboard?board=test');
      await until(first.page, 'carrier-text', /open/);
      const board = first.page.locator('[data-part="board"]');
      const box = (await board.boundingBox()) ?? { x: 0, y: 0 };
      await first.page.mouse.move(box.x + 50, box.y + 50);
      await first.page.mouse.down();
      await first.page.mouse.move(box.x + 300, box.y + 200, { steps: 12 });
      await first.page.mouse.up();
      await first.page.getByRole('button', { name: 'Blue' }).click();
      await board.focus();
      for (const key of [' ', 'ArrowLeft', 'ArrowLeft', 'ArrowUp', ' ']) await first.page.keyboard.press(key);

      const second = await open('whiteboard?board=test');
      const pixels = (page: Page) =>
        page.locator('[data-part="board"]').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
      // The cross of the keys and the pens of others go first.
      await first.page.reload({ waitUntil: 'domcontentloaded' });
      const empty = await open('whiteboard?board=empty');
      await waitUntil(
        'the same drawing in both',
        async () => {
          const [one, other] = await Promise.all([pixels(first.page), pixels(second.page)]);
          return one === other && one !== (await pixels(empty.page));
        },
        PATIENT,
      );
      await second.screenshot('uses-whiteboard');
      await second.page.getByRole('button', { name: 'Wipe the board' }).click();
      await waitUntil(
        'the board to be empty',
        async () => (await pixels(first.page)) === (await pixels(empty.page)),
        PATIENT,
      );
      expect([...first.errors, ...second.errors]).toEqual([]);
    },
    LONG,
  );

  it(
    'plots the machine with its past from the log, over whichever transport',
    async () => {
      const tested = await open('dashboard');
      const { page, screenshot, errors } = tested;
      await until(page, 'span', /^[3-9]\d* points|^\d\d+ points/);
      const points = async () => Number.parseInt((await page.locator('[data-part="span"]').textContent()) ?? '', 10);
      const known = await points();
      await carryBy(page, 'websocket');
      await waitUntil('more points', async () => (await points()) > known, PATIENT);
      // Each message was one point: none has come twice.
      await waitUntil(
        'as many points as messages',
        async () => (await numbersIn(tested, '[data-part="received"]'))[0] === (await points()),
        PATIENT,
      );
      expect(await page.locator('.plot canvas').count()).toBe(4);
      // Anybody may publish on the channel: the past stays what it was.
      await waitUntil('ten points', async () => (await points()) >= 10, PATIENT);
      const plotted = await points();
      const nothing = { cpu: { machine: 0, process: 0 }, memory: { resident: 0, heap: 0, used: 0, total: 0 } };
      const forged = { run: 'x', number: 1, ...nothing, loop: { p50: 0, p99: 0 }, connections: {} };
      const received = async () => (await numbersIn(tested, '[data-part="received"]'))[0] ?? 0;
      const before = await received();
      for (const at of [1, Date.now() + 3_600_000]) await site.publish('demo.machine', { ...forged, at });
      await waitUntil('these and more', async () => (await received()) >= before + 5, PATIENT);
      expect(await points()).toBeGreaterThan(plotted);
      await page.getByRole('button', { name: '5 min', exact: true }).click();
      await screenshot('uses-dashboard');
      // Who comes later has the same past.
      const late = await open('dashboard');
      await waitUntil(
        'the past',
        async () => Number.parseInt((await late.page.locator('[data-part="span"]').textContent()) ?? '', 10) >= known,
        PATIENT,
      );
      expect(errors).toEqual([]);
    },
    LONG,
  );

  it(
    'takes no flood from one address',
    async () => {
      const publish = { type: 'publish', channel: 'uses.room.flood/likes', data: 1 };
      // As many at once as the gateway takes; what begins when nothing is left is refused as a whole.
      const hundred = Array.from({ length: 100 }, () => publish);
      const replies = await Promise.all(Array.from({ length: 30 }, () => askUplink(site.address, hundred)));
      expect(replies.flat().some(({ type }) => type === 'ack')).toBe(true);
      expect(replies.flat().some(({ code }) => code === 'RATE_LIMITED')).toBe(true);
    },
    LONG,
  );

  async function say(page: Page, name: string, text: string): Promise<void> {
    await page.fill('input[name="name"]', name);
    await page.fill('input[name="text"]', text);
    await page.getByRole('button', { name: 'Send' }).click();
  }
});
