import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { catalog } from '../../transports/catalog.js';
import { type TestPage, useBrowser } from '../support/browser.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

const PATIENT = { timeoutMs: 30_000, everyMs: 50 };

/** For a test with one wait or two, and a page that a busy machine is slow to load. */
const LONG = 90_000;

describeWith(chromium, 'the demo site in a real browser, as npm start serves it', () => {
  const browser = useBrowser();
  let server: ChildProcess;
  let site: string;

  beforeAll(() => start('0'), 60_000);
  afterAll(() => stop());

  it(
    'every lane moves, and nothing in the page goes wrong',
    async () => {
      const { page, errors, failedRequests, screenshot } = await browser.open(site);
      await page.setViewportSize({ width: 1440, height: 1000 });
      await untilEachLaneHas(5, page);
      expect(await statesOf(page)).toEqual(catalog.map(() => 'open'));
      await screenshot('demo-desktop');
      await untilEachLaneHas(6, page);
      expect([...errors, ...failedRequests]).toEqual([]);
    },
    LONG,
  );

  it(
    'speaks Chinese as well, with lanes that move, and leads back to the English page',
    async () => {
      const { page, errors, failedRequests, screenshot } = await browser.open(`${site}zh/`);
      expect(await page.getAttribute('html', 'lang')).toBe('zh-Hans');
      await untilEachLaneHas(2, page);
      expect(await page.locator('.lane h3').allTextContents()).toContain('长轮询');
      await screenshot('demo-chinese');
      expect([...errors, ...failedRequests]).toEqual([]);
      await page.click('nav a[hreflang="en"]');
      await page.waitForURL(site);
      expect(await page.getAttribute('html', 'lang')).toBe('en');
    },
    LONG,
  );

  it(
    'what a terminal publishes shows up in every lane',
    async () => {
      const { page } = await browser.open(site);
      await untilEachLaneHas(1, page);
      await publish('chat', { from: 'terminal', text: 'hello </script> 😀' });
      await waitUntil(
        'the line in every lane',
        async () => {
          const lines = await page.locator('.lane [data-part="lines"]').allTextContents();
          return lines.length === catalog.length && lines.every((text) => text.includes('hello </script> 😀'));
        },
        PATIENT,
      );
    },
    LONG,
  );

  it(
    'a line without a name or a text has its row all the same',
    async () => {
      const { page } = await browser.open(site);
      await untilEachLaneHas(1, page);
      await publish('chat', { from: '', text: '' });
      const row = page.locator('.lane [data-part="lines"] li').nth(1);
      await waitUntil('the row', async () => (await row.locator('.text').textContent()) === '(no text)', PATIENT);
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
    'forged figures count neither as lost nor as repeated',
    async () => {
      const { page } = await browser.open(site);
      await untilEachLaneHas(2, page);
      const response = await fetch(`${site}push/channels/demo.machine?limit=1`);
      const { messages } = (await response.json()) as { messages: [{ data: { number: number } }] };
      const [{ data }] = messages;
      await publish('demo.machine', { ...data, number: data.number + 5_000, at: 0 });
      await publish('demo.machine', { ...data, memory: { resident: 1e300, heap: -1, used: 0, total: 0 } });
      await publish('demo.machine', { ...data, run: 'forged', number: 1 });
      await publish('demo.machine', data);
      await untilEachLaneHas(6, page);
      expect([await figure(page, 'lost'), await figure(page, 'repeated')]).toEqual([0, 0]);
    },
    LONG,
  );

  it(
    'what a visitor says shows up in every lane',
    async () => {
      const { page } = await browser.open(site);
      await untilEachLaneHas(1, page);
      await page.fill('[data-part="text"]', 'said in the page');
      await page.click('[data-part="chat"] button');
      await waitUntil(
        'the line in every lane',
        async () => {
          const lines = await page.locator('.lane [data-part="lines"]').allTextContents();
          return lines.length === catalog.length && lines.every((text) => text.includes('said in the page'));
        },
        PATIENT,
      );
    },
    LONG,
  );

  it('the automatic lane falls back when its transport is blocked, and returns, without loss or repetition', async () => {
    const tested = await browser.open(site);
    const { page } = tested;
    await page.setViewportSize({ width: 1440, height: 1000 });
    await untilAutomatic(tested, (headline) => headline.includes('WebSocket'));
    // What cannot be seen does not count as shifted.
    await page.locator('#automatic').scrollIntoViewIfNeeded();
    await page.evaluate(watchShifts);
    const block = page.locator('[data-part="ladder"] [data-part="block"]').first();
    expect(await block.textContent()).toBe('Block WebSocket');
    await block.click();
    await untilAutomatic(tested, (headline) => headline.includes('SSE'));
    await tested.screenshot('demo-fallback');
    expect(await block.textContent()).toBe('Free WebSocket');
    await block.click();
    await untilAutomatic(tested, (headline) => headline.includes('WebSocket'));
    const received = await figure(page, 'received');
    await waitUntil('more messages', async () => (await figure(page, 'received')) > received, PATIENT);
    expect([await figure(page, 'lost'), await figure(page, 'repeated')]).toEqual([0, 0]);
    expect(await figure(page, 'changes')).toBeGreaterThanOrEqual(2);
    expect(await block.textContent()).toBe('Block WebSocket');
    expect(await page.evaluate(() => Number(document.documentElement.dataset['shift']))).toBeLessThan(0.1);
    // What the blocked sockets leave in the console is all that may be there.
    expect(tested.errors.filter((error) => !error.includes('WebSocket connection to'))).toEqual([]);
  }, 150_000);

  it('goes on in a network that swallows, is cut and is severed, and says how it is blocked', async () => {
    const tested = await browser.open(site);
    const { page } = tested;
    const story = page.locator('#automatic [data-part="trace"]');
    const standing = page.locator('[data-part="ladder"] [data-part="standing"]').first();
    const untilMore = async () => {
      const received = await figure(page, 'received');
      await waitUntil('more messages', async () => (await figure(page, 'received')) > received, PATIENT);
    };
    const untilStory = (what: RegExp, times: number) =>
      waitUntil(
        `${what} in the story`,
        async () => ((await story.textContent()) ?? '').split(what).length > times,
        PATIENT,
      );
    await untilAutomatic(tested, (headline) => headline.includes('WebSocket'));
    await untilMore();

    await page.getByRole('button', { name: 'Sever the line' }).click();
    await untilStory(/silent for \d+ ms/, 1);
    await untilMore();
    const lost = ((await story.textContent()) ?? '').split('lost').length;
    await page.getByRole('button', { name: 'Cut now' }).click();
    await untilStory(/lost/, lost);
    await untilAutomatic(tested, (headline) => headline.includes('WebSocket'));
    await untilMore();

    await page.getByLabel('How the network blocks').selectOption('Black hole');
    await page.getByRole('button', { name: 'Block WebSocket' }).click();
    await untilAutomatic(tested, (headline) => headline.includes('SSE'));
    await waitUntil('the rung', async () => (await standing.textContent()) === 'blocked: black hole', PATIENT);
    await untilMore();
    await page.getByRole('button', { name: 'Free WebSocket' }).click();
    await untilAutomatic(tested, (headline) => headline.includes('WebSocket'));
    await untilMore();
    expect([await figure(page, 'lost'), await figure(page, 'repeated')]).toEqual([0, 0]);
    await page.locator('#automatic').scrollIntoViewIfNeeded();
    await tested.screenshot('demo-network');
  }, 150_000);

  it(
    'goes straight to the gateway, and blocks by a reset only, where the network cannot be reached',
    async () => {
      const tested = await browser.open('about:blank');
      const { page } = tested;
      // As through a tunnel, which has only the one port.
      await page.route(
        ({ port, pathname }) => port !== new URL(site).port && pathname === '/push/health',
        (route) => route.abort('connectionrefused'),
      );
      await page.goto(site, { waitUntil: 'domcontentloaded' });
      await untilAutomatic(tested, (headline) => headline.includes('WebSocket'));
      expect(await page.getByLabel('How the network blocks').isVisible()).toBe(false);
      await page.getByRole('button', { name: 'Block WebSocket' }).click();
      await untilAutomatic(tested, (headline) => headline.includes('SSE'));
    },
    LONG,
  );

  it('shows no block that a gateway which was started anew knows nothing of, and adds up what lanes have cost', async () => {
    const tested = await browser.open(site);
    const { page } = tested;
    await untilAutomatic(tested, (headline) => headline.includes('WebSocket'));
    const block = page.locator('[data-part="ladder"] [data-part="block"]').nth(1);
    await block.click();
    await waitUntil('the block', async () => (await block.textContent()) === 'Free SSE', PATIENT);
    await untilEachLaneHas(4, page);
    const requests = await requestsOf(page);
    const { port } = new URL(site);
    await stop();
    const reason = page.locator('#automatic [data-part="reason"]');
    await waitUntil(
      'every lane to be away',
      async () => /No lane gets/.test((await reason.textContent()) ?? ''),
      PATIENT,
    );
    await start(port);
    await waitUntil('the block to be gone', async () => (await block.textContent()) === 'Block SSE', PATIENT);
    const story = page.locator('#automatic [data-part="trace"]');
    await waitUntil('the gap', async () => /began anew/.test((await story.textContent()) ?? ''), PATIENT);
    const before = await counts(page);
    await untilEachLaneHas(Math.max(...before) + 2, page);
    expect([await figure(page, 'lost'), await figure(page, 'repeated')]).toEqual([0, 0]);
    await waitUntil(
      'more requests than before in every lane',
      async () => (await requestsOf(page)).every((count, lane) => count > (requests[lane] ?? 0)),
      PATIENT,
    );
  }, 150_000);

  it(
    'fits on a telephone',
    async () => {
      const { page, screenshot, errors } = await browser.open(site);
      await page.setViewportSize({ width: 390, height: 844 });
      await untilEachLaneHas(2, page);
      await screenshot('demo-phone');
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
      expect(errors).toEqual([]);
    },
    LONG,
  );

  it(
    'the documents behind its links are there',
    async () => {
      const { page } = await browser.open(site);
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

  async function start(port: string): Promise<void> {
    // A severed line is found out by the heartbeat.
    const command = ['dist/server/cli.js', 'serve', '--demo', '--port', port, '--heartbeat', '1'];
    const started = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    server = started;
    let output = '';
    started.stdout.on('data', (piece) => (output += String(piece)));
    site = await waitUntil('the address of the site', () => /demo site is at\s+(\S+)/.exec(output)?.[1], PATIENT);
  }

  async function stop(): Promise<void> {
    if (server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  }

  async function publish(channel: string, data: unknown): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(data);
    const response = await fetch(`${site}push/channels/${channel}`, { method: 'POST', headers, body });
    expect(response.status).toBe(201);
  }
});

type Page = TestPage['page'];

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

async function requestsOf(page: Page): Promise<readonly number[]> {
  const texts = await page.locator('.lane [data-part="requests"]').allTextContents();
  return texts.map((text) => Number.parseInt(text.replaceAll(',', ''), 10) || 0);
}

async function counts(page: Page): Promise<readonly number[]> {
  const texts = await page.locator('.lane [data-part="messages"]').allTextContents();
  return texts.map((text) => Number.parseInt(text, 10) || 0);
}

/** Waits until every lane has taken so many of the figures that the site publishes. */
async function untilEachLaneHas(messages: number, page: Page): Promise<void> {
  const lanes = async () => {
    const taken = await counts(page);
    const isEnough = taken.length === catalog.length && Math.min(...taken) >= messages;
    return { isEnough, taken, states: await statesOf(page) };
  };
  await waitUntil(`${messages} messages in each lane`, async () => (await lanes()).isEnough, PATIENT).catch(
    async (error: unknown) => {
      throw new Error(`The lanes stand at ${JSON.stringify(await lanes())}.`, { cause: error });
    },
  );
}

function statesOf(page: Page): Promise<readonly (string | null)[]> {
  return page
    .locator('.lane [data-part="state"]')
    .evaluateAll((dots) => dots.map((dot) => dot.getAttribute('data-state')));
}

async function figure(page: Page, part: string): Promise<number> {
  return Number.parseInt((await page.locator(`#automatic [data-part="${part}"]`).textContent()) ?? '', 10);
}

async function untilAutomatic({ page }: TestPage, matches: (headline: string) => boolean): Promise<void> {
  await waitUntil(
    'the automatic lane to change',
    async () => matches((await page.locator('#automatic [data-part="now"]').textContent()) ?? ''),
    PATIENT,
  );
}
