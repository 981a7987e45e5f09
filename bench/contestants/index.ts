import type { Contestant } from '../contestant.js';
import { bareLongPoll } from './bare-long-poll.js';
import { bareSse } from './bare-sse.js';
import { betterSse } from './better-sse.js';
import { expressPoll } from './express-poll.js';
import { mosquitto } from './mosquitto.js';
import { nchan } from './nchan.js';
import { pushgate } from './pushgate.js';
import { socketIo } from './socket-io.js';
import { sockJs } from './sockjs.js';
import { ws } from './ws.js';

/** Everybody there is, in the order of the tables. */
export const contestants: readonly Contestant[] = [
  ...pushgate,
  ws,
  bareSse,
  bareLongPoll,
  expressPoll,
  ...socketIo,
  ...sockJs,
  betterSse,
  ...nchan,
  mosquitto,
];

/** @throws Error when there is none of this name */
export function contestantOf(name: string): Contestant {
  const found = contestants.find((contestant) => contestant.name === name);
  if (found === undefined) throw new Error(`There is no contestant "${name}".`);
  return found;
}
