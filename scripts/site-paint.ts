/**
 * Measures when each page of the demo site shows something: `npm run site:paint`. Starts the built gateway, opens every page
 * in Chromium over loopback, each time with nothing kept from before, and prints its first contentful paint.
 */
import type { Browser } from 'playwright-core';
import { launchChromium } from '../test/support/chromium.js';
import { startDemoServer } from '../test/support/demo-server.js';
import { fileOf, languages, pages } from './site-pages.js';

/** How often a page is opened; the median and the slowest are told. */
const VISITS = 5;

const files = languages.flatMap((language) => pages.map((page) => fileOf(page, language)));
const gateway = await startDemoServer();
try {
  const browser = await launchChromium();
  try {
    // The first page of a browser pays for its start.
    await paintMs(browser, gateway.address);
    console.log('first contentful paint over loopback, in milliseconds\n\nmedian  slowest  page');
    for (const file of files) {
      const times: number[] = [];
      for (let visit = 0; visit < VISITS; visit++) times.push(await paintMs(browser, gateway.address + file));
      times.sort((a, b) => a - b);
      console.log(`${cell(times[VISITS >> 1], 6)}  ${cell(times.at(-1), 7)}  ${file}`);
    }
  } finally {
    await browser.close();
  }
} finally {
  await gateway.stop();
}

function cell(ms: number | undefined, width: number): string {
  return (ms ?? Number.NaN).toFixed(0).padStart(width);
}

/** From when a page is asked for until its first text or picture is there. */
async function paintMs(browser: Browser, address: string): Promise<number> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    // An iframe that streams keeps the page loading for ever.
    await page.goto(address, { waitUntil: 'domcontentloaded' });
    return await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) => {
            for (const { name, startTime } of list.getEntries())
              if (name === 'first-contentful-paint') resolve(startTime);
          }).observe({ type: 'paint', buffered: true });
        }),
    );
  } finally {
    await context.close();
  }
}
