import { candidates, staggerMs } from './candidates.js';
import { type Connecting, type Failure, NEVER, type Phase } from './negotiation-state.js';
import { refusal, unreachable } from './round-error.js';
import type { Turn } from './turn.js';

// A round: from nothing to a proved transport. Candidates start one beside the other until one says hello or all have
// failed; each is tried once.

/** Begins with the best candidate, or with `first`, which worked a moment ago. */
export function startRound(turn: Turn, first: string | null = null): Phase {
  return goOn(turn, {
    at: 'connecting',
    attempts: [],
    untried: candidates(turn.memory, turn.rules, turn.now, first),
    nextAt: NEVER,
    failures: [],
  });
}

/** Starts the next candidate; when none is left and none is running, the round has failed. */
export function goOn(turn: Turn, phase: Connecting): Phase {
  const [transport, ...untried] = phase.untried;
  if (transport === undefined) {
    if (phase.attempts.length === 0) return roundFailed(turn, phase.failures);
    return { ...phase, nextAt: NEVER };
  }
  const attempts = [...phase.attempts, turn.start(transport, 'race', 'a candidate')];
  const nextAt = untried.length > 0 ? turn.now + staggerMs(turn.memory, turn.rules) : NEVER;
  return { ...phase, attempts, untried, nextAt };
}

function roundFailed(turn: Turn, failures: readonly Failure[]): Phase {
  const refused = refusal(failures);
  if (refused !== null) {
    turn.report(refused, true);
    turn.trace(null, 'closed', refused.message);
    return { at: 'closed' };
  }
  // Nothing was proved, so nothing is known against any single transport: the network or the gateway was away.
  turn.remember({ failedRounds: turn.memory.failedRounds + 1 });
  const retryMs = Math.max(0, ...failures.map((failure) => failure.retryMs ?? 0));
  turn.report(unreachable(failures), false);
  return turn.wait(turn.backoff(), 'no transport could be proved', retryMs);
}
