import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { reportHtml } from '../../bench/report/report.js';
import type { LabResult } from '../../bench/result.js';
import { useBrowser } from '../support/browser.js';
import { chromium, describeWith } from '../support/requires.js';
import { madeUpQuickResult, madeUpResult } from './made-up-result.js';

const QUESTIONS = [
  'What does a message cost the server?',
  'What does an idle user cost?',
  'How late is a message?',
  'What happens at 4,000?',
  'What does the wire carry for each message?',
  'What happens in a burst, and at saturation?',
  'What does coming back cost?',
  'What does distance change?',
  'How long is the round trip of a call?',
  'What does it cost that everybody gets something else?',
  'Who feels it when others catch up?',
  'What do slow readers cost?',
];
const folder = 'test/output/report';

describe('the report of a run', () => {
  let page: string;
  /** With breakable spaces, which are easier to write here. */
  let text: string;

  /** What a pattern finds: a whole page would drown the name of a test that fails. */
  const said = (pattern: RegExp) => pattern.exec(text)?.[0] ?? null;

  beforeAll(async () => {
    page = await reportHtml(madeUpResult());
    text = page.replaceAll('\u00a0', ' ');
  });

  it.each([...QUESTIONS, 'What is usually said', 'Against the literature', 'Where, and how sure', 'Do it again'])(
    'has a section "%s"',
    (heading) => {
      expect(page).toContain(`">${heading}</h2>`);
    },
  );

  it('tells in sentences who is cheapest, and how Pushgate stands to its peers', () => {
    expect(text).toContain(
      'CPU per message: lowest with pushgate polling, 2.2 µs; highest with socket.io polling, 30.8 µs (14 ×).',
    );
    expect(
      said(
        /over WebSocket 0\.5\d × socket\.io websocket \(0\.7\d × ws\); over SSE 0\.5\d × better-sse \(0\.6\d × bare sse\)/,
      ),
    ).not.toBeNull();
    expect(said(/over long-polling 0\.3\d × socket\.io polling \(0\.5\d × bare long-poll\)/)).not.toBeNull();
  });

  it('shows what failed as failed, with the reason', () => {
    expect(page).toContain('failed: the server ended: out of memory');
    expect(page).toContain('42 lost, 0 repeated, 0 out of order');
  });

  it('says from how many cells the machine was taken away, and how much from each', () => {
    expect(page).toMatch(
      /A run from which more than 5\s% was taken was made once more while there was time; 1 of \d+ cells have one/,
    );
    expect(page).toContain('<td>12 %</td></tr>');
  });

  it('judges what is usually said by the figures', () => {
    expect(said(/Adds the fewest bytes.*?holds.*?132 B, and 158 B over polling/)).not.toBeNull();
    expect(
      said(/Waiting requests hold more.*?does not hold here.*?5\.4 KiB against 5\.6 KiB over SSE, within the spread/),
    ).not.toBeNull();
    expect(said(/Order is hard to keep.*?does not hold here.*?0 of [\d,]+ messages out of order/)).not.toBeNull();
    expect(said(/Some proxies and firewalls stop it.*?not measured/)).not.toBeNull();
  });

  it('takes no text of the run for markup', () => {
    expect(page).not.toContain('<after a time-out>');
    expect(page).not.toContain('<no less>');
    expect(page).not.toContain('CPU <2.5 GHz>');
  });

  it('needs nothing from anywhere', () => {
    expect(page).not.toMatch(/<link[^>]+href="(?!data:)|<script[^>]+src=|@import|url\((?!["']?data:)/);
  });

  it('says of a quick run what the full one would fill', async () => {
    const quick = await reportHtml(madeUpQuickResult());
    for (const question of QUESTIONS) expect(quick).toContain(question);
    expect(quick).toContain('This run did not measure it');
    expect(quick).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('says of a question whose cells have all failed that they have', async () => {
    const result = madeUpResult();
    const cells = result.cells.map((cell) => ({
      ...cell,
      failed: cell.scenario === 'idle' ? 'no memory' : cell.failed,
    }));
    const failing = await reportHtml({ ...result, cells });
    expect(failing).toContain('what was measured for it has failed');
    expect(failing).toContain('failed: no memory');
  });

  it('stands a run without any cell', async () => {
    const empty = await reportHtml({ ...madeUpResult(), cells: [], findings: [] });
    expect(empty).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('holds no number that is none', () => {
    expect(page.slice(0, page.lastIndexOf('<script>')).slice(page.indexOf('<body>'))).not.toMatch(
      /NaN|undefined|Infinity/,
    );
  });
});

describeWith(chromium, 'the report in a real browser', () => {
  const browser = useBrowser();

  async function open(name: string, result: LabResult) {
    await mkdir(folder, { recursive: true });
    const file = join(folder, `${name}.html`);
    await writeFile(file, await reportHtml(result));
    return browser.open(pathToFileURL(resolve(file)).href);
  }

  it.each(['light', 'dark'] as const)('is drawn without an error on a wide %s screen', async (scheme) => {
    const { page, errors, failedRequests } = await open('full', madeUpResult());
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width: 1280, height: 900 });
    const plots = await page.locator('[data-plot]').count();
    expect(plots).toBeGreaterThan(3);
    expect(await page.locator('[data-plot] canvas').count()).toBe(plots);
    await page.screenshot({ path: await picture(`report-${scheme}`), fullPage: true });
    expect([...errors, ...failedRequests]).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('fits a %s phone', async (scheme) => {
    const { page, errors } = await open('full', madeUpResult());
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
    await page.waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth, null, {
      timeout: 5_000,
    });
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = false;
    });
    await page.screenshot({ path: await picture(`report-phone-${scheme}`), fullPage: true });
    expect(errors).toEqual([]);
  });

  it('draws a quick run without an error', async () => {
    const { page, errors } = await open('quick', madeUpQuickResult());
    await page.screenshot({ path: await picture('report-quick'), fullPage: true });
    expect(errors).toEqual([]);
  });

  it('moves through a plot, and hides a line of it, by keyboard', async () => {
    const { page, errors } = await open('full', madeUpResult());
    const plot = page.locator('#four-thousand [data-plot]');
    await plot.locator('.surface').focus();
    await page.keyboard.press('ArrowRight');
    await expect(plot.locator('.legend p').textContent()).resolves.toBe('100 subscribers');
    await page.keyboard.press('ArrowRight');
    await expect(plot.locator('.legend p').textContent()).resolves.toBe('1,000 subscribers');
    const button = plot.locator('.legend button').first();
    await button.focus();
    await page.keyboard.press('Enter');
    await expect(button.getAttribute('aria-pressed')).resolves.toBe('false');
    expect(errors).toEqual([]);
  });
});

async function picture(name: string): Promise<string> {
  await mkdir('test/output/screenshots', { recursive: true });
  return `test/output/screenshots/${name}.png`;
}
