import type { CloseReason } from '../transports/client-transport.js';
import {
  type Attempt,
  attemptsOf,
  type Connecting,
  type Failure,
  NEVER,
  type Open,
  type Path,
  type Phase,
} from './negotiation-state.js';
import { dismissed, goodbye, isDead, lost, silent } from './open-phase.js';
import { goOn } from './round.js';
import { describe } from './round-error.js';
import type { Turn } from './turn.js';

// What came of a connection that was opened, told by its id: a hello, an end, a bye, or that it cannot be. An id that is
// neither under way nor carrying is of one that was dropped, and changes nothing.

/** A hello: make before break. What carried until now is dropped only here. */
export function proved(turn: Turn, phase: Phase, id: number, offered: readonly string[], ms: number): Phase {
  const attempt = attemptOf(phase, id);
  if (attempt === undefined) return phase;
  const { transport } = attempt;
  const { rtt, last, lostBecause } = turn.memory;
  turn.remember({ rtt: rtt === null ? ms : 0.75 * rtt + 0.25 * ms, offered });
  turn.trace(transport, 'proved', `hello after ${Math.round(ms)} ms`, ms);

  const reason = phase.at === 'open' ? switchReason(attempt, phase.via) : (lostBecause ?? 'the first to be proved');
  turn.effects.push({ type: 'adopt', id, from: last, reason });
  if (last !== null && last !== transport) turn.trace(transport, 'switched', `from ${last}: ${reason}`);
  if (phase.at === 'open') {
    turn.over(phase.via, 'replaced');
    turn.drop(phase.via.id);
  }
  if (phase.at === 'connecting') {
    // With another one proved over the same network, a failure is the transport's own.
    for (const failure of phase.failures) turn.blame(failure.transport);
  }
  const attempts = attemptsOf(phase).filter((other) => other.id !== id && keeps(turn, other, transport));
  turn.remember({ last: transport, lostBecause: null, failedRounds: 0 });
  const replaced = phase.at === 'open' ? replacedBy(attempt, phase.via) : null;
  const via: Path = { id, transport, provedAt: turn.now, leaving: false, replaced, doubtedAt: null };
  return { at: 'open', via, attempts, ...probing(turn, phase, attempt), renewAt: NEVER, renewals: 0 };
}

/** An attempt or the connection that carries is over. */
export function ended(turn: Turn, phase: Phase, id: number, reason: CloseReason): Phase {
  if (phase.at === 'open' && phase.via.id === id) return lost(turn, phase, reason, false);
  const attempt = attemptOf(phase, id);
  return attempt === undefined ? phase : failed(turn, phase, attempt, reason);
}

/** It was refused what the next one will not ask for: of several attempts, this one has not failed. */
export function refused(turn: Turn, phase: Phase, id: number, reason: CloseReason): Phase {
  const attempt = attemptOf(phase, id);
  if (phase.at !== 'connecting' || attempt === undefined) return ended(turn, phase, id, reason);
  turn.trace(attempt.transport, 'failed', describe(reason));
  return without(phase, attempt);
}

export function unsupported(turn: Turn, phase: Phase, id: number, detail: string): Phase {
  const attempt = attemptOf(phase, id);
  if (attempt === undefined) return phase;
  turn.remember({ unsupported: [...turn.memory.unsupported, attempt.transport] });
  turn.trace(attempt.transport, 'unsupported', detail);
  if (phase.at === 'connecting') return goOn(turn, without(phase, attempt));
  return phase.at === 'open' ? without(phase, attempt) : phase;
}

export function bye(turn: Turn, phase: Phase, id: number, reason: string, retryMs: number | undefined): Phase {
  if (phase.at === 'open' && phase.via.id === id) return dismissed(turn, phase, reason, retryMs);
  const attempt = attemptOf(phase, id);
  if (attempt === undefined) return phase;
  turn.drop(id);
  const failure = { detail: goodbye(reason), retry: retryMs !== undefined, retryMs: retryMs ?? 0 };
  return failed(turn, phase, attempt, failure);
}

/** An attempt came to nothing; what that means depends on what it was for. */
export function failed(turn: Turn, phase: Phase, attempt: Attempt, reason: Omit<Failure, 'transport'>): Phase {
  turn.trace(attempt.transport, 'failed', describe(reason));
  if (phase.at === 'connecting') {
    const failures = [...phase.failures, { ...reason, transport: attempt.transport }];
    return goOn(turn, { ...without(phase, attempt), failures });
  }
  if (phase.at !== 'open') return phase;
  const open = without(phase, attempt);
  if (attempt.why !== 'renew') {
    turn.blame(attempt.transport);
    return open;
  }
  if (reason.retry === false) {
    turn.effects.push({ type: 'refuse', reason });
    return open;
  }
  if (reason.status === undefined && isDead(turn, phase.via)) return silent(turn, open);
  // The connection that was to be renewed still carries; breaking it would help nobody.
  const ms = turn.pause(phase.renewals) + (reason.retryMs ?? 0);
  return { ...open, renewAt: turn.now + ms, renewals: phase.renewals + 1 };
}

function attemptOf(phase: Phase, id: number): Attempt | undefined {
  return attemptsOf(phase).find((attempt) => attempt.id === id);
}

function without<P extends Connecting | Open>(phase: P, gone: Attempt): P {
  return { ...phase, attempts: phase.attempts.filter((attempt) => attempt.id !== gone.id) };
}

/** An attempt that is better than what has just been proved goes on as a probe; any other is dropped. */
function keeps(turn: Turn, attempt: Attempt, by: string): boolean {
  const isBetter = turn.better(by).includes(attempt.transport);
  if (!isBetter) turn.discard(attempt, `${by} was proved`);
  return isBetter;
}

/** When better transports are probed. A renewal changes nothing there: one that comes again and again would put it off for ever. */
function probing(turn: Turn, phase: Phase, { transport, why }: Attempt): Pick<Open, 'probeAt' | 'probeMs'> {
  if (turn.better(transport).length === 0) return { probeAt: NEVER, probeMs: turn.rules.probeMs };
  const isSame = phase.at === 'open' && why === 'renew' && phase.probeAt !== NEVER;
  const { probeMs } = isSame ? phase : turn.rules;
  return { probeAt: isSame ? phase.probeAt : turn.now + probeMs, probeMs };
}

/** What to go back to if this attempt, now proved, soon fails. */
function replacedBy(attempt: Attempt, via: Path): string | null {
  return attempt.why === 'renew' ? via.replaced : via.transport;
}

function switchReason(attempt: Attempt, via: Path): string {
  return attempt.why === 'renew' ? 'renewed' : `${attempt.transport} is better than ${via.transport}`;
}
