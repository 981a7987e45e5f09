import { closeSync, existsSync, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { reasonText } from '../transports/reason-text.js';
import { readResult } from './kept.js';
import type { LabResult } from './result.js';
import type { Mode } from './settings.js';
import type { Variation } from './varied.js';

/** The command was not understood, or cannot be done as it says; the message is one line that says what to write instead. */
export class UsageError extends Error {}

/** What the lab is told to do. */
export interface BenchOptions {
  readonly mode: Mode;
  /** Nothing is measured: only what there is is told. */
  readonly list: boolean;
  readonly scenarios: readonly string[];
  readonly contestants: readonly string[];
  readonly variations: readonly Variation[];
  readonly runs: number;
  readonly json: string | null;
  readonly html: string | null;
  readonly compare: LabResult | null;
  /** Where servers leave their profiles. */
  readonly profile: string | null;
}

interface Told {
  readonly quick?: true;
  readonly smoke?: true;
  readonly list?: true;
  readonly scenario?: readonly string[];
  readonly contestant?: readonly string[];
  readonly set?: readonly Variation[];
  readonly runs?: number;
  readonly json?: string;
  readonly html?: string | false;
  readonly compare?: string;
  readonly profile?: string;
}

const RUNS: Readonly<Record<Mode, number>> = { smoke: 1, quick: 1, full: 3 };

/** Where the report goes when nobody says where. */
const REPORT = 'bench-report.html';

const EXAMPLES = `
Without --quick or --smoke everything is measured: it takes the better part of an hour.
Compare figures within one run only, on a machine that does nothing else.

Examples:
  npm run bench -- --quick
  npm run bench -- --json result.json
  npm run bench -- --scenario fan-out --contestant "pushgate sse" --set subscribers=100,1000,10000
  npm run bench -- --compare result.json --scenario fan-out --contestant "pushgate sse" --contestant better-sse

Exit status: 0; 1 when a cell failed; 2 when the command was not understood; 130 when it was interrupted.
How it measures, and how sure that is: bench/README.md`;

/**
 * Reads the arguments, and looks at the files that they name: before an hour goes by, and not after it, is the time to find that
 * one cannot be written. `null` when there is nothing to do but what has been said: the help.
 *
 * @throws UsageError
 */
export function readOptions(args: readonly string[]): BenchOptions | null {
  const command = new Command('npm run bench --')
    .description(
      'Measures what each way of pushing costs: Pushgate, the least that could do the same, and other products.',
    )
    .addOption(new Option('--quick', 'the main questions, in less than three minutes').conflicts('smoke'))
    .option('--smoke', 'every question for a moment: whether the lab works; the figures mean nothing')
    .option('--scenario <name>', 'only this scenario; may be repeated', gather)
    .option('--contestant <name>', 'only this contestant; may be repeated', gather)
    .option(
      '--set <name=value,...>',
      'these values in the place of a setting, of several settings as name,name=value,...; may be repeated',
      variation,
    )
    .option('--list', 'names the scenarios and the contestants, and says what is missing on this machine')
    .option('--runs <number>', 'how often each cell is run, from 1 to 99; its figures are the medians', runs)
    .option('--json <file>', 'writes the result, for comparisons to come')
    .option('--html <file>', `writes the report, a page that needs nothing else, there instead of to ${REPORT}`)
    .option('--no-html', 'writes no report')
    .option('--compare <file>', 'says what has changed since an older result')
    .option(
      '--profile <folder>',
      'has each server leave a CPU profile there, and says where its time went; it costs time',
    )
    .helpOption('-h, --help', 'says this')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return null;
    throw new UsageError(error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' '));
  }
  const told = command.opts<Told>();
  const mode: Mode = told.smoke ? 'smoke' : told.quick ? 'quick' : 'full';
  const { json = null } = told;
  // A smoke run has nothing to tell, and a list is none.
  const html = told.html === false ? null : (told.html ?? (told.smoke || told.list ? null : REPORT));
  if (json !== null && json === html) throw new UsageError('--json and --html name the same file.');
  const compare = told.compare === undefined ? null : olderResult(told.compare);
  if (json !== null) mustBeWritable('--json', json);
  if (html !== null) mustBeWritable('--html', html);
  if (told.profile !== undefined) mustBeFolder('--profile', told.profile);
  return {
    mode,
    list: told.list === true,
    scenarios: told.scenario ?? [],
    contestants: told.contestant ?? [],
    variations: told.set ?? [],
    runs: told.runs ?? RUNS[mode],
    json,
    html,
    compare,
    profile: told.profile ?? null,
  };
}

function olderResult(file: string): LabResult {
  try {
    return readResult(file);
  } catch (error) {
    throw new UsageError(`--compare: ${reasonText(error)}`);
  }
}

function mustBeFolder(option: string, folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(`${option}: ${folder} cannot be made (${reasonText(error)}).`);
  }
}

/** Leaves no trace: a file that was not there before is not there after. */
function mustBeWritable(option: string, file: string): void {
  try {
    const isThere = existsSync(file);
    closeSync(openSync(file, isThere ? 'r+' : 'wx'));
    if (!isThere) unlinkSync(file);
  } catch (error) {
    throw new UsageError(`${option}: ${file} cannot be written (${reasonText(error)}).`);
  }
}

function gather(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

function variation(text: string, before: readonly Variation[] | undefined): readonly Variation[] {
  const [, names, values] = /^([a-z]+(?:,[a-z]+)*)=(\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?)*)$/i.exec(text) ?? [];
  if (names === undefined || values === undefined) {
    throw new InvalidArgumentError('Give a name and its values, such as subscribers=100,1000.');
  }
  return [...(before ?? []), { names: names.split(','), values: values.split(',').map(Number) }];
}

function runs(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number from 1 to 99.');
}
