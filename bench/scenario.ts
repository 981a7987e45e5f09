import type { Contestant } from './contestant.js';
import type { Figures, ScenarioName } from './result.js';
import type { Mode, Settings } from './settings.js';
import type { Trial } from './trial.js';

/** More subscribers than in the comparison: they take long to come. */
const MANY = 1_000;

/** What is over a distance outweighs what the machine does meanwhile; what takes long stands beside the comparison. */
export function usuallyOnce({ delayMs = 0, subscribers = 0 }: Settings): boolean {
  return delayMs > 0 || subscribers > MANY;
}

/** One question, put to every contestant that it suits. */
export interface Scenario {
  readonly name: ScenarioName;
  /** What is looked at, for the heading of its table. */
  readonly question: string;
  /** The figure that matters, by which the runs of a cell are compared. */
  figure(contestant: Contestant): keyof Figures;
  /** Whether one run of a cell says enough, as what is looked at is no figure of a few per cent. @default as {@link usuallyOnce} */
  readonly isOnce?: (settings: Settings) => boolean;
  /** Whether a cell answers a question of its own beside the others, so that settings by hand are not put into it. */
  readonly isApart?: (settings: Settings) => boolean;
  /** Whether cells may run side by side, because neither time nor processor time is measured. */
  readonly isParallel?: boolean;
  /** What it can be set to by hand beside what its plans say. */
  readonly further?: readonly string[];
  /** What is measured of a contestant in this mode; nothing where the question makes no sense for it. */
  plan(mode: Mode, contestant: Contestant): readonly Settings[];
  /** About how long one run takes, in seconds, apart from starting the processes. */
  seconds(settings: Settings): number;
  /** One run, against a fresh server. Throws when it comes to nothing. */
  run(trial: Trial): Promise<Figures>;
}
