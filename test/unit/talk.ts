import { step } from '../../client/negotiation.js';
import {
  deadline,
  type Effect,
  type NegotiationRules,
  START,
  type State,
  type Stimulus,
} from '../../client/negotiation-state.js';
import type { CloseReason } from '../../transports/client-transport.js';

export const rules: NegotiationRules = {
  order: ['one', 'two', 'three'],
  staggerMs: 300,
  proofMs: 3_000,
  probeMs: 5_000,
  probeCapMs: 300_000,
  backoffMs: 500,
  backoffCapMs: 30_000,
};

/** A negotiation with its clock; `random` is a half unless a test says otherwise. */
export class Talk {
  state: State = START;
  now = 0;
  random = 0.5;
  heardAt = 0;
  readonly effects: Effect[] = [];
  readonly #rules: NegotiationRules;

  constructor(changes: Partial<NegotiationRules> = {}) {
    this.#rules = { ...rules, ...changes };
  }

  tell(stimulus: Stimulus): readonly Effect[] {
    const event = { ...stimulus, now: this.now, random: this.random, heardAt: this.heardAt };
    const [state, effects] = step(this.state, event, this.#rules);
    this.state = state;
    this.effects.push(...effects);
    return effects;
  }

  /** Lets time pass, with a tick whenever the negotiation asked for one; returns what it did meanwhile. */
  pass(ms: number): readonly Effect[] {
    const end = this.now + ms;
    const done: Effect[] = [];
    for (let at = deadline(this.state); at <= end; at = deadline(this.state)) {
      this.now = Math.max(this.now, at);
      done.push(...this.tell({ type: 'tick' }));
    }
    this.now = end;
    return done;
  }

  /** The id of the newest attempt of a transport. */
  id(transport: string): number {
    const opened = this.effects.filter((effect) => effect.type === 'open' && effect.transport === transport).at(-1);
    if (opened?.type !== 'open') throw new Error(`${transport} was not opened`);
    return opened.id;
  }

  hello(transport: string, ms = 20): readonly Effect[] {
    return this.tell({ type: 'hello', id: this.id(transport), offered: this.#rules.order, ms });
  }

  fail(transport: string, reason: CloseReason = { detail: 'reset' }) {
    return this.tell({ type: 'ended', id: this.id(transport), reason });
  }
}

/** The transports that were opened. */
export function opened(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => (effect.type === 'open' ? [effect.transport] : []));
}

/** The attempts that were dropped. */
export function dropped(effects: readonly Effect[]): number[] {
  return effects.flatMap((effect) => (effect.type === 'drop' ? [effect.id] : []));
}

/** What says that a connection is the one from now on. */
export function adopted(effects: readonly Effect[]): Effect | undefined {
  return effects.find((effect) => effect.type === 'adopt');
}

/** A negotiation with a connection over this transport. */
export function connected(transport = 'one'): Talk {
  const talk = new Talk();
  talk.tell({ type: 'wanted' });
  for (const name of rules.order) {
    if (name === transport) break;
    talk.fail(name);
  }
  talk.hello(transport);
  return talk;
}
