import puppeteer, { type Page } from 'puppeteer-core';
import { useBrowserOf } from './browser-life.js';
import { pathOf, program } from './requires.js';

const PROGRAM = process.env['FIREFOX_PATH'] || 'firefox-esr';

/** Firefox, in the long-term version that Debian has, or one of your own. */
export const firefox = program(PROGRAM, 'install firefox-esr, or set FIREFOX_PATH to a Firefox of your own');

/**
 * What Firefox says of an `EventSource` to another port that the page itself has closed before an answer came, as the client does
 * with those it needs no more, and of a request that got none. Of the latter it also says that the request has failed.
 */
const NO_ANSWER = /remote resource at (\S+)\. \(Reason: CORS request did not succeed\)/;

/** How a request fails that the page has given up. */
const GIVEN_UP = 'NS_BINDING_ABORTED';

/** A page in Firefox, with a record of what went wrong in it. */
export interface FirefoxPage {
  readonly page: Page;
  /** Errors in the console up to now, and exceptions that nobody caught. */
  errors(): readonly string[];
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
      const failed = new Set<string>();
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('requestfailed', (request) => {
        if (request.failure()?.errorText !== GIVEN_UP) failed.add(request.url());
      });
      const isError = (text: string) => {
        const [, address] = NO_ANSWER.exec(text) ?? [];
        return address === undefined || failed.has(address);
      };
      await page.goto(url, { waitUntil: 'domcontentloaded' });
      // Not before they are asked for: what has failed may be told after what it has left in the console.
      return { page, errors: () => errors.filter(isError) };
    },
  };
}
