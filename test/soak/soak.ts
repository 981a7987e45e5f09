import { SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import { type Dice, diceOf } from '../faults/dice.js';
import { tryIdleness } from '../faults/idle-trial.js';
import { type Course, course } from '../faults/random-course.js';
import { type TrialReport, tryCourse } from '../faults/random-trial.js';
import { SWITCHES_PER_ROUND, trySwitches } from '../faults/switch-trial.js';
import { fuzzEntrances, mostLeft } from '../fuzz/entrances.js';
import { Mutator } from '../fuzz/mutator.js';
import { fuzzParsers, mostKept } from '../fuzz/parsers.js';
import { heldBytes } from '../support/held-bytes.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';

/** What the command was told. */
interface SoakOptions {
  readonly switches: number;
  readonly courses: number;
  readonly inputs: number;
  readonly bytes: number;
  readonly idle: number;
  readonly seed: number;
}

/** Clients that are forced through all transports at a time; there are as many again that know two of them only. */
const TRAVELLERS = 20;
/** Courses at a time: they mostly wait. */
const ABREAST = 8;
/** So many inputs are fed between two looks at the clock. */
const PORTION = 2_000;

await new Command('soak')
  .description('Tries for a long time what the tests try for a short one. Exits with 1 when a promise was broken.')
  .option('--switches <number>', 'forced switches of transport', wholeNumber, 100_000)
  .option('--courses <number>', 'random courses of faults, restarts and switches', wholeNumber, 1_000)
  .option('--inputs <number>', 'generated inputs for the parsers', wholeNumber, 1_000_000)
  .option('--bytes <number>', 'generated requests and frames over real sockets', wholeNumber, 100_000)
  .option('--idle <minutes>', 'for which a client of each transport has nothing to do', wholeNumber, 60)
  .option('--seed <number>', 'what chance begins with', wholeNumber, Math.floor(Math.random() * 2 ** 31))
  .addHelpText('after', '\nExample:\n  $ npm run soak -- --switches 20000 --courses 100')
  .action(soak)
  .parseAsync();

async function soak(options: SoakOptions): Promise<void> {
  console.log(`Seed ${options.seed}. To see the same again: npm run soak -- --seed ${options.seed}`);
  const dice = diceOf(options.seed);
  const broken = [
    await stage('switches', options.switches, (step) => switches(options.switches, dice, step)),
    await stage('courses', options.courses, (step) => courses(options, step)),
    await stage('inputs', options.inputs, (step) => inputs(options.inputs, dice, step)),
    await stage('requests and frames', options.bytes, (step) => bytes(options.bytes, dice, step)),
    await stage('idle minutes', options.idle, (step) => idleness(options.idle, step)),
  ].filter((held) => !held).length;
  console.log(broken === 0 ? 'Every promise was kept.' : `${broken} of 5 stages found a broken promise.`);
  process.exitCode = broken === 0 ? 0 : 1;
}

/** Runs one stage with a bar, and prints what came of it. `true` when the promise was kept. */
async function stage(
  name: string,
  total: number,
  run: (step: () => void) => Promise<{ readonly held: boolean; readonly totals: string }>,
): Promise<boolean> {
  if (total === 0) return true;
  const bar = new SingleBar({
    format: `${name} {bar} {value} of {total}, {eta_formatted} left`,
    noTTYOutput: true,
    notTTYSchedule: 30_000,
    etaBuffer: 1_000,
  });
  const began = performance.now();
  bar.start(total, 0);
  try {
    const { held, totals } = await run(() => bar.increment());
    bar.stop();
    console.log(`${held ? 'kept' : 'BROKEN'}: ${totals}, in ${Math.round((performance.now() - began) / 1_000)} s`);
    return held;
  } catch (error) {
    bar.stop();
    console.error(`BROKEN: ${name}:`, error);
    return false;
  }
}

async function switches(total: number, dice: Dice, switched: () => void) {
  const rounds = Math.ceil(total / TRAVELLERS / SWITCHES_PER_ROUND);
  const found = await trySwitches({ clients: TRAVELLERS, rounds, dice, switched });
  const { lost, repeated, disordered, invented } = found.tally;
  const count = [...found.switches.values()].reduce((sum, each) => sum + each, 0);
  return {
    held: lost + repeated + disordered + invented + found.gaps === 0,
    totals:
      `${count} forced switches over ${found.switches.size} pairs of transports, ${found.messages} messages taken: ` +
      `${lost} lost, ${repeated} repeated, ${disordered} out of order`,
  };
}

async function courses({ courses: total, seed }: SoakOptions, tried: () => void) {
  const left = fc.sample(course, { numRuns: total, seed });
  const reports: TrialReport[] = [];
  let broken = 0;
  const work = async (): Promise<void> => {
    for (let given = left.pop(); given !== undefined; given = left.pop()) {
      const report = await inNewFolder(given);
      if (report.faults.length > 0) {
        broken++;
        console.error(`\n${report.faults.join('\n')}\nin the course ${JSON.stringify(given)}`);
      }
      reports.push(report);
      tried();
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, work));
  const sum = (field: 'messages' | 'gaps' | 'operations' | 'switches') =>
    reports.reduce((all, report) => all + report[field], 0);
  return {
    held: broken === 0,
    totals:
      `${reports.length} courses, ${sum('messages')} messages taken, ${sum('gaps')} gaps told, ` +
      `${sum('operations')} operations, ${sum('switches')} switches: ${broken} courses with a broken promise`,
  };
}

async function inNewFolder(given: Course): Promise<TrialReport> {
  const folder = scratchFolder();
  try {
    return await tryCourse(given, folder);
  } finally {
    removeFolder(folder);
  }
}

async function inputs(total: number, dice: Dice, fed: () => void) {
  const mutator = new Mutator(dice);
  fuzzParsers(mutator, PORTION);
  const before = await heldBytes();
  for (let done = 0; done < total; done += PORTION) {
    fuzzParsers(mutator, Math.min(PORTION, total - done), fed);
    // For the bar.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const more = (await heldBytes()) - before;
  return {
    held: more < mostKept(total),
    totals: `${total} generated inputs were read or refused, ${inKiB(more)} more held than before`,
  };
}

async function idleness(minutes: number, passed: () => void) {
  const { clients, messages, faults, changes } = await tryIdleness({ steps: minutes, stepMs: 60_000, passed });
  return {
    held: faults + changes === 0,
    totals: `${clients} clients idle for ${minutes} min lost ${changes} connections, then took ${messages} messages with ${faults} faults`,
  };
}

async function bytes(total: number, dice: Dice, fed: () => void) {
  const more = await fuzzEntrances(new Mutator(dice), total, fed);
  return {
    held: more < mostLeft(total),
    totals:
      `${total} generated requests, polls and frames were answered or refused, nobody was left, ` +
      `${inKiB(more)} more held than after half of them`,
  };
}

function inKiB(bytes: number): string {
  return `${Math.round(bytes / 1_024)} KiB`;
}

function wholeNumber(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number.');
}
