/**
 * The query parameter by which a lane of the page names itself to the demo's server. A client keeps the query of the
 * address that it was given on everything it asks, so that the name is on every downlink, upgrade and uplink.
 */
export const LANE_PARAMETER = 'lane';

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether a text can be the name of a lane. */
export function isLaneName(text: unknown): text is string {
  return typeof text === 'string' && NAME.test(text);
}
