import { afterAll, afterEach, beforeAll } from '@jest/globals';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { pathOf, program } from './requires.js';

const PROGRAM = process.env['FIREFOX_PATH'] || 'firefox-esr';

/** Firefox, in the long-term version that Debian has, or one of your own. */
export const firefox = program(PROGRAM, 'install firefox-esr, or set FIREFOX_PATH to a Firefox of your own');

/** What Firefox says of a request to another port that the page itself gave up, as the client does with those it needs no more. */
const GIVEN_UP = 'CORS request did not succeed';

/** A page in Firefox, with a record of what went wrong in it. */
export interface FirefoxPage {
  readonly page: Page;
  /** Errors in the console, and exceptions that nobody caught. */
  readonly errors: readonly string[];
}

/**
 * Gives a test file a Firefox, driven over WebDriver BiDi (W3C): started before its first test, its pages closed after each,
 * ended after the last.
 */
export function useFirefox(): { open(url: string): Promise<FirefoxPage> } {
  let browser: Browser | undefined;
  let pages: Page[] = [];

  beforeAll(async () => {
    browser = await puppeteer.launch({ browser: 'firefox', executablePath: pathOf(PROGRAM), headless: true });
  }, 120_000);

  afterEach(async () => {
    const over = pages;
    pages = [];
    await Promise.all(over.map((page) => page.close()));
  });

  afterAll(async () => {
    await browser?.close();
  });

  return {
    async open(url) {
      if (browser === undefined) throw new Error('Open pages inside a test: the browser starts before the first one.');
      const page = await browser.newPage();
      pages.push(page);
      const errors: string[] = [];
      const note = (text: string) => {
        if (!text.includes(GIVEN_UP)) errors.push(text);
      };
      page.on('console', (message) => {
        if (message.type() === 'error') note(message.text());
      });
      page.on('pageerror', (error) => note(String(error)));
      await page.goto(url, { waitUntil: 'domcontentloaded' });
      return { page, errors };
    },
  };
}
