import { Command, InvalidArgumentError } from 'commander';
import { launchChromium } from '../support/chromium.js';
import { startDemoServer } from '../support/demo-server.js';
import { PER_SECOND, watchHeap } from './race-heap.js';

/** What an hour may leave behind, in bytes; measurements differ by less than a hundred thousand. */
const BOUND = 300_000;

await new Command('soak:race')
  .description('Runs the race’s page in Chromium for long. Exits with 1 when its heap has grown beyond a bound.')
  .option('--minutes <number>', 'how long it is run', minutesOf, 60)
  .addHelpText('after', '\nExample:\n  $ npm run soak:race -- --minutes 10')
  .action(soak)
  .parseAsync();

async function soak({ minutes }: { readonly minutes: number }): Promise<void> {
  const server = await startDemoServer({ heartbeat: '1' });
  const browser = await launchChromium();
  try {
    const measured = (time: number, bytes: number) =>
      console.log(`${time} of ${minutes} minutes: ${Math.round(bytes / 1_000)} kB`);
    const step = 60 * PER_SECOND;
    const bytes = await watchHeap(browser, server.address, { warm: 2 * step, step, times: minutes, measured });
    const grown = (bytes.at(-1) ?? 0) - (bytes[0] ?? 0);
    console.log(`The heap has grown by ${Math.round(grown / 1_000)} kB.`);
    process.exitCode = grown <= BOUND ? 0 : 1;
  } finally {
    await browser.close();
    await server.stop();
  }
}

function minutesOf(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('Give a whole number of minutes.');
}
