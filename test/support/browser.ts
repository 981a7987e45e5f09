import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { useBrowserOf } from './browser-life.js';
import { launchChromium } from './chromium.js';

/** A page in a real browser, with a record of what went wrong in it. */
export interface TestPage {
  readonly page: Page;
  /** Errors in the console, and exceptions that nobody caught. */
  readonly errors: readonly string[];
  /** Requests that got no answer, save those that the page gave up itself. */
  readonly failedRequests: readonly string[];
  /** Keeps a picture of the page as `test/output/screenshots/<name>.png`. */
  screenshot(name: string): Promise<void>;
}

/** The browser of one test file. */
export interface TestBrowser {
  /**
   * Opens a page, in a session of its own or as a further tab beside another page, sharing its storage. Does not wait
   * for the page's `load` event: that never comes where an iframe streams. Unless the page `mayFail`, the test fails with
   * whatever goes wrong in it for as long as it is open, save in the network, which many tests break.
   */
  open(url: string, options?: { readonly beside?: TestPage; readonly mayFail?: boolean }): Promise<TestPage>;
}

/** How Chromium begins to say in the console that a request, a WebSocket or what another origin answers came to nothing. */
const OF_THE_NETWORK = /^(Failed to load resource:|WebSocket connection to |Access to )/;

/** Gives a test file a browser: started before its first test, its pages closed after each, ended after the last. */
export function useBrowser(): TestBrowser {
  const openIn = useBrowserOf(launchChromium, 60_000);
  const watching: (readonly string[])[] = [];
  // Comes after the pages have been closed.
  afterEach(() => {
    const errors = watching.splice(0).flat();
    expect(errors.filter((error) => !OF_THE_NETWORK.test(error))).toEqual([]);
  });
  return {
    async open(url, { beside, mayFail = false } = {}) {
      const context = beside?.page.context() ?? (await openIn((browser) => browser.newContext()));
      const tested = watched(await context.newPage());
      if (!mayFail) watching.push(tested.errors);
      await tested.page.goto(url, { waitUntil: 'domcontentloaded' });
      return tested;
    },
  };
}

function watched(page: Page): TestPage {
  const errors: string[] = [];
  const failedRequests: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? 'no reason given';
    if (reason !== 'net::ERR_ABORTED') failedRequests.push(`${request.method()} ${request.url()}: ${reason}`);
  });
  return {
    page,
    errors,
    failedRequests,
    async screenshot(name) {
      const folder = 'test/output/screenshots';
      await mkdir(folder, { recursive: true });
      await page.screenshot({ path: join(folder, `${name}.png`) });
    },
  };
}
