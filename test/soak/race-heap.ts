import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, CDPSession, Page } from 'playwright-core';

/** As much as a race of one's own can be made to publish to the lanes alone, in messages that are short. */
const SETTINGS = '#rate=20&bytes=128&poll=250&clients=0';

const MEASUREMENTS = 5;
const PAUSE_MS = 1_000;

/** How the race's page is watched. */
export interface HeapWatch {
  /** Before the first measurement, in milliseconds: what is bounded has to be full by then, of which most takes 40 s. */
  readonly warmMs: number;
  /** Between the first measurement and the last one. */
  readonly runMs: number;
  /** Measurements besides the first one. */
  readonly times: number;
  /** Told of each measurement: how far the run is, 0 to 1, and the heap in bytes. */
  readonly measured?: (share: number, bytes: number) => void;
}

/** What came of it. */
export interface HeapReport {
  /** What JavaScript's heap held after all garbage was collected, first to last. */
  readonly bytes: readonly number[];
  /** Messages that each lane took between the first measurement and the last, at the least. */
  readonly messages: number;
}

/** Runs the race's page of a site in a browser, and measures its heap now and then. */
export async function watchHeap(browser: Browser, site: string, options: HeapWatch): Promise<HeapReport> {
  const { warmMs, runMs, times, measured = () => {} } = options;
  const page = await browser.newPage();
  try {
    await page.goto(site + SETTINGS, { waitUntil: 'domcontentloaded' });
    const session = await page.context().newCDPSession(page);
    await sleep(warmMs);
    const before = await fewestTaken(page);
    const bytes = [await heapOf(session)];
    for (let time = 1; time <= times; time++) {
      await sleep(runMs / times);
      bytes.push(await heapOf(session));
      measured(time / times, bytes.at(-1) ?? 0);
    }
    return { bytes, messages: (await fewestTaken(page)) - before };
  } finally {
    await page.close();
  }
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

async function fewestTaken(page: Page): Promise<number> {
  const texts = await page.locator('.lane [data-part="messages"]').allTextContents();
  return Math.min(...texts.map((text) => Number(text.replaceAll(',', ''))));
}
