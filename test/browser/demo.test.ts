import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { catalog } from '../../transports/catalog.js';
import { type TestPage, useBrowser } from '../support/browser.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

const PATIENT = { timeoutMs: 15_000, everyMs: 50 };

describeWith(chromium, 'the demo site in a real browser, as npm start serves it', () => {
  const browser = useBrowser();
  let server: ChildProcess;
  let site: string;

  beforeAll(async () => {
    const command = ['dist/server/cli.js', 'serve', '--demo', '--port', '0'];
    server = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    server.stdout?.on('data', (piece) => (output += String(piece)));
    site = await waitUntil('the address of the site', () => /demo site is at\s+(\S+)/.exec(output)?.[1], PATIENT);
  }, 30_000);
  afterAll(async () => {
    if (server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  });

  it('every lane moves, and nothing in the page goes wrong', async () => {
    const { page, errors, failedRequests, screenshot } = await browser.open(site);
    await page.setViewportSize({ width: 1440, height: 1000 });
    await untilEachLaneHas(5, page);
    expect(await statesOf(page)).toEqual(catalog.map(() => 'open'));
    await screenshot('demo-desktop');
    await untilEachLaneHas(6, page);
    expect([...errors, ...failedRequests]).toEqual([]);
  });

  it('what a terminal publishes shows up in every lane', async () => {
    const { page } = await browser.open(site);
    await untilEachLaneHas(1, page);
    const response = await fetch(`${site}push/channels/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from: 'terminal', text: 'hello </script> 😀' }),
    });
    expect(response.status).toBe(201);
    await waitUntil(
      'the line in every lane',
      async () => {
        const lines = await page.locator('.lane [data-part="lines"]').allTextContents();
        return lines.length === catalog.length && lines.every((text) => text.includes('hello </script> 😀'));
      },
      PATIENT,
    );
  });

  it('what a visitor says shows up in every lane', async () => {
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
  });

  it('the automatic lane falls back when its transport is blocked, and returns, without loss or repetition', async () => {
    const tested = await browser.open(site);
    const { page } = tested;
    await page.setViewportSize({ width: 1440, height: 1000 });
    await untilAutomatic(tested, (headline) => headline.includes('WebSocket'));
    const block = page.locator('[data-part="ladder"] [data-part="block"]').first();
    await block.click();
    await untilAutomatic(tested, (headline) => headline.includes('SSE'));
    await page.locator('#automatic').scrollIntoViewIfNeeded();
    await tested.screenshot('demo-fallback');
    await block.click();
    await untilAutomatic(tested, (headline) => headline.includes('WebSocket'));
    const received = await figure(page, 'received');
    await waitUntil('more messages', async () => (await figure(page, 'received')) > received, PATIENT);
    expect([await figure(page, 'lost'), await figure(page, 'repeated')]).toEqual([0, 0]);
    expect(await figure(page, 'changes')).toBeGreaterThanOrEqual(2);
    // What the blocked sockets leave in the console is all that may be there.
    expect(tested.errors.filter((error) => !error.includes('WebSocket connection to'))).toEqual([]);
  }, 60_000);

  it('fits on a telephone', async () => {
    const { page, screenshot, errors } = await browser.open(site);
    await page.setViewportSize({ width: 390, height: 844 });
    await untilEachLaneHas(2, page);
    await screenshot('demo-phone');
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    expect(errors).toEqual([]);
  });

  it('the documents behind its links are there', async () => {
    const { page } = await browser.open(site);
    const links = await page
      .locator('a[href]')
      .evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
    const pages = [...new Set(links.map((link) => link.split('#')[0] ?? ''))];
    expect(pages.length).toBeGreaterThan(catalog.length);
    const statuses = await Promise.all(pages.map(async (address) => `${(await fetch(address)).status} ${address}`));
    expect(statuses.filter((status) => !status.startsWith('200 '))).toEqual([]);
  });
});

type Page = TestPage['page'];

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
