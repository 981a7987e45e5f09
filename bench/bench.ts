import { cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { catalog } from '../transports/catalog.js';
import { type FanOutResult, fanOut } from './fan-out.js';

/** What the command was told. */
interface BenchOptions {
  readonly subscribers: number;
  readonly rate: number;
  readonly bytes: number;
  readonly seconds: number;
}

await new Command('bench')
  .description('Measures what each transport of the catalog costs the gateway, one after the other.')
  .option('--subscribers <number>', 'subscribers of one channel', wholeNumber, 200)
  .option('--rate <number>', 'messages published each second', wholeNumber, 20)
  .option('--bytes <number>', 'text in each message, in bytes', wholeNumber, 100)
  .option('--seconds <number>', 'how long each transport is measured', wholeNumber, 5)
  .action(run)
  .parseAsync();

async function run({ subscribers, rate, bytes, seconds }: BenchOptions): Promise<void> {
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}`);
  console.log(
    `${subscribers} subscribers of one channel, ${rate} messages of ${bytes} bytes each second, for ${seconds} s`,
  );
  const rows: FanOutResult[] = [];
  for (const [index, transport] of catalog.entries()) {
    progress(`${index + 1} of ${catalog.length}: ${transport}`);
    const scenario = { transport, subscribers, perSecond: rate, bytes, warmUpMs: 1_500, measureMs: seconds * 1_000 };
    rows.push(await fanOut(scenario));
  }
  progress('');
  console.table(
    Object.fromEntries(
      rows.map(({ transport, ...row }) => [
        transport,
        {
          arrived: `${row.delivered} of ${row.expected}`,
          'CPU µs per message': round(row.cpuMicros),
          'KiB per subscriber': round(row.rssKiB),
          'p50 ms': row.p50Ms,
          'p99 ms': row.p99Ms,
        },
      ]),
    ),
  );
  const incomplete = rows.filter((row) => row.delivered !== row.expected);
  for (const row of incomplete)
    console.error(`${row.transport}: messages were lost or repeated; its figures say nothing.`);
  process.exitCode = incomplete.length === 0 ? 0 : 1;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

function wholeNumber(text: string): number {
  const value = /^[1-9]\d{0,6}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) throw new InvalidArgumentError('Give a whole number above 0.');
  return value;
}
