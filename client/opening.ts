import type { Track } from './track.js';

/**
 * The longest query that a connection which can subscribe later opens with, in characters. Servers take 8 KiB of head
 * (nginx, Apache) or 16 KiB (Node), headers and cookies included.
 */
const OPENING_LENGTH = 6 * 1_024;
/** The most channels in it: a gateway's default limit, which is not known before the hello. */
const OPENING_CHANNELS = 100;

/** The tracks of as many channels, in order, as surely fit into a request's head; of at least one. */
export function fitting(tracks: Iterable<Track>): Track[] {
  const wanted = [...tracks];
  const chosen = new Set<string>();
  let length = 0;
  for (const { channel, position } of wanted) {
    if (chosen.has(channel)) continue;
    // At the longest, when the channel has to say its own position.
    length += new URLSearchParams({ channel, [`since.${channel}`]: position }).toString().length + 1;
    if (chosen.size === OPENING_CHANNELS || (chosen.size > 0 && length > OPENING_LENGTH)) break;
    chosen.add(channel);
  }
  return wanted.filter(({ channel }) => chosen.has(channel));
}
