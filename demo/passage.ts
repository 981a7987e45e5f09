import { BARE_PATH } from './site/words/bare-feed.js';
import { isLaneName, LANE_PARAMETER } from './site/words/lane-name.js';

/** Who passes, and to where. */
export interface Passage {
  /** `null` for a request of nobody in particular. */
  readonly lane: string | null;
  /** The first of the names below the gateway's path, or below the bare feed's; `null` for what goes elsewhere. */
  readonly transport: string | null;
  /** Whether it goes to the bare feed, which meets the same network and is charged to nobody. */
  readonly isBare: boolean;
}

/** Reads it off the target of a request; `base` is the gateway's path. */
export function passageOf(target: string, base: string): Passage {
  const [address = '', query = ''] = target.split('?', 2);
  const lane = new URLSearchParams(query).get(LANE_PARAMETER);
  const isBare = address.startsWith(`${BARE_PATH}/`);
  const transport = isBare ? nameBelow(BARE_PATH, address) : nameBelow(base, address);
  return { lane: isLaneName(lane) ? lane : null, transport, isBare };
}

function nameBelow(base: string, address: string): string | null {
  return address.startsWith(`${base}/`) ? (address.slice(base.length + 1).split('/', 1)[0] ?? null) : null;
}
