import { blame, forgive } from './demerits.js';
import type { Memory, NegotiationRules, Path } from './negotiation-state.js';

/** A connection that lived for longer, in milliseconds, has done nothing wrong by ending. */
export const LONG_LIFE_MS = 10_000;
/** One that lived for longer was of use: the network is there, and there is no reason to stay away from it. */
const USEFUL_LIFE_MS = 1_000;

/** How a connection came to its end. `failed`: it fell silent, or something that is not the gateway answered for it. */
export type End = 'replaced' | 'lost' | 'failed';

/** What is remembered of a connection, now that it is over: for or against its transport, and of the network. */
export function remember(memory: Memory, via: Path, end: End, now: number, rules: NegotiationRules): Memory {
  const lived = now - via.provedAt;
  const troubles = lived < USEFUL_LIFE_MS ? memory.troubles : 0;
  const isBad = end === 'failed' || (end === 'lost' && lived < LONG_LIFE_MS && !via.leaving);
  if (isBad) return { ...memory, troubles, demerits: blame(memory.demerits, via.transport, now, rules) };
  // That it was replaced early says nothing yet.
  if (end === 'replaced' && lived < LONG_LIFE_MS) return { ...memory, troubles };
  return { ...memory, troubles, demerits: forgive(memory.demerits, via.transport) };
}
