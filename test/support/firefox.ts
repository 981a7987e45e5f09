import puppeteer, { type Page } from 'puppeteer-core';
import { useBrowserOf } from './browser-life.js';
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
  const launch = () => puppeteer.launch({ browser: 'firefox', executablePath: pathOf(PROGRAM), headless: true });
  const openIn = useBrowserOf(launch, 120_000);
  return {
    async open(url) {
      const page = await openIn((browser) => browser.newPage());
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
