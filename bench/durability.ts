import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bus } from '../server/index.js';
import { FileBus, MemoryBus } from '../server/index.js';
import { median } from './median.js';

/*
 * What durability costs: messages acknowledged per second by the bus in memory and by the one on disk, with and without
 * a flush for each group, for 1, 10 and 100 who publish at the same time and each wait for their receipt; and how long
 * a large log takes to open. The directory is made under the one given, as it is the disk there that is measured.
 *
 *   node dist/bench/durability.js [directory] [messages of the large log]
 */

const [root = '.', large = '1000000'] = process.argv.slice(2);
const folder = mkdtempSync(join(root, 'durability-'));
const SECONDS = 2;
const ROUNDS = 3;
const TEXT = JSON.stringify('x'.repeat(100));
/** So that nothing is left out of the large log. */
const KEEP = { count: Number(large), bytes: 2 ** 40, totalBytes: 2 ** 40 };

const engines: Readonly<Record<string, () => Promise<Bus>>> = {
  memory: async () => new MemoryBus(),
  'file, not flushed': () => FileBus.open({ directory: mkdtempSync(join(folder, 'log-')), flush: false }),
  file: () => FileBus.open({ directory: mkdtempSync(join(folder, 'log-')) }),
};

/** Messages per second that so many publishers get acknowledged. */
async function throughput(bus: Bus, publishers: number): Promise<number> {
  const began = performance.now();
  const end = began + SECONDS * 1_000;
  let acked = 0;
  const publish = async (channel: string) => {
    for (; performance.now() < end; acked++) await bus.publish({ channel, data: TEXT, key: `${channel} ${acked}` });
  };
  await Promise.all(Array.from({ length: publishers }, (_, index) => publish(`channel ${index}`)));
  return acked / ((performance.now() - began) / 1_000);
}

try {
  const rows: Record<string, Record<string, number>> = {};
  for (const publishers of [1, 10, 100]) {
    // Interleaved, so that what else the machine does falls on all of them.
    const rates = new Map<string, number[]>(Object.keys(engines).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, open] of Object.entries(engines)) {
        const bus = await open();
        rates.get(name)?.push(await throughput(bus, publishers));
        await bus.close();
      }
    }
    const row = [...rates].map(([name, values]) => [name, Math.round(median(values))]);
    rows[`${publishers} publishers`] = Object.fromEntries(row);
  }
  console.log('Messages acknowledged per second:');
  console.table(rows);

  const directory = join(folder, 'large');
  const bus = await FileBus.open({ directory, retention: KEEP });
  for (let count = 0; count < Number(large); count += 1_000) {
    await Promise.all(Array.from({ length: 1_000 }, (_, at) => bus.publish({ channel: `c${at}`, data: TEXT })));
  }
  await bus.close();
  const before = process.memoryUsage.rss();
  const began = performance.now();
  const again = await FileBus.open({ directory, retention: KEEP });
  const opened = performance.now();
  await again.read({ after: new Map([['c7', 0]]), limit: 256, bytes: 256 * 1024 });
  const read = performance.now();
  const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
  await again.close();
  console.log(
    `A log of ${large} messages on 1,000 channels opens in ${Math.round(opened - began)} ms; ` +
      `its first page takes ${Math.round(read - opened)} ms; together they take ${Math.round(grown)} MiB.`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
