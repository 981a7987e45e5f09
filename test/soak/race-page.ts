import { Command, InvalidArgumentError } from 'commander';
import { launchChromium } from '../support/chromium.js';
import { startDemoServer } from '../support/demo-server.js';
import { watchHeap } from './race-heap.js';

const WARM_MS = 120_000;
const BOUND = 3_000_000;

await new Command('soak:race')
  .description('Runs the race’s page in Chromium for long. Exits with 1 when its heap has grown beyond a bound.')
  .option('--minutes <number>', 'how long it is run', minutesOf, 60)
  .addHelpText('after', '\nExample:\n  $ npm run soak:race -- --minutes 10')
  .action(soak)
  .parseAsync();

async function soak({ minutes }: { readonly minutes: number }): Promise<void> {
  const server = await startDemoServer();
  const browser = await launchChromium();
  try {
    const measured = (share: number, bytes: number) =>
      console.log(`${Math.round(share * minutes)} of ${minutes} minutes: ${Math.round(bytes / 1_000)} kB`);
    const run = { warmMs: WARM_MS, runMs: minutes * 60_000, times: Math.max(2, Math.ceil(minutes / 2)), measured };
    const { bytes, messages } = await watchHeap(browser, server.address, run);
    const grown = (bytes.at(-1) ?? 0) - (bytes[0] ?? 0);
    console.log(`The heap has grown by ${Math.round(grown / 1_000)} kB, while each lane took ${messages} messages.`);
    process.exitCode = grown <= BOUND && messages > 0 ? 0 : 1;
  } finally {
    await browser.close();
    await server.stop();
  }
}

function minutesOf(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('Give a whole number of minutes.');
}
