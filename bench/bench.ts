import { readFile, writeFile } from 'node:fs/promises';
import { SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError } from 'commander';
import { contestantOf } from './contestants/index.js';
import { estimate, measure, smoke } from './lab.js';
import { findingsOf } from './literature.js';
import { machineFacts } from './machine.js';
import { compare, reportHtml } from './outputs.js';
import { type PlannedCell, planOf } from './plan.js';
import type { Cell, LabResult } from './result.js';
import { scenarioOf } from './scenarios/index.js';
import type { Mode } from './settings.js';
import { tableOf } from './table.js';

/** What the command was told. */
interface BenchOptions {
  readonly quick?: true;
  readonly smoke?: true;
  readonly scenario: readonly string[];
  readonly contestant: readonly string[];
  readonly runs?: number;
  readonly json?: string;
  readonly html?: string;
  readonly compare?: string;
}

const RUNS: Readonly<Record<Mode, number>> = { smoke: 1, quick: 1, full: 3 };

await new Command('bench')
  .description(
    'Measures what each way of pushing costs: Pushgate, the least that could do the same, and other products.',
  )
  .option('--quick', 'the main questions, in less than three minutes')
  .option('--smoke', 'every question for a moment: whether the lab works; the figures mean nothing')
  .option('--scenario <name>', 'only this scenario; may be repeated', collect, [])
  .option('--contestant <name>', 'only this contestant; may be repeated', collect, [])
  .option('--runs <number>', 'how often each cell is run; its figures are the medians', wholeNumber)
  .option('--json <file>', 'writes the result, for comparisons to come')
  .option('--html <file>', 'writes the report')
  .option('--compare <file>', 'says what has changed since an older result')
  .action(run)
  .parseAsync();

async function run(options: BenchOptions): Promise<void> {
  const mode: Mode = options.smoke ? 'smoke' : options.quick ? 'quick' : 'full';
  const { runs = RUNS[mode] } = options;
  const plan = planOf({ mode, scenarios: options.scenario, contestants: options.contestant });
  // Before an hour goes by, and not after it, is the time to find that there is no such file.
  const old: LabResult | null =
    options.compare === undefined ? null : JSON.parse(await readFile(options.compare, 'utf8'));
  const startedAt = new Date();
  const machine = machineFacts(plan.contestants);
  console.log(`Node ${machine.node} on ${machine.cores} × ${machine.processor}; ${machine.pinned ? '' : 'not '}pinned`);
  for (const { contestant, reason } of plan.missing) console.log(`Without ${contestant}: ${reason}.`);

  const cells = mode === 'smoke' ? await smoke(plan.cells) : await measured(plan.cells, runs);
  for (const name of new Set(cells.map(({ scenario }) => scenario))) {
    const scenario = scenarioOf(name);
    const ofIt = cells.filter((cell) => cell.scenario === name);
    console.log(tableOf(scenario, ofIt, ({ contestant }) => scenario.figure(contestantOf(contestant))));
  }
  const findings = findingsOf(cells);
  if (findings.length > 0) console.log('Against the literature:');
  for (const { claim, measured, holds } of findings)
    console.log(`  ${holds ? 'holds' : 'does not hold'}: ${claim}\n    ${measured}`);
  const result: LabResult = {
    schema: 1,
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1_000,
    command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
    mode,
    machine,
    cells,
    findings,
    missing: plan.missing,
  };
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(result, null, 1)}\n`);
  if (options.html !== undefined) await writeFile(options.html, await reportHtml(result));
  if (old !== null) console.log(compare(old, result));
  const failed = cells.filter((cell) => cell.failed !== null);
  for (const cell of failed) console.error(`${cell.scenario}, ${cell.contestant}: ${cell.failed}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

/** Measures with a bar that says what is left. */
async function measured(planned: readonly PlannedCell[], runs: number): Promise<readonly Cell[]> {
  const begun = Date.now();
  const whole = estimate(planned, runs);
  console.log(`${planned.length} cells: about ${Math.ceil(whole / 60)} min`);
  const bar = new SingleBar({
    format: '{bar} {percentage} % | {left} left | {cell}',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(Math.ceil(whole), 0, { left: '', cell: '' });
  try {
    return await measure(planned, runs, {
      at: ({ scenario, contestant }, done) => {
        const spent = (Date.now() - begun) / 1_000;
        // What is left takes as much longer than expected as what is done has.
        const left = done < 5 ? whole - done : (whole - done) * (spent / done);
        bar.update(done, { left: `${Math.ceil(left)} s`, cell: `${scenario.name}: ${contestant.name}` });
      },
    });
  } finally {
    bar.stop();
  }
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function wholeNumber(text: string): number {
  const value = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) throw new InvalidArgumentError('Give a whole number above 0.');
  return value;
}
