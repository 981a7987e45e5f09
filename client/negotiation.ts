import type { CloseReason } from '../transports/client-transport.js';
import type { WakeReason } from '../transports/environment.js';
import { PushError } from '../transports/error.js';
import { backoff } from './backoff.js';
import { betterThan, candidates, proofMs, staggerMs } from './candidates.js';
import { blame, heldUntil } from './demerits.js';
import { type End, LONG_LIFE_MS, remember } from './life.js';
import type {
  Attempt,
  Effect,
  Failure,
  Memory,
  NegotiationEvent,
  NegotiationRules,
  Path,
  Phase,
  State,
} from './negotiation-state.js';
import { describe, refusal, unreachable } from './round-error.js';

/** Waking up often, as when someone flips through tabs or a network comes and goes, sets something off only so often. */
const WAKE_MS = 3_000;
/** The way back to a transport that worked a moment ago is open: nobody else was cut off, so little has to be spread. */
const RETURN_MS = 100;
const NEVER = Number.POSITIVE_INFINITY;

type Connecting = Extract<Phase, { at: 'connecting' }>;
type Open = Extract<Phase, { at: 'open' }>;

/** One step of the negotiation. Pure: the clock and the dice come with the event. */
export function step(state: State, event: NegotiationEvent, rules: NegotiationRules): [State, readonly Effect[]] {
  const turn = new Turn(state.memory, event, rules);
  const phase = turn.next(state.phase, event);
  return [{ phase, memory: turn.memory }, turn.effects];
}

/** The working place of one step: what it leaves behind is the next memory and the effects. */
class Turn {
  memory: Memory;
  readonly effects: Effect[] = [];
  readonly #now: number;
  readonly #random: number;
  readonly #heardAt: number;
  readonly #rules: NegotiationRules;

  constructor(memory: Memory, { now, random, heardAt }: NegotiationEvent, rules: NegotiationRules) {
    this.memory = memory;
    this.#now = now;
    this.#random = random;
    this.#heardAt = heardAt;
    this.#rules = rules;
  }

  next(phase: Phase, event: NegotiationEvent): Phase {
    if (phase.at === 'closed') return phase;
    switch (event.type) {
      case 'wanted':
        return phase.at === 'idle' ? this.#startRound() : phase;
      case 'unwanted':
        if (phase.at === 'idle') return phase;
        this.#dropAll(phase);
        this.#trace(null, 'idle', 'no subscription is left');
        return { at: 'idle' };
      case 'close':
        return this.#close(phase, 'the application closed it');
      case 'tick':
        return this.#tick(phase, event.awaited);
      case 'hello':
        return this.#proved(phase, event.id, event.offered, event.ms);
      case 'ended':
        return event.isMended
          ? this.#again(this.#refused(phase, event.id, event.reason))
          : this.#ended(phase, event.id, event.reason);
      case 'unsupported':
        return this.#unsupported(phase, event.id, event.detail);
      case 'silent':
        return phase.at === 'open' && phase.via.id === event.id ? this.#silent(phase, event.ms) : phase;
      case 'doubted':
        return phase.at === 'open' && phase.via.id === event.id ? this.#doubted(phase, event.ms) : phase;
      case 'bye':
        return this.#bye(phase, event.id, event.reason, event.retryMs);
      case 'renew':
        // One that is under way asked with what was wanted then. It is let finish, or channels that change all the time
        // would never get one: the runner compares when it is adopted, and what has failed is tried again.
        return phase.at === 'open' && !phase.attempts.some(isRenewal) ? this.#renew(phase, event.detail) : phase;
      case 'wake':
        return this.#wake(phase, event.reason, event.stale);
      default:
        return event satisfies never;
    }
  }

  // --- Rounds: from nothing to a proved transport

  #startRound(first: string | null = null): Phase {
    return this.#goOn({
      at: 'connecting',
      attempts: [],
      untried: candidates(this.memory, this.#rules, this.#now, first),
      nextAt: NEVER,
      failures: [],
    });
  }

  /** Starts the next candidate; when none is left and none is running, the round has failed. */
  #goOn(phase: Connecting): Phase {
    const [transport, ...untried] = phase.untried;
    if (transport === undefined) {
      return phase.attempts.length > 0 ? { ...phase, nextAt: NEVER } : this.#roundFailed(phase.failures);
    }
    const attempts = [...phase.attempts, this.#start(transport, 'race', 'a candidate')];
    return {
      ...phase,
      attempts,
      untried,
      nextAt: untried.length > 0 ? this.#now + staggerMs(this.memory, this.#rules) : NEVER,
    };
  }

  #start(transport: string, why: Attempt['why'], detail: string): Attempt {
    const id = this.memory.nextId;
    const timeoutMs = proofMs(this.memory, this.#rules);
    this.#remember({ nextId: id + 1 });
    this.#trace(transport, why === 'race' ? 'started' : why, detail);
    this.effects.push({ type: 'open', id, transport });
    return { id, transport, why, proofAt: this.#now + timeoutMs, proofMs: timeoutMs };
  }

  #roundFailed(failures: readonly Failure[]): Phase {
    const refused = refusal(failures);
    if (refused !== null) {
      this.effects.push({ type: 'report', error: refused, final: true });
      this.#trace(null, 'closed', refused.message);
      return { at: 'closed' };
    }
    // Nothing was proved, so nothing is known against any single transport: the network or the gateway was away.
    this.#remember({ failedRounds: this.memory.failedRounds + 1 });
    const retryMs = Math.max(0, ...failures.map((failure) => failure.retryMs ?? 0));
    this.effects.push({ type: 'report', error: unreachable(failures), final: false });
    return this.#wait(this.#backoff(), 'no transport could be proved', retryMs);
  }

  #backoff(): number {
    const { backoffMs: baseMs, backoffCapMs: capMs } = this.#rules;
    const { troubles } = this.memory;
    this.#remember({ troubles: troubles + 1 });
    return backoff(troubles, { baseMs, capMs }, this.#random);
  }

  /** Waits for so long, after the time that the gateway has asked for: who was told the same comes back spread out. */
  #wait(ms: number, detail: string, retryMs = 0, first: string | null = null): Phase {
    this.#trace(null, 'waiting', detail, retryMs + ms);
    const notBefore = this.#now + retryMs;
    return { at: 'waiting', until: notBefore + ms, notBefore, first };
  }

  // --- A hello: make before break

  #proved(phase: Phase, id: number, offered: readonly string[], ms: number): Phase {
    const attempt = attemptsOf(phase).find((candidate) => candidate.id === id);
    if (attempt === undefined) return phase;
    const { rtt, last, lostBecause } = this.memory;
    this.#remember({ rtt: rtt === null ? ms : 0.75 * rtt + 0.25 * ms, offered });
    this.#trace(attempt.transport, 'proved', `hello after ${Math.round(ms)} ms`, ms);

    const reason = phase.at === 'open' ? switchReason(attempt, phase.via) : (lostBecause ?? 'the first to be proved');
    this.effects.push({ type: 'adopt', id, from: last, reason });
    if (last !== null && last !== attempt.transport)
      this.#trace(attempt.transport, 'switched', `from ${last}: ${reason}`);
    if (phase.at === 'open') {
      this.#over(phase.via, 'replaced');
      this.effects.push({ type: 'drop', id: phase.via.id });
    }
    if (phase.at === 'connecting') {
      // With another one proved over the same network, a failure is the transport's own.
      for (const failure of phase.failures) this.#blame(failure.transport);
    }
    const attempts = attemptsOf(phase).filter((other) => other.id !== id && this.#keeps(other, attempt.transport));
    this.#remember({ last: attempt.transport, lostBecause: null, failedRounds: 0 });
    const replaced = phase.at === 'open' ? replacedBy(attempt, phase.via) : null;
    const { transport } = attempt;
    const via: Path = { id, transport, provedAt: this.#now, leaving: false, replaced, doubtedAt: null };
    const probeAt = this.#better(attempt.transport).length === 0 ? NEVER : this.#now + this.#rules.probeMs;
    return { at: 'open', via, attempts, probeAt, probeMs: this.#rules.probeMs, renewAt: NEVER, renewals: 0 };
  }

  /** An attempt that is better than what has just been proved goes on as a probe; any other is dropped. */
  #keeps(attempt: Attempt, proved: string): boolean {
    const better = this.#better(proved).includes(attempt.transport);
    if (!better) this.#drop(attempt, `${proved} was proved`);
    return better;
  }

  #better(transport: string): string[] {
    return betterThan(transport, this.memory, this.#rules);
  }

  // --- Ends, of attempts and of connections

  #ended(phase: Phase, id: number, reason: CloseReason): Phase {
    if (phase.at === 'open' && phase.via.id === id) return this.#lost(phase, reason, false);
    const attempt = attemptsOf(phase).find((candidate) => candidate.id === id);
    return attempt === undefined ? phase : this.#failed(phase, attempt, reason);
  }

  #failed(phase: Phase, attempt: Attempt, reason: Omit<Failure, 'transport'>): Phase {
    this.#trace(attempt.transport, 'failed', describe(reason));
    if (phase.at === 'connecting') {
      const failures = [...phase.failures, { ...reason, transport: attempt.transport }];
      return this.#goOn({ ...phase, attempts: without(phase.attempts, attempt), failures });
    }
    if (phase.at !== 'open') return phase;
    const attempts = without(phase.attempts, attempt);
    if (attempt.why !== 'renew') {
      this.#blame(attempt.transport);
      return { ...phase, attempts };
    }
    if (reason.retry === false) {
      this.effects.push({ type: 'refuse', reason });
      return { ...phase, attempts };
    }
    if (reason.status === undefined && this.#isDead(phase.via)) return this.#silent({ ...phase, attempts });
    // The connection that was to be renewed still carries; breaking it would help nobody.
    const { backoffMs: baseMs, backoffCapMs: capMs } = this.#rules;
    const ms = backoff(phase.renewals, { baseMs, capMs }, this.#random) + (reason.retryMs ?? 0);
    const renewAt = this.#now + ms;
    return { ...phase, attempts, renewAt, renewals: phase.renewals + 1 };
  }

  /** One of several attempts was refused, and the next round will not be: this one has not failed. */
  #refused(phase: Phase, id: number, reason: CloseReason): Phase {
    const attempt = attemptsOf(phase).find((candidate) => candidate.id === id);
    if (phase.at !== 'connecting' || attempt === undefined) return this.#ended(phase, id, reason);
    this.#trace(attempt.transport, 'failed', describe(reason));
    return { ...phase, attempts: without(phase.attempts, attempt) };
  }

  /** There is no reason to wait any more. */
  #again(phase: Phase): Phase {
    if (phase.at === 'open') return phase.renewAt === NEVER ? phase : this.#renew(phase, 'asked for something else');
    if (phase.at !== 'connecting' && phase.at !== 'waiting') return phase;
    this.#dropAll(phase);
    return this.#startRound();
  }

  #unsupported(phase: Phase, id: number, detail: string): Phase {
    const attempt = attemptsOf(phase).find((candidate) => candidate.id === id);
    if (attempt === undefined) return phase;
    this.#remember({ unsupported: [...this.memory.unsupported, attempt.transport] });
    this.#trace(attempt.transport, 'unsupported', detail);
    if (phase.at === 'connecting') return this.#goOn({ ...phase, attempts: without(phase.attempts, attempt) });
    return phase.at === 'open' ? { ...phase, attempts: without(phase.attempts, attempt) } : phase;
  }

  #lost(phase: Open, reason: CloseReason, silent: boolean): Phase {
    const { via, attempts } = phase;
    const lived = this.#now - via.provedAt;
    this.#trace(via.transport, 'lost', describe(reason), lived);
    if (reason.retry === false) {
      const error = new PushError(reason.code ?? 'CLOSED', `The gateway ended the connection: ${describe(reason)}.`);
      this.effects.push({ type: 'report', error, final: true });
      return this.#close(phase, error.message);
    }
    const isForeign = reason.code === undefined && Math.floor((reason.status ?? 0) / 100) === 4;
    this.#over(via, silent || isForeign ? 'failed' : 'lost');
    this.#remember({ lostBecause: `${via.transport} was lost: ${describe(reason)}` });
    // What carried before this one came still works, as far as anybody knows: no reason to let messages wait.
    const first = lived < LONG_LIFE_MS ? via.replaced : null;
    const ms = first === null ? this.#backoff() : this.#random * RETURN_MS;
    const retryMs = reason.retryMs ?? 0;
    if (attempts.length === 0) return this.#wait(ms, `${via.transport} was lost`, retryMs, first);

    const running = attempts.map((attempt) => attempt.transport);
    const all = candidates(this.memory, this.#rules, this.#now, first);
    const untried = all.filter((transport) => !running.includes(transport));
    const nextAt = untried.length > 0 ? this.#now + retryMs + ms : NEVER;
    return { at: 'connecting', attempts, untried, nextAt, failures: [] };
  }

  #silent(phase: Open, ms = this.#now - this.#heardAt): Phase {
    this.effects.push({ type: 'drop', id: phase.via.id });
    return this.#lost(phase, { detail: `silent for ${Math.round(ms)} ms` }, true);
  }

  /** Whether a connection that is in doubt has been given its time: neither it nor its like brings anything. */
  #isDead({ doubtedAt }: Path): boolean {
    return doubtedAt !== null && this.#heardAt < doubtedAt && this.#now - doubtedAt >= this.#rules.proofMs;
  }

  #over(via: Path, end: End): void {
    this.memory = remember(this.memory, via, end, this.#now, this.#rules);
  }

  #bye(phase: Phase, id: number, reason: string, retryMs: number | undefined): Phase {
    const detail = `the gateway said goodbye: ${reason}`;
    if (phase.at !== 'open' || phase.via.id !== id) {
      const attempt = attemptsOf(phase).find((candidate) => candidate.id === id);
      if (attempt === undefined) return phase;
      this.effects.push({ type: 'drop', id });
      return this.#failed(phase, attempt, { detail, retry: retryMs !== undefined, retryMs: retryMs ?? 0 });
    }
    this.#trace(phase.via.transport, 'bye', reason, retryMs);
    if (retryMs === undefined) {
      const error = new PushError('UNAVAILABLE', `The gateway ended the connection for good: ${reason}.`);
      this.effects.push({ type: 'report', error, final: true });
      return this.#close(phase, detail);
    }
    if (reason === 'renew' || retryMs === 0) {
      return this.#renew({ ...phase, via: { ...phase.via, leaving: true } }, detail);
    }
    this.#remember({ lostBecause: detail });
    this.#dropAll(phase);
    return this.#wait(0, detail, retryMs);
  }

  // --- Time and the outside

  #tick(phase: Phase, awaited = 'hello'): Phase {
    let next = phase;
    for (const attempt of attemptsOf(phase)) {
      // A failure may have changed what is running.
      if (attempt.proofAt > this.#now || !attemptsOf(next).includes(attempt)) continue;
      this.effects.push({ type: 'drop', id: attempt.id });
      next = this.#failed(next, attempt, { detail: `no ${awaited} within ${Math.round(attempt.proofMs)} ms` });
    }
    if (next.at === 'waiting' && next.until <= this.#now) return this.#startRound(next.first);
    if (next.at === 'connecting' && next.nextAt <= this.#now) next = this.#goOn(next);
    if (next.at === 'open' && next.renewAt <= this.#now) next = this.#renew(next, 'trying again');
    if (next.at === 'open' && next.probeAt <= this.#now) next = this.#probe(next, 'time to look');
    return next;
  }

  /** Tries the best transport above the present one that nothing is held against. One probe at a time. */
  #probe(phase: Open, detail: string): Open {
    const better = this.#better(phase.via.transport);
    if (better.length === 0) return { ...phase, probeAt: NEVER };
    const free = better.find((transport) => heldUntil(this.memory.demerits, transport) <= this.#now);
    if (free === undefined) {
      const until = better.map((transport) => heldUntil(this.memory.demerits, transport));
      return { ...phase, probeAt: Math.min(...until) };
    }
    const probeMs = Math.min(this.#rules.probeCapMs, phase.probeMs * 2);
    const probeAt = this.#now + probeMs * (0.75 + this.#random / 2);
    if (phase.attempts.some((attempt) => attempt.why !== 'renew')) return { ...phase, probeAt };
    this.#remember({ lastProbeAt: this.#now });
    return { ...phase, attempts: [...phase.attempts, this.#start(free, 'probe', detail)], probeAt, probeMs };
  }

  #renew(phase: Open, detail: string): Open {
    // A renewal that is under way may hang on a network that is gone, or have an old token.
    const stale = phase.attempts.filter((attempt) => attempt.why === 'renew');
    for (const attempt of stale) this.#drop(attempt, 'asked anew');
    const attempts = phase.attempts.filter((attempt) => attempt.why !== 'renew');
    return { ...phase, attempts: [...attempts, this.#start(phase.via.transport, 'renew', detail)], renewAt: NEVER };
  }

  /** A connection that has just said hello is believed: then what takes so long is the answer itself. */
  #doubted(phase: Open, ms: number): Open {
    if (this.#now - phase.via.provedAt < LONG_LIFE_MS || phase.attempts.some(isRenewal)) return phase;
    return this.#doubt(phase, `no answer for ${Math.round(ms)} ms`);
  }

  #doubt(phase: Open, detail: string): Open {
    return this.#renew({ ...phase, via: { ...phase.via, doubtedAt: this.#now } }, detail);
  }

  #wake(phase: Phase, reason: WakeReason, stale: boolean): Phase {
    // Too soon after the last time, it is put off but not forgotten: this may be the event that counts.
    const at = Math.max(this.#now, (this.memory.wokenAt[reason] ?? -NEVER) + WAKE_MS);
    switch (phase.at) {
      case 'waiting': {
        const until = Math.max(at, phase.notBefore);
        if (until >= phase.until && until > this.#now) return phase;
        this.#woken(reason, until);
        return until > this.#now ? { ...phase, until } : this.#startRound(phase.first);
      }
      case 'connecting':
        // What was begun on the old network may hang for long on the new one.
        if (reason !== 'online' || at > this.#now) return phase;
        this.#woken(reason, at);
        this.#dropAll(phase);
        return this.#startRound();
      case 'open':
        return this.#wakeOpen(phase, reason, stale, at);
      case 'idle':
      case 'closed':
        return phase;
      default:
        return phase satisfies never;
    }
  }

  #wakeOpen(phase: Open, reason: WakeReason, stale: boolean, at: number): Open {
    let open = phase;
    if (stale && (reason === 'online' || !phase.attempts.some(isRenewal))) {
      if (at > this.#now) return { ...phase, renewAt: Math.min(phase.renewAt, at) };
      this.#woken(reason, at);
      open = this.#doubt(phase, `woken up: ${reason}`);
    }
    if (this.#now - this.memory.lastProbeAt < WAKE_MS || this.#better(open.via.transport).length === 0) return open;
    if (reason === 'online') this.#remember({ demerits: new Map() });
    return this.#probe(open, `woken up: ${reason}`);
  }

  #woken(reason: WakeReason, at: number): void {
    this.#remember({ wokenAt: { ...this.memory.wokenAt, [reason]: at } });
    // Another network is another chance: what went badly belonged to the old one.
    if (reason === 'online') this.#remember({ demerits: new Map(), troubles: 0, failedRounds: 0 });
  }

  // --- Endings and notes

  #close(phase: Phase, detail: string): Phase {
    this.#dropAll(phase);
    this.#trace(null, 'closed', detail);
    return { at: 'closed' };
  }

  #dropAll(phase: Phase): void {
    for (const attempt of attemptsOf(phase)) this.effects.push({ type: 'drop', id: attempt.id });
    if (phase.at === 'open') this.effects.push({ type: 'drop', id: phase.via.id });
  }

  #drop(attempt: Attempt, detail: string): void {
    this.effects.push({ type: 'drop', id: attempt.id });
    this.#trace(attempt.transport, 'dropped', detail);
  }

  #blame(transport: string): void {
    this.#remember({ demerits: blame(this.memory.demerits, transport, this.#now, this.#rules) });
  }

  #remember(changes: Partial<Memory>): void {
    this.memory = { ...this.memory, ...changes };
  }

  #trace(transport: string | null, event: Extract<Effect, { type: 'trace' }>['event'], detail: string, ms?: number) {
    this.effects.push({ type: 'trace', transport, event, detail, ...(ms === undefined ? {} : { ms }) });
  }
}

function attemptsOf(phase: Phase): readonly Attempt[] {
  return phase.at === 'connecting' || phase.at === 'open' ? phase.attempts : [];
}

function without(attempts: readonly Attempt[], gone: Attempt): readonly Attempt[] {
  return attempts.filter((attempt) => attempt.id !== gone.id);
}

function isRenewal(attempt: Attempt): boolean {
  return attempt.why === 'renew';
}

/** What to go back to if this attempt, now proved, soon fails. */
function replacedBy(attempt: Attempt, via: Path): string | null {
  return attempt.why === 'renew' ? via.replaced : via.transport;
}

function switchReason(attempt: Attempt, via: Path): string {
  return attempt.why === 'renew' ? 'renewed' : `${attempt.transport} is better than ${via.transport}`;
}
