import { heldUntil } from './demerits.js';
import type { Memory, NegotiationRules } from './negotiation-state.js';

// What to try, in which order, and how long each candidate gets. All times in milliseconds.

const LONGEST_PROOF_MS = 10_000;

/** What to try: one that is known to work before all others, then best first; those with a demerit come last. */
export function candidates(memory: Memory, rules: NegotiationRules, now: number, first: string | null): string[] {
  const usable = rules.order.filter((transport) => isUsable(transport, memory));
  const rank = (transport: string): number => {
    if (transport === first) return 0;
    return heldUntil(memory.demerits, transport) > now ? 2 : 1;
  };
  return usable.sort((one, other) => rank(one) - rank(other));
}

/** What would be better than a transport, best first, demerits or not. */
export function betterThan(transport: string, memory: Memory, rules: NegotiationRules): string[] {
  return rules.order.slice(0, rules.order.indexOf(transport)).filter((other) => isUsable(other, memory));
}

/** How long a candidate is silent before the next one starts beside it. */
export function staggerMs({ rtt }: Memory, rules: NegotiationRules): number {
  return rtt === null ? rules.staggerMs : Math.min(2_000, Math.max(250, 2.5 * rtt));
}

/**
 * How long a candidate gets for its hello. Doubles with each failed round, so that a network slower than anything
 * measured still gets its connection.
 */
export function proofMs({ rtt, failedRounds }: Memory, rules: NegotiationRules): number {
  const shortest = Math.max(rules.proofMs, 10 * (rtt ?? 0));
  return Math.min(Math.max(rules.proofMs, LONGEST_PROOF_MS), shortest * 2 ** failedRounds);
}

function isUsable(transport: string, { offered, unsupported }: Memory): boolean {
  return !unsupported.includes(transport) && (offered === null || offered.includes(transport));
}
