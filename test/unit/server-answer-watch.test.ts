import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { AnswerWatch } from '../../server/answer-watch.js';

/** An answer of which somebody takes as much as is said. */
function answer({ ended = true } = {}) {
  const state = { taken: 0, destroyed: false };
  const socket = {
    writableLength: 0,
    get bytesWritten() {
      return state.taken;
    },
    destroy: () => {
      state.destroyed = true;
    },
  };
  const response = Object.assign(new EventEmitter(), { closed: false, writableEnded: ended, req: { socket } });
  return { state, response, as: response as unknown as ServerResponse };
}

describe('AnswerWatch', () => {
  let now = 0;
  const cut: unknown[] = [];
  const watch = new AnswerWatch({ stalledMs: 60_000, now: () => now, cut: (response) => cut.push(response) });
  const pass = (ms: number) => {
    now += ms;
    watch.look();
  };
  afterEach(() => {
    cut.length = 0;
  });

  it('cuts who takes nothing of a complete answer for too long, and nobody before', () => {
    const { state, response, as } = answer();
    watch.add(as);
    pass(0);
    pass(60_000);
    expect(state.destroyed).toBe(false);
    pass(1);
    expect([state.destroyed, cut]).toEqual([true, [response]]);
  });

  it('leaves alone who takes some of it now and then', () => {
    const { state, as } = answer();
    watch.add(as);
    for (state.taken = 0; state.taken < 10; state.taken++) pass(60_000);
    pass(60_000);
    expect(state.destroyed).toBe(false);
    pass(60_001);
    expect(state.destroyed).toBe(true);
  });

  it('leaves alone an answer that is still being written, and counts from its end', () => {
    const { state, response, as } = answer({ ended: false });
    watch.add(as);
    pass(600_000);
    response.writableEnded = true;
    pass(600_000);
    expect(state.destroyed).toBe(false);
    pass(60_001);
    expect(state.destroyed).toBe(true);
  });

  it('forgets an answer that has been taken', () => {
    const { state, response, as } = answer();
    watch.add(as);
    pass(0);
    response.emit('close');
    pass(600_000);
    expect([state.destroyed, cut]).toEqual([false, []]);
  });

  it('looks by itself for as long as there are answers, and again when there is another one', () => {
    jest.useFakeTimers();
    try {
      const own = new AnswerWatch({ stalledMs: 1_000, now: () => performance.now(), cut: () => undefined });
      expect(jest.getTimerCount()).toBe(0);
      for (let time = 0; time < 2; time++) {
        const { state, as } = answer();
        own.add(as);
        own.add(as);
        expect(jest.getTimerCount()).toBe(1);
        jest.advanceTimersByTime(2_000);
        expect([state.destroyed, jest.getTimerCount()]).toEqual([true, 0]);
      }
    } finally {
      jest.useRealTimers();
    }
  });
});
