import { gzipSync } from 'node:zlib';
import { expect, it } from '@jest/globals';
import axe from 'axe-core';
import { fileOf, languages, pages } from '../../scripts/site-pages.js';
import { type TestPage, useBrowser } from '../support/browser.js';
import { useDemoSite } from '../support/demo-site.js';
import { reachByKeyboard } from '../support/keyboard.js';
import { chromium, describeWith } from '../support/requires.js';

const LONG = 150_000;

/** What a page may have, compressed, with the client and everything else that it loads. */
const WEIGHT_BYTES = 150_000;

/** How long a page is watched for what moves, in milliseconds. */
const WATCHED_MS = 1_500;

const WINDOWS = [
  { name: 'phone', width: 360, height: 740 },
  { name: 'desktop', width: 1280, height: 800 },
] as const;

/** A problem that axe has found, as far as the test tells it. */
interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

describeWith(chromium, 'every page of the site in a real browser', () => {
  const browser = useBrowser();
  const site = useDemoSite();
  const byName = pages.map((page) => [page.name, page] as const);

  it.each(byName)(
    '%s: nothing fails, jumps, is cut off or heavy, and everybody can read it, in each language, window and colour scheme',
    async (_name, page) => {
      const visits = languages.flatMap((language) =>
        WINDOWS.map((window) => problemsOf(fileOf(page, language), window)),
      );
      expect((await Promise.all(visits)).flat()).toEqual([]);
    },
    LONG,
  );

  it.each(['docs/index.html', 'docs/docs/guarantees.html'])(
    '%s: the same of a document',
    async (file) => {
      const visits = WINDOWS.map((window) => problemsOf(file, window));
      expect((await Promise.all(visits)).flat()).toEqual([]);
    },
    LONG,
  );

  async function problemsOf(file: string, window: (typeof WINDOWS)[number]): Promise<readonly string[]> {
    const tested = await browser.open('about:blank');
    const { page, errors, failedRequests } = tested;
    await page.setViewportSize(window);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.addInitScript(watchShifts);
    const weights = weighed(page);
    await page.goto(site.address + file, { waitUntil: 'domcontentloaded' });
    await page.waitForTimeout(WATCHED_MS);
    const problems: string[] = [];
    const shift = await page.evaluate(() => Number(document.documentElement.dataset['shift']));
    if (!(shift <= 0.1)) problems.push(`moved by ${shift}`);
    const excess = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (excess > 0) problems.push(`is ${excess} px wider than the window`);
    const bytes = (await Promise.all(weights)).reduce((sum, weight) => sum + weight, 0);
    if (weights.length < 3 || bytes > WEIGHT_BYTES) problems.push(`weighs ${bytes} bytes in ${weights.length} files`);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      problems.push(...(await findings(page)).map((finding) => `${colorScheme}: ${finding}`));
      await tested.screenshot(`site-${file.replace('.html', '').replaceAll('/', '-')}-${window.name}-${colorScheme}`);
    }
    const all = [...problems, ...errors, ...failedRequests];
    await page.close();
    return all.map((problem) => `${file} on a ${window.name} ${problem}`);
  }

  it.each(byName)(
    '%s: every control is reached with the keyboard, and seen to be',
    async (_name, page) => {
      const tested = await browser.open(site.address + fileOf(page, languages[0]));
      await tested.page.waitForTimeout(WATCHED_MS);
      const { missed, unseen, reached } = await reachByKeyboard(tested.page);
      expect({ missed, unseen }).toEqual({ missed: [], unseen: [] });
      expect(reached).toBeGreaterThan(5);
    },
    LONG,
  );
});

/** The compressed sizes of the page's own files, as they are loaded from now on. */
function weighed(page: TestPage['page']): readonly Promise<number>[] {
  const weights: Promise<number>[] = [];
  page.on('response', (response) => {
    const isFile = ['document', 'script', 'stylesheet'].includes(response.request().resourceType());
    // A frame that streams never ends.
    if (isFile && response.frame() === page.mainFrame())
      weights.push(response.body().then((body) => gzipSync(body).length));
  });
  return weights;
}

/** Runs in the page, before its own script: adds up its layout shifts in `data-shift`. */
function watchShifts(): void {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) sum += Number(Reflect.get(entry, 'value'));
    document.documentElement.dataset['shift'] = String(sum);
  }).observe({ type: 'layout-shift', buffered: true });
  addEventListener('DOMContentLoaded', () => {
    document.documentElement.dataset['shift'] = String(sum);
  });
}

/** What axe has to say about a page. What the hidden frames of the iframe transport hold is for nobody to read. */
async function findings(page: TestPage['page']): Promise<readonly string[]> {
  // The page's policy has no scripts but its own; what a debugger evaluates is not under it.
  await page.evaluate(axe.source);
  const found = await page.evaluate<readonly Finding[]>(
    'axe.run(document, { iframes: false }).then(({ violations }) => violations)',
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 150)} ${failureSummary}`),
  );
}
