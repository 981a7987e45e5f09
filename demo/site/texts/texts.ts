import { dictionary as common, type TransportTexts } from './en/common.js';

// In the page's language: the scripts of each language are built with its own dictionaries in the place of these. A script
// brings along the parts that it uses.
export { dictionary as benchmarkTexts } from './en/benchmark.js';
export { dictionary as breakTexts } from './en/break.js';
export { dictionary as claimTexts } from './en/claims.js';
export { dictionary as commonTexts } from './en/common.js';
export { dictionary as raceTexts } from './en/race.js';
export { dictionary as reasonTexts } from './en/reasons.js';
export { dictionary as tryTexts } from './en/try.js';
export { dictionary as usesTexts } from './en/uses.js';
export { dictionary as wireTexts } from './en/wire.js';

/** The texts of a transport; a new one in the catalog has general ones until somebody writes its own. */
export function textsOf(transport: string): TransportTexts {
  const own = Object.hasOwn(common.transports, transport) ? common.transports[transport] : undefined;
  return (
    own ?? {
      name: transport,
      explanation: common.otherTransport,
      standing: common.states.open,
      uplink: common.byPost,
    }
  );
}
