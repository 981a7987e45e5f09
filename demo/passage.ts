import { isLaneName, LANE_PARAMETER } from './site/words/lane-name.js';

/** Who passes, and to where. */
export interface Passage {
  /** `null` for a request of nobody in particular. */
  readonly lane: string | null;
  /** The first of the names below the gateway's path; `null` for what does not go to the gateway. */
  readonly transport: string | null;
}

/** Reads it off the target of a request; `base` is the gateway's path. */
export function passageOf(target: string, base: string): Passage {
  const [address = '', query = ''] = target.split('?', 2);
  const lane = new URLSearchParams(query).get(LANE_PARAMETER);
  const transport = address.startsWith(`${base}/`) ? address.slice(base.length + 1).split('/', 1)[0] : undefined;
  return { lane: isLaneName(lane) ? lane : null, transport: transport ?? null };
}
