import { writeFile } from 'node:fs/promises';
import { reasonText } from '../transports/reason-text.js';
import { compare } from './compare.js';
import { contestantOf } from './contestants/index.js';
import { Interruption } from './interruption.js';
import { measure, smoke } from './lab.js';
import { listText } from './list.js';
import { findingsOf } from './literature.js';
import { machineFacts } from './machine.js';
import { type BenchOptions, readOptions, UsageError } from './options.js';
import { type Plan, planOf } from './plan.js';
import { profileInto } from './profile.js';
import { withBar } from './progress-bar.js';
import { reportHtml } from './report/report.js';
import type { Cell, LabResult } from './result.js';
import { revisionOf } from './revision.js';
import { scenarioOf } from './scenarios/index.js';
import { tableOf } from './table.js';

/** A cell failed, or the lab itself. */
const FAILED = 1;
/** The command was not understood. */
const MISUSED = 2;

process.exitCode = await main(process.argv.slice(2));

/** Resolves with the exit status. */
async function main(args: readonly string[]): Promise<number> {
  const interruption = new Interruption();
  try {
    const options = readOptions(args);
    if (options === null) return 0;
    const plan = planOf(options);
    if (options.list) {
      console.log(listText());
      return 0;
    }
    return await run(options, plan, interruption.signal);
  } catch (error) {
    const text = reasonText(error);
    if (interruption.signal.aborted) {
      console.error(`bench: ${interruption.text}`);
      return interruption.status;
    }
    console.error(`bench: ${error instanceof UsageError ? text : error instanceof Error ? error.stack : text}`);
    return error instanceof UsageError ? MISUSED : FAILED;
  }
}

async function run(options: BenchOptions, plan: Plan, signal: AbortSignal): Promise<number> {
  const { mode, runs } = options;
  const startedAt = new Date();
  const profiles = options.profile === null ? null : profileInto(options.profile);
  const machine = machineFacts(plan.contestants);
  const revision = revisionOf(import.meta.dirname);
  console.log(`Node ${machine.node} on ${machine.cores} × ${machine.processor}; ${machine.pinned ? '' : 'not '}pinned`);
  for (const { contestant, reason } of plan.missing) console.log(`Without ${contestant}: ${reason}.`);

  const cells =
    mode === 'smoke'
      ? await smoke(plan.cells, signal)
      : await withBar(plan.cells, runs, (progress) => measure(plan.cells, runs, progress, signal));
  const findings = findingsOf(cells);
  print(cells, findings);
  const result: LabResult = {
    schema: 1,
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1_000,
    command: ['npm run bench --', ...process.argv.slice(2).map(quoted)].join(' '),
    revision,
    mode,
    machine,
    cells,
    findings,
    missing: plan.missing,
  };
  if (options.json !== null) await writeFile(options.json, `${JSON.stringify(result, null, 1)}\n`);
  if (options.html !== null) {
    await writeFile(options.html, await reportHtml(result));
    console.log(`Report: ${options.html}`);
  }
  if (profiles !== null) console.log(profiles());
  if (options.compare !== null) console.log(compare(options.compare, result));
  const failed = cells.filter((cell) => cell.failed !== null);
  for (const cell of failed) console.error(`${cell.scenario}, ${cell.contestant}: ${cell.failed}`);
  return failed.length === 0 ? 0 : FAILED;
}

function print(cells: readonly Cell[], findings: LabResult['findings']): void {
  for (const name of new Set(cells.map(({ scenario }) => scenario))) {
    const scenario = scenarioOf(name);
    const ofIt = cells.filter((cell) => cell.scenario === name);
    console.log(tableOf(scenario, ofIt, ({ contestant }) => scenario.figure(contestantOf(contestant))));
  }
  console.log('Against the literature:');
  for (const { claim, measured, holds } of findings)
    console.log(`  ${holds ? 'holds' : 'does not hold'}: ${claim}\n    ${measured}`);
}

/** As it would have to be typed again. */
function quoted(argument: string): string {
  return /^[\w./=@:+-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
