/**
 * Makes the README's picture of the demo site: `npm run screenshot`. Starts the built gateway, opens the race in Chromium, and
 * publishes a line to the chat.
 */
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchChromium } from '../test/support/chromium.js';

const PICTURE = 'docs/images/demo.png';

const gateway = spawn(process.execPath, ['dist/server/cli.js', 'serve', '--demo', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const site = await addressOf(gateway.stdout);
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1280, height: 1_420 } });
  // An iframe that streams keeps the page loading for ever.
  await page.goto(site, { waitUntil: 'domcontentloaded' });
  await sleep(8_000);
  await fetch(`${site}/push/channels/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: 'curl', text: 'hello, lanes' }),
  });
  await sleep(6_000);
  await mkdir('docs/images', { recursive: true });
  await page.screenshot({ path: PICTURE });
  await browser.close();
  console.log(`wrote ${PICTURE}`);
} finally {
  gateway.kill('SIGTERM');
}

/** The address that `pushgate serve` prints when it listens. */
async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of output) {
    text += chunk;
    const address = /demo site is at\s+(\S+?)\/\n/.exec(text)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error('The gateway did not start; run "npm start" to see why.');
}
