import type { CloseReason } from '../transports/client-transport.js';
import type { WakeReason } from '../transports/environment.js';
import type { PushError } from '../transports/error.js';
import type { Demerits } from './demerits.js';
import type { TraceEvent } from './trace.js';

/** One try to prove a transport. */
export interface Attempt {
  readonly id: number;
  readonly transport: string;
  /** `race`: for a first connection; `probe`: for a better one; `renew`: for a fresh one of the same transport. */
  readonly why: 'race' | 'probe' | 'renew';
  /** Without a hello by then, in milliseconds of the environment's clock, it has failed. */
  readonly proofAt: number;
  readonly proofMs: number;
}

/** A proved connection. */
export interface Path {
  readonly id: number;
  readonly transport: string;
  readonly provedAt: number;
  /** The gateway asked for a renewal: its end is expected, and not held against the transport. */
  readonly leaving: boolean;
  /** The worse transport that it took over from: known to work, should this one not. */
  readonly replaced: string | null;
  /** Since when there is reason to doubt that anything still comes through. */
  readonly doubtedAt: number | null;
}

/** Why a transport was not proved in this round. */
export interface Failure extends CloseReason {
  readonly transport: string;
}

/** What the negotiation is doing. Times are milliseconds of the environment's clock; {@link NEVER} is infinite. */
export type Phase =
  | { readonly at: 'idle' }
  | {
      readonly at: 'connecting';
      readonly attempts: readonly Attempt[];
      readonly untried: readonly string[];
      /** When the next untried candidate starts beside the running ones. */
      readonly nextAt: number;
      readonly failures: readonly Failure[];
    }
  | {
      readonly at: 'open';
      readonly via: Path;
      /** Probes and renewals that are under way. */
      readonly attempts: readonly Attempt[];
      readonly probeAt: number;
      readonly probeMs: number;
      /** When a renewal that failed is tried again, and how many did. */
      readonly renewAt: number;
      readonly renewals: number;
    }
  | {
      readonly at: 'waiting';
      readonly until: number;
      /** The gateway does not want to be asked sooner, whatever happens meanwhile. */
      readonly notBefore: number;
      /** What to try first then: it worked a moment ago. */
      readonly first: string | null;
    }
  | { readonly at: 'closed' };

/** Nothing carries yet: a round is under way. */
export type Connecting = Extract<Phase, { at: 'connecting' }>;

/** A proved connection carries. */
export type Open = Extract<Phase, { at: 'open' }>;

/** What outlives a phase. */
export interface Memory {
  readonly nextId: number;
  /** Rounds without a proof, and connections that ended at once, since the last one that was of use. */
  readonly troubles: number;
  /** Rounds in a row in which nothing was proved. */
  readonly failedRounds: number;
  /** From request to hello, smoothed, in milliseconds. */
  readonly rtt: number | null;
  /** What the gateway offers, once a hello said so. */
  readonly offered: readonly string[] | null;
  /** Transports that cannot work in this environment. */
  readonly unsupported: readonly string[];
  readonly demerits: Demerits;
  /** The transport that carried last, and why it stopped. */
  readonly last: string | null;
  readonly lostBecause: string | null;
  readonly lastProbeAt: number;
  /** When each reason to wake up was last acted upon, or will be. */
  readonly wokenAt: Readonly<Partial<Record<WakeReason, number>>>;
}

export interface State {
  readonly phase: Phase;
  readonly memory: Memory;
}

/** What happens to the negotiation. */
export type Stimulus =
  /** There are channels to carry, or none any more. */
  | { readonly type: 'wanted' | 'unwanted' }
  /** `awaited`: what attempts still wait for; the hello, unless something else is said. */
  | { readonly type: 'tick'; readonly awaited?: string }
  | { readonly type: 'hello'; readonly id: number; readonly offered: readonly string[]; readonly ms: number }
  /** An attempt or a connection is over, however that came. `isMended`: what it was refused for is no more. */
  | { readonly type: 'ended'; readonly id: number; readonly reason: CloseReason; readonly isMended?: boolean }
  /** An attempt's transport cannot work here at all. */
  | { readonly type: 'unsupported'; readonly id: number; readonly detail: string }
  /** Nothing has come through a connection for longer than the gateway promised. */
  | { readonly type: 'silent'; readonly id: number; readonly ms: number }
  /** Something was sent over a connection, and nothing at all has come back since. */
  | { readonly type: 'doubted'; readonly id: number; readonly ms: number }
  | { readonly type: 'bye'; readonly id: number; readonly reason: string; readonly retryMs?: number | undefined }
  /** The connection has to be made anew over the same transport. */
  | { readonly type: 'renew'; readonly detail: string }
  /** `stale`: the connection that carries may have died without a word. */
  | { readonly type: 'wake'; readonly reason: WakeReason; readonly stale: boolean }
  | { readonly type: 'close' };

/** A stimulus, with the clock and the dice of that moment, and when anything last came through what carries. */
export type NegotiationEvent = Stimulus & { readonly now: number; readonly random: number; readonly heardAt: number };

/** What the runner has to do, in order. */
export type Effect =
  | { readonly type: 'open'; readonly id: number; readonly transport: string }
  | { readonly type: 'drop'; readonly id: number }
  /** From now on this connection carries. */
  | { readonly type: 'adopt'; readonly id: number; readonly from: string | null; readonly reason: string }
  /** What the connection does not carry yet was refused, and will be whenever it is asked for. */
  | { readonly type: 'refuse'; readonly reason: CloseReason }
  | { readonly type: 'report'; readonly error: PushError; readonly final: boolean }
  | {
      readonly type: 'trace';
      readonly transport: string | null;
      readonly event: TraceEvent;
      readonly detail: string;
      readonly ms?: number;
    };

/** What does not change during the life of a client. Times in milliseconds. */
export interface NegotiationRules {
  /** Best first. */
  readonly order: readonly string[];
  /** Before the next candidate starts beside a silent one, while the round trip is unknown. */
  readonly staggerMs: number;
  /** The shortest time-out for a hello. */
  readonly proofMs: number;
  /** Before the first probe of a better transport; doubles with each. */
  readonly probeMs: number;
  readonly probeCapMs: number;
  readonly backoffMs: number;
  readonly backoffCapMs: number;
}

/** A time that does not come. */
export const NEVER = Number.POSITIVE_INFINITY;

export const START: State = {
  phase: { at: 'idle' },
  memory: {
    nextId: 1,
    troubles: 0,
    failedRounds: 0,
    rtt: null,
    offered: null,
    unsupported: [],
    demerits: new Map(),
    last: null,
    lostBecause: null,
    lastProbeAt: Number.NEGATIVE_INFINITY,
    wokenAt: {},
  },
};

/** What is under way without a hello. */
export function attemptsOf(phase: Phase): readonly Attempt[] {
  return phase.at === 'connecting' || phase.at === 'open' ? phase.attempts : [];
}

/** When the negotiation next wants a `tick`; `Infinity` when only something from outside moves it. */
export function deadline({ phase }: State): number {
  switch (phase.at) {
    case 'idle':
    case 'closed':
      return NEVER;
    case 'waiting':
      return phase.until;
    case 'connecting':
      return Math.min(phase.nextAt, ...phase.attempts.map((attempt) => attempt.proofAt));
    case 'open':
      return Math.min(phase.probeAt, phase.renewAt, ...phase.attempts.map((attempt) => attempt.proofAt));
    default:
      return phase satisfies never;
  }
}

/** In whose place a transport is tried now: of the one that carries, of one that did not get through, of the last one. */
export function insteadOf({ phase, memory }: State, transport: string): string | null {
  switch (phase.at) {
    case 'open':
      return phase.via.transport;
    case 'connecting':
      return (
        [...phase.failures, ...phase.attempts].find((other) => other.transport !== transport)?.transport ?? memory.last
      );
    default:
      return memory.last;
  }
}
