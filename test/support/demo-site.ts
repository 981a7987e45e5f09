import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import type { TestPage } from './browser.js';
import { type DemoServer, startDemoServer } from './demo-server.js';
import { waitUntil } from './wait-until.js';

/** For what happens on a page that a busy machine is slow to load. */
export const PATIENT = { timeoutMs: 30_000, everyMs: 50 };

/** For a test with one wait or two. */
export const LONG = 90_000;

/** The demo site as `npm start` serves it, for one test file. */
export interface DemoSite {
  /** Its address, with a slash at the end. */
  readonly address: string;
  /** Ends the server and starts another one at the same address; `meanwhile` is done in between. */
  restart(meanwhile: () => Promise<unknown>): Promise<void>;
  /** Publishes as a terminal would. */
  publish(channel: string, data: unknown): Promise<void>;
}

/** Starts the built site before the first test of a file, and ends it after the last. */
export function useDemoSite(): DemoSite {
  // A severed line is found out by the heartbeat.
  const heartbeat = '1';
  let server: DemoServer | undefined;
  const running = () => {
    if (server === undefined) throw new Error('Use the site inside a test: it starts before the first one.');
    return server;
  };

  beforeAll(async () => {
    server = await startDemoServer({ heartbeat });
  }, 60_000);
  afterAll(() => server?.stop());

  return {
    get address() {
      return running().address;
    },
    async restart(meanwhile) {
      const { port } = new URL(running().address);
      await running().stop();
      await meanwhile();
      server = await startDemoServer({ port, heartbeat });
    },
    async publish(channel, data) {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(data);
      const response = await fetch(`${running().address}push/channels/${channel}`, { method: 'POST', headers, body });
      expect(response.status).toBe(201);
    },
  };
}

/** Waits until the script of a page has begun. */
export async function untilReady({ page }: TestPage): Promise<void> {
  await waitUntil('the page to be ready', () => page.locator('html[data-ready]').count(), PATIENT);
}

/** Waits until an element says just this, or something that a pattern finds. */
export async function untilSays(element: Locator, text: string | RegExp, timing = PATIENT): Promise<void> {
  await waitUntil(
    `${element} to say ${text}`,
    async () => {
      const said = (await element.textContent()) ?? '';
      return typeof text === 'string' ? said === text : text.test(said);
    },
    timing,
  );
}

/** Tells a page that it is seen or not, as a browser does of a tab that comes to the front or goes away. */
export async function setVisibility(page: Page, state: DocumentVisibilityState): Promise<void> {
  await page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
}

/** The numbers in the elements that a selector finds; what is no number yet counts as 0. */
export async function numbersIn({ page }: TestPage, selector: string): Promise<readonly number[]> {
  const texts = await page.locator(selector).allTextContents();
  return texts.map((text) => Number.parseInt(text.replaceAll(',', ''), 10) || 0);
}
