import type { Json } from '../../../client/index.js';
import { fieldsOf } from '../words/fields.js';
import { FEED_MS, MACHINE_CHANNEL, type MachineFigures } from '../words/machine-figures.js';
import { type RaceSettings, raceChannel } from '../words/race.js';
import { readFigures } from './machine-message.js';

/** What every message of a feed has in it. */
export interface Step {
  /** The life of the publisher: numbers of different runs have no order. */
  readonly run: string;
  /** Counts up by one within a run. */
  readonly number: number;
  /** The server's clock at publication, in milliseconds since 1970. */
  readonly at: number;
}

/** What lanes are subscribed to, and measure. */
export interface Feed {
  readonly channel: string;
  /** The pause between two publications, in milliseconds. */
  readonly everyMs: number;
  /** The lives of its publisher, as the server told them: what says something else is not its own. */
  readonly runs: Set<string>;
  /** Reads a message; `null` for what cannot be one of this feed. */
  read(data: Json): Step | MachineFigures | null;
}

/** The machine's figures, which all visitors share. */
export function machineFeed(): Feed {
  return { channel: MACHINE_CHANNEL, everyMs: FEED_MS, runs: new Set(), read: readFigures };
}

/** A race of the visitor's own. */
export function raceFeed(race: string, { perSecond }: RaceSettings): Feed {
  const everyMs = perSecond === 0 ? Number.POSITIVE_INFINITY : 1_000 / perSecond;
  return { channel: raceChannel(race), everyMs, runs: new Set(), read: readStep };
}

function readStep(data: Json): Step | null {
  const { run, number, at } = fieldsOf(data);
  if (typeof run !== 'string' || typeof number !== 'number' || typeof at !== 'number') return null;
  return Number.isSafeInteger(number) && number > 0 && at > 0 ? { run, number, at } : null;
}
