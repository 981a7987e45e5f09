import type { WakeReason } from '../transports/environment.js';
import { NEVER, type Open, type Phase } from './negotiation-state.js';
import { doubt, isRenewing, probe } from './open-phase.js';
import { startRound } from './round.js';
import type { Turn } from './turn.js';

/** Waking up often, as when someone flips through tabs or a network comes and goes, sets something off only so often. */
const WAKE_MS = 3_000;

/** What waking up sets off. `stale`: the connection that carries may have died without a word. */
export function wake(turn: Turn, phase: Phase, reason: WakeReason, stale: boolean): Phase {
  // Too soon after the last time, it is put off but not forgotten: this may be the event that counts.
  const at = Math.max(turn.now, (turn.memory.wokenAt[reason] ?? -NEVER) + WAKE_MS);
  switch (phase.at) {
    case 'waiting': {
      const until = Math.max(at, phase.notBefore);
      if (until >= phase.until && until > turn.now) return phase;
      woken(turn, reason, until);
      return until > turn.now ? { ...phase, until } : startRound(turn, phase.first);
    }
    case 'connecting':
      // What was begun on the old network may hang for long on the new one.
      if (reason !== 'online' || at > turn.now) return phase;
      woken(turn, reason, at);
      turn.dropAll(phase);
      return startRound(turn);
    case 'open':
      return wakeOpen(turn, phase, reason, stale, at);
    case 'idle':
    case 'closed':
      return phase;
    default:
      return phase satisfies never;
  }
}

function wakeOpen(turn: Turn, phase: Open, reason: WakeReason, stale: boolean, at: number): Open {
  let open = phase;
  if (stale && (reason === 'online' || !isRenewing(phase))) {
    if (at > turn.now) return { ...phase, renewAt: Math.min(phase.renewAt, at) };
    woken(turn, reason, at);
    open = doubt(turn, phase, `woken up: ${reason}`);
  }
  if (turn.now - turn.memory.lastProbeAt < WAKE_MS || turn.better(open.via.transport).length === 0) return open;
  // Nothing was stale, so that `woken` has not forgotten them yet.
  if (reason === 'online' && open === phase) turn.remember({ demerits: new Map() });
  return probe(turn, open, `woken up: ${reason}`);
}

function woken(turn: Turn, reason: WakeReason, at: number): void {
  turn.remember({ wokenAt: { ...turn.memory.wokenAt, [reason]: at } });
  // Another network is another chance: what went badly belonged to the old one.
  if (reason === 'online') turn.remember({ demerits: new Map(), troubles: 0, failedRounds: 0 });
}
