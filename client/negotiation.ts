import {
  attemptsOf,
  type Effect,
  NEVER,
  type NegotiationEvent,
  type NegotiationRules,
  type Phase,
  type State,
} from './negotiation-state.js';
import { doubted, isRenewing, probe, renew, silent } from './open-phase.js';
import { bye, ended, failed, proved, refused, unsupported } from './outcomes.js';
import { goOn, startRound } from './round.js';
import { Turn } from './turn.js';
import { wake } from './waking.js';

/** One step of the negotiation. Pure: the clock and the dice come with the event. */
export function step(state: State, event: NegotiationEvent, rules: NegotiationRules): [State, readonly Effect[]] {
  const turn = new Turn(state.memory, event, rules);
  const phase = phaseAfter(turn, state.phase, event);
  return [{ phase, memory: turn.memory }, turn.effects];
}

function phaseAfter(turn: Turn, phase: Phase, event: NegotiationEvent): Phase {
  if (phase.at === 'closed') return phase;
  switch (event.type) {
    case 'wanted':
      return phase.at === 'idle' ? startRound(turn) : phase;
    case 'unwanted':
      if (phase.at === 'idle') return phase;
      turn.dropAll(phase);
      turn.trace(null, 'idle', 'no subscription is left');
      return { at: 'idle' };
    case 'close':
      return turn.close(phase, 'the application closed it');
    case 'tick':
      return tick(turn, phase, event.awaited);
    case 'hello':
      return proved(turn, phase, event.id, event.offered, event.ms);
    case 'ended':
      return event.isMended
        ? again(turn, refused(turn, phase, event.id, event.reason))
        : ended(turn, phase, event.id, event.reason);
    case 'unsupported':
      return unsupported(turn, phase, event.id, event.detail);
    case 'silent':
      return phase.at === 'open' && phase.via.id === event.id ? silent(turn, phase, event.ms) : phase;
    case 'doubted':
      return phase.at === 'open' && phase.via.id === event.id ? doubted(turn, phase, event.ms) : phase;
    case 'bye':
      return bye(turn, phase, event.id, event.reason, event.retryMs);
    case 'renew':
      // One that is under way asked with what was wanted then. It is let finish, or channels that change all the time
      // would never get one: the runner compares when it is adopted, and what has failed is tried again.
      return phase.at === 'open' && !isRenewing(phase) ? renew(turn, phase, event.detail) : phase;
    case 'wake':
      return wake(turn, phase, event.reason, event.stale);
    default:
      return event satisfies never;
  }
}

/** There is no reason to wait any more. */
function again(turn: Turn, phase: Phase): Phase {
  if (phase.at === 'open') {
    return phase.renewAt === NEVER ? phase : renew(turn, phase, 'asked for something else');
  }
  if (phase.at !== 'connecting' && phase.at !== 'waiting') return phase;
  turn.dropAll(phase);
  return startRound(turn);
}

/** What is due by now. */
function tick(turn: Turn, phase: Phase, awaited = 'hello'): Phase {
  const { now } = turn;
  let next = phase;
  for (const attempt of attemptsOf(phase)) {
    // A failure may have changed what is running.
    if (attempt.proofAt > now || !attemptsOf(next).includes(attempt)) continue;
    turn.drop(attempt.id);
    next = failed(turn, next, attempt, { detail: `no ${awaited} within ${Math.round(attempt.proofMs)} ms` });
  }
  if (next.at === 'waiting' && next.until <= now) return startRound(turn, next.first);
  if (next.at === 'connecting' && next.nextAt <= now) next = goOn(turn, next);
  if (next.at === 'open' && next.renewAt <= now) next = renew(turn, next, 'trying again');
  if (next.at === 'open' && next.probeAt <= now) next = probe(turn, next, 'time to look');
  return next;
}
