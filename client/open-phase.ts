import type { CloseReason } from '../transports/client-transport.js';
import { PushError } from '../transports/error.js';
import { candidates } from './candidates.js';
import { blamedAt, heldUntil } from './demerits.js';
import { LONG_LIFE_MS } from './life.js';
import { NEVER, type Open, type Path, type Phase } from './negotiation-state.js';
import { describe } from './round-error.js';
import type { Turn } from './turn.js';

// While a proved connection carries: better transports probed, the connection renewed or doubted, and its end. There is
// one probe and one renewal at most, and what carries is given up for nothing but its own end or silence.

/** The way back to a transport that worked a moment ago is open: nobody else was cut off, so little has to be spread. */
const RETURN_MS = 100;

/**
 * Tries a transport above the present one that nothing is held against, one at a time: the one whose failure is longest
 * ago, of equals the best. The best first each time would never come to the third, as the first is free again before.
 */
export function probe(turn: Turn, phase: Open, detail: string): Open {
  const better = turn.better(phase.via.transport);
  if (better.length === 0) return { ...phase, probeAt: NEVER };
  const { demerits } = turn.memory;
  const [free] = better
    .filter((transport) => heldUntil(demerits, transport) <= turn.now)
    .sort((a, b) => blamedAt(demerits, a) - blamedAt(demerits, b));
  if (free === undefined) {
    const until = better.map((transport) => heldUntil(demerits, transport));
    return { ...phase, probeAt: Math.min(...until) };
  }
  const probeMs = Math.min(turn.rules.probeCapMs, phase.probeMs * 2);
  const probeAt = turn.now + probeMs * (0.75 + turn.random / 2);
  if (phase.attempts.some((attempt) => attempt.why !== 'renew')) return { ...phase, probeAt };
  turn.remember({ lastProbeAt: turn.now });
  return { ...phase, attempts: [...phase.attempts, turn.start(free, 'probe', detail)], probeAt, probeMs };
}

export function isRenewing(phase: Open): boolean {
  return phase.attempts.some((attempt) => attempt.why === 'renew');
}

/** Opens a fresh connection over the same transport; the present one carries until that has said hello. */
export function renew(turn: Turn, phase: Open, detail: string): Open {
  // A renewal that is under way may hang on a network that is gone, or have an old token.
  const stale = phase.attempts.filter((attempt) => attempt.why === 'renew');
  for (const attempt of stale) turn.discard(attempt, 'asked anew');
  const attempts = phase.attempts.filter((attempt) => attempt.why !== 'renew');
  const renewal = turn.start(phase.via.transport, 'renew', detail);
  return { ...phase, attempts: [...attempts, renewal], renewAt: NEVER };
}

/**
 * A connection that has just said hello is believed: then what takes so long is the answer itself. And one that is in doubt
 * already is asked anew in its time.
 */
export function doubted(turn: Turn, phase: Open, ms: number): Open {
  const { via } = phase;
  if (turn.now - via.provedAt < LONG_LIFE_MS || isRenewing(phase) || isInDoubt(turn, via)) return phase;
  return doubt(turn, phase, `no answer for ${Math.round(ms)} ms`);
}

/** Puts what carries to the test: if neither it nor its renewal brings anything, it is given up. */
export function doubt(turn: Turn, phase: Open, detail: string): Open {
  return renew(turn, { ...phase, via: { ...phase.via, doubtedAt: turn.now } }, detail);
}

function isInDoubt(turn: Turn, { doubtedAt }: Path): boolean {
  return doubtedAt !== null && turn.heardAt < doubtedAt;
}

/** Whether a connection that is in doubt has been given its time: neither it nor its like brings anything. */
export function isDead(turn: Turn, via: Path): boolean {
  return isInDoubt(turn, via) && turn.now - (via.doubtedAt ?? 0) >= turn.rules.proofMs;
}

export function silent(turn: Turn, phase: Open, ms = turn.now - turn.heardAt): Phase {
  turn.drop(phase.via.id);
  return lost(turn, phase, { detail: `silent for ${Math.round(ms)} ms` }, true);
}

/** What carried is gone: whatever is under way goes on as a round, and if nothing is, one begins after a pause. */
export function lost(turn: Turn, phase: Open, reason: CloseReason, isSilent: boolean): Phase {
  const { via, attempts } = phase;
  const lived = turn.now - via.provedAt;
  turn.trace(via.transport, 'lost', describe(reason), lived);
  if (reason.retry === false) {
    const error = new PushError(reason.code ?? 'CLOSED', `The gateway ended the connection: ${describe(reason)}.`);
    turn.report(error, true);
    return turn.close(phase, error.message);
  }
  const isForeign = reason.code === undefined && Math.floor((reason.status ?? 0) / 100) === 4;
  turn.over(via, isSilent || isForeign ? 'failed' : 'lost');
  turn.remember({ lostBecause: `${via.transport} was lost: ${describe(reason)}` });
  // What carried before this one came still works, as far as anybody knows: no reason to let messages wait.
  const first = lived < LONG_LIFE_MS ? via.replaced : null;
  const ms = first === null ? turn.backoff() : turn.random * RETURN_MS;
  const retryMs = reason.retryMs ?? 0;
  if (attempts.length === 0 || retryMs > 0) {
    // As at a bye: who is told when to come back does not come sooner with what is under way.
    for (const attempt of attempts) turn.drop(attempt.id);
    return turn.wait(ms, `${via.transport} was lost`, retryMs, first);
  }

  const running = attempts.map((attempt) => attempt.transport);
  const all = candidates(turn.memory, turn.rules, turn.now, first);
  const untried = all.filter((transport) => !running.includes(transport));
  const nextAt = untried.length > 0 ? turn.now + ms : NEVER;
  return { at: 'connecting', attempts, untried, nextAt, failures: [] };
}

/** The gateway says goodbye: for good, to come back at once beside the present connection, or at another time. */
export function dismissed(turn: Turn, phase: Open, reason: string, retryMs: number | undefined): Phase {
  const detail = goodbye(reason);
  turn.trace(phase.via.transport, 'bye', reason, retryMs);
  if (retryMs === undefined) {
    const error = new PushError('UNAVAILABLE', `The gateway ended the connection for good: ${reason}.`);
    turn.report(error, true);
    return turn.close(phase, detail);
  }
  if (reason === 'renew' || retryMs === 0) {
    return renew(turn, { ...phase, via: { ...phase.via, leaving: true } }, detail);
  }
  turn.remember({ lostBecause: detail });
  turn.dropAll(phase);
  return turn.wait(0, detail, retryMs);
}

/** A bye as a reason. */
export function goodbye(reason: string): string {
  return `the gateway said goodbye: ${reason}`;
}
