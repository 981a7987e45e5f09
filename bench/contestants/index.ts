import type { Contestant } from '../contestant.js';
import { bareLongPoll } from './bare-long-poll.js';
import { bareSse } from './bare-sse.js';
import { expressPoll } from './express-poll.js';
import { pushgate } from './pushgate.js';
import { ws } from './ws.js';

/** Everybody there is, in the order of the tables. */
export const contestants: readonly Contestant[] = [...pushgate, ws, bareSse, bareLongPoll, expressPoll];

/** @throws Error when there is none of this name */
export function contestantOf(name: string): Contestant {
  const found = contestants.find((contestant) => contestant.name === name);
  if (found === undefined) throw new Error(`There is no contestant "${name}".`);
  return found;
}
