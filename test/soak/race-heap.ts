import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { waitUntil } from '../support/wait-until.js';

/** As much as a race of one's own can be made to publish to the lanes alone, in messages that are short. */
const SETTINGS = '#rate=20&bytes=128&poll=250&clients=0';

const MEASUREMENTS = 5;
const PAUSE_MS = 1_000;

/** How the race's page is watched. */
export interface HeapWatch {
  /** Messages that each lane takes before the first measurement: what is bounded has to be full by then. */
  readonly warm: number;
  /** Messages that it takes between one measurement and the next. */
  readonly step: number;
  /** Measurements besides the first one. */
  readonly times: number;
  /** Told of each measurement, in bytes. */
  readonly measured?: (time: number, bytes: number) => void;
}

/** Messages that each lane is sent in a second. */
export const PER_SECOND = 20;

/**
 * Runs the race's page of a site in a browser, and measures now and then what JavaScript's heap holds after all garbage was
 * collected. Resolves with the measurements in bytes, first to last.
 */
export async function watchHeap(browser: Browser, site: string, options: HeapWatch): Promise<readonly number[]> {
  const { warm, step, times, measured = () => {} } = options;
  const page = await browser.newPage();
  try {
    await page.goto(site + SETTINGS, { waitUntil: 'domcontentloaded' });
    const session = await page.context().newCDPSession(page);
    const bytes: number[] = [];
    for (let time = 0; time <= times; time++) {
      await untilTaken(warm + time * step, page);
      bytes.push(await heapOf(session));
      measured(time, bytes.at(-1) ?? 0);
    }
    return bytes;
  } finally {
    await page.close();
  }
}

async function untilTaken(messages: number, page: Page): Promise<void> {
  const fewest = async () => {
    const texts = await page.locator('.lane [data-part="messages"]').allTextContents();
    return Math.min(...texts.map((text) => Number(text.replaceAll(',', ''))));
  };
  // A busy machine takes its time; one that brings nothing at all does not get there.
  const patience = { timeoutMs: 60_000 + (messages / PER_SECOND) * 3_000, everyMs: 250 };
  await waitUntil(`${messages} messages in every lane`, async () => (await fewest()) >= messages, patience);
}

/**
 * What is left after all garbage has been collected, by the DevTools protocol: the least of several measurements, as code
 * that is just being compiled needs some hundred kilobytes for a moment.
 */
async function heapOf(session: CDPSession): Promise<number> {
  const sizes: number[] = [];
  for (let time = 0; time < MEASUREMENTS; time++) {
    await sleep(PAUSE_MS);
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    sizes.push(usedSize);
  }
  return Math.min(...sizes);
}
