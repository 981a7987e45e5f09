/**
 * Makes the README's picture of the demo site: `npm run screenshot`. Starts the built gateway, opens the race in Chromium, and
 * publishes a line to the chat.
 */
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchChromium } from '../test/support/chromium.js';
import { startDemoServer } from '../test/support/demo-server.js';

const PICTURE = 'docs/images/demo.png';

const gateway = await startDemoServer();
try {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1_510 } });
    // An iframe that streams keeps the page loading for ever.
    await page.goto(gateway.address, { waitUntil: 'domcontentloaded' });
    await sleep(8_000);
    await fetch(`${gateway.address}push/channels/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from: 'curl', text: 'hello, lanes' }),
    });
    await sleep(6_000);
    await mkdir('docs/images', { recursive: true });
    await page.screenshot({ path: PICTURE });
    console.log(`wrote ${PICTURE}`);
  } finally {
    await browser.close();
  }
} finally {
  await gateway.stop();
}
