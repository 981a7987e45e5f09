import type { PushError } from '../transports/error.js';
import { backoff } from './backoff.js';
import { betterThan, proofMs } from './candidates.js';
import { blame } from './demerits.js';
import { type End, remember } from './life.js';
import {
  type Attempt,
  attemptsOf,
  type Effect,
  type Memory,
  type NegotiationEvent,
  type NegotiationRules,
  type Path,
  type Phase,
} from './negotiation-state.js';

/**
 * The working place of one step of the negotiation: the memory as it becomes, and the effects in the order in which they
 * are to be performed. Clock and dice stand still meanwhile. It decides nothing: which phase follows is up to the
 * functions that are given it, and nothing of it is kept but memory and effects.
 */
export class Turn {
  memory: Memory;
  readonly effects: Effect[] = [];
  readonly rules: NegotiationRules;
  readonly now: number;
  readonly random: number;
  /** When anything last came through what carries. */
  readonly heardAt: number;

  constructor(memory: Memory, { now, random, heardAt }: NegotiationEvent, rules: NegotiationRules) {
    this.memory = memory;
    this.rules = rules;
    this.now = now;
    this.random = random;
    this.heardAt = heardAt;
  }

  // --- Connections opened and dropped

  start(transport: string, why: Attempt['why'], detail: string): Attempt {
    const id = this.memory.nextId;
    const timeoutMs = proofMs(this.memory, this.rules);
    this.remember({ nextId: id + 1 });
    this.trace(transport, why === 'race' ? 'started' : why, detail);
    this.effects.push({ type: 'open', id, transport });
    return { id, transport, why, proofAt: this.now + timeoutMs, proofMs: timeoutMs };
  }

  drop(id: number): void {
    this.effects.push({ type: 'drop', id });
  }

  /** Drops what has not failed, and notes why. */
  discard(attempt: Attempt, detail: string): void {
    this.drop(attempt.id);
    this.trace(attempt.transport, 'dropped', detail);
  }

  /** Everything that is open goes; the next phase has nothing of this one. */
  dropAll(phase: Phase): void {
    for (const attempt of attemptsOf(phase)) this.drop(attempt.id);
    if (phase.at === 'open') this.drop(phase.via.id);
  }

  // --- The phases that hold no connection

  /** Waits for so long, after the time that the gateway has asked for: who was told the same comes back spread out. */
  wait(ms: number, detail: string, retryMs = 0, first: string | null = null): Phase {
    this.trace(null, 'waiting', detail, retryMs + ms);
    const notBefore = this.now + retryMs;
    return { at: 'waiting', until: notBefore + ms, notBefore, first };
  }

  close(phase: Phase, detail: string): Phase {
    this.dropAll(phase);
    this.trace(null, 'closed', detail);
    return { at: 'closed' };
  }

  // --- What is remembered, noted and told

  remember(changes: Partial<Memory>): void {
    this.memory = { ...this.memory, ...changes };
  }

  blame(transport: string): void {
    this.remember({ demerits: blame(this.memory.demerits, transport, this.now, this.rules) });
  }

  /** A connection that carried does so no more. */
  over(via: Path, end: End): void {
    this.memory = remember(this.memory, via, end, this.now, this.rules);
  }

  trace(transport: string | null, event: Extract<Effect, { type: 'trace' }>['event'], detail: string, ms?: number) {
    this.effects.push({ type: 'trace', transport, event, detail, ...(ms === undefined ? {} : { ms }) });
  }

  report(error: PushError, final: boolean): void {
    this.effects.push({ type: 'report', error, final });
  }

  // --- What the rules say at this moment

  better(transport: string): string[] {
    return betterThan(transport, this.memory, this.rules);
  }

  /** The pause after one more trouble. */
  backoff(): number {
    const { troubles } = this.memory;
    this.remember({ troubles: troubles + 1 });
    return this.pause(troubles);
  }

  /** The pause after so many failures. */
  pause(failures: number): number {
    const { backoffMs: baseMs, backoffCapMs: capMs } = this.rules;
    return backoff(failures, { baseMs, capMs }, this.random);
  }
}
