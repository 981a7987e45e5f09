import { describe, expect, it } from '@jest/globals';
import { deadline } from '../../client/negotiation-state.js';
import type { CloseReason } from '../../transports/client-transport.js';
import { adopted, connected, dropped, opened, rules, Talk } from './talk.js';

describe('a first connection', () => {
  it('starts the best candidate at once and nothing else', () => {
    expect(opened(new Talk().tell({ type: 'wanted' }))).toEqual(['one']);
  });

  it('starts the second candidate beside a silent first one', () => {
    const talk = new Talk();
    talk.tell({ type: 'wanted' });
    expect(opened(talk.pass(299))).toEqual([]);
    expect(opened(talk.pass(1))).toEqual(['two']);
    expect(opened(talk.pass(300))).toEqual(['three']);
  });

  it('starts the second candidate at once when the first fails', () => {
    const talk = new Talk();
    talk.tell({ type: 'wanted' });
    expect(opened(talk.fail('one'))).toEqual(['two']);
  });

  it('passes over a transport that cannot work here, for ever', () => {
    const talk = new Talk();
    talk.tell({ type: 'wanted' });
    expect(opened(talk.tell({ type: 'unsupported', id: talk.id('one'), detail: 'no sockets' }))).toEqual(['two']);
    talk.hello('two');
    expect(opened(talk.pass(60_000))).toEqual([]);
  });

  it('fails an attempt that brings no hello in its time', () => {
    const talk = new Talk({ order: ['one'] });
    talk.tell({ type: 'wanted' });
    const effects = talk.pass(3_000);
    expect(effects).toContainEqual({
      type: 'trace',
      transport: 'one',
      event: 'failed',
      detail: 'no hello within 3000 ms',
    });
    expect(talk.state.phase.at).toBe('waiting');
  });

  it('gives a slow network longer with each failed round', () => {
    const talk = new Talk({ order: ['one'] });
    talk.tell({ type: 'wanted' });
    talk.pass(3_000 + 250);
    expect(talk.state.phase.at).toBe('connecting');
    expect(deadline(talk.state) - talk.now).toBe(6_000);
  });

  it('adopts the first to be proved, drops the worse and lets the better go on', () => {
    const talk = new Talk();
    talk.tell({ type: 'wanted' });
    talk.pass(600);
    const effects = talk.hello('two');
    expect(adopted(effects)).toMatchObject({ id: talk.id('two'), from: null });
    expect(dropped(effects)).toEqual([talk.id('three')]);
    expect(talk.state.phase).toMatchObject({ at: 'open', attempts: [{ transport: 'one' }] });
  });

  it('moves up when the better one is proved after all, and closes the old one only then', () => {
    const talk = new Talk();
    talk.tell({ type: 'wanted' });
    talk.pass(300);
    talk.hello('two');
    const old = talk.id('two');
    const effects = talk.hello('one');
    const order = effects.map((effect) => effect.type).filter((type) => type !== 'trace');
    expect(order).toEqual(['adopt', 'drop']);
    expect(dropped(effects)).toEqual([old]);
    expect(adopted(effects)).toMatchObject({ from: 'two' });
  });

  it('tries only what the gateway offers, once it has said so', () => {
    const talk = new Talk();
    talk.tell({ type: 'wanted' });
    talk.fail('one');
    talk.tell({ type: 'hello', id: talk.id('two'), offered: ['two', 'three'], ms: 10 });
    expect(opened(talk.pass(600_000))).toEqual([]);
  });
});

describe('a round in which nothing is proved', () => {
  function failedRound(): Talk {
    const talk = new Talk();
    talk.tell({ type: 'wanted' });
    for (const transport of rules.order) talk.fail(transport, { detail: `${transport} is down` });
    return talk;
  }

  it('waits, with every failure in the error', () => {
    const talk = failedRound();
    expect(talk.state.phase.at).toBe('waiting');
    const report = talk.effects.find((effect) => effect.type === 'report');
    expect(report).toMatchObject({ final: false, error: { code: 'UNREACHABLE' } });
    expect(report?.type === 'report' && report.error.message).toContain('one is down; two: two is down; three');
  });

  it('holds nothing against any transport', () => {
    const talk = failedRound();
    talk.pass(250);
    expect(talk.effects.at(-1)).toMatchObject({ type: 'open', transport: 'one' });
  });

  it('waits longer after each round, up to the cap', () => {
    const talk = new Talk({ order: ['one'] });
    talk.random = 1;
    talk.tell({ type: 'wanted' });
    const waits: number[] = [];
    for (let round = 0; round < 9; round++) {
      talk.fail('one');
      waits.push(deadline(talk.state) - talk.now);
      talk.pass(deadline(talk.state) - talk.now);
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('tries at once when the network comes back', () => {
    const talk = failedRound();
    expect(opened(talk.tell({ type: 'wake', reason: 'online', stale: false }))).toEqual(['one']);
  });

  it('has not failed when what was refused is mended: the next one begins at once', () => {
    const talk = new Talk({ order: ['one'] });
    talk.tell({ type: 'wanted' });
    const reason = { detail: 'The token has expired.', retry: true, code: 'TOKEN_EXPIRED', status: 401 };
    const effects = talk.tell({ type: 'ended', id: talk.id('one'), reason, isMended: true });
    expect(opened(effects)).toEqual(['one']);
    expect(effects.some(({ type }) => type === 'report')).toBe(false);
    expect(talk.state.memory.troubles).toBe(0);
  });

  it('is final when the gateway refused what was asked, even if a browser hides why the others failed', () => {
    const talk = new Talk({ order: ['one', 'two'] });
    talk.tell({ type: 'wanted' });
    talk.fail('one', { detail: 'the socket was closed' });
    const refused = { detail: 'Token does not cover "chat".', retry: false, code: 'CHANNEL_FORBIDDEN', status: 403 };
    const effects = talk.fail('two', refused);
    expect(talk.state.phase.at).toBe('closed');
    expect(effects).toContainEqual(
      expect.objectContaining({
        type: 'report',
        final: true,
        error: expect.objectContaining({ code: 'CHANNEL_FORBIDDEN' }),
      }),
    );
  });

  it('is not final when only a proxy says no', () => {
    const talk = new Talk({ order: ['one', 'two'] });
    talk.tell({ type: 'wanted' });
    talk.fail('one');
    talk.fail('two', { detail: 'HTTP status 404', retry: true, status: 404 });
    expect(talk.state.phase.at).toBe('waiting');
  });

  it('leaves the gateway alone for as long as it asks for, and a random time longer, whoever wakes up', () => {
    const talk = new Talk({ order: ['one'] });
    talk.tell({ type: 'wanted' });
    talk.fail('one', { detail: 'busy', status: 503, retryMs: 5_000 });
    expect(talk.state.phase).toMatchObject({ at: 'waiting', until: 5_250 });
    expect(opened(talk.tell({ type: 'wake', reason: 'online', stale: true }))).toEqual([]);
    expect(opened(talk.pass(4_999))).toEqual([]);
    expect(opened(talk.pass(1))).toEqual(['one']);
  });

  it('tries early for a page that is looked at again, but not at every look', () => {
    const talk = new Talk({ order: ['one'], backoffMs: 30_000 });
    talk.tell({ type: 'wanted' });
    talk.fail('one');
    const at: number[] = [];
    for (let look = 0; look < 20; look++) {
      const rounds = [...talk.pass(200), ...talk.tell({ type: 'wake', reason: 'visible', stale: false })];
      if (opened(rounds).length === 0) continue;
      at.push(talk.now);
      talk.fail('one');
    }
    expect(at).toEqual([200, 3_200]);
  });

  it('starts over with short time-outs when the network comes back in the middle of it', () => {
    const talk = new Talk({ order: ['one', 'two'] });
    talk.tell({ type: 'wanted' });
    for (let round = 0; round < 3; round++) {
      for (const transport of ['one', 'two']) talk.fail(transport);
      talk.pass(deadline(talk.state) - talk.now);
    }
    const hung = talk.id('one');
    const effects = talk.tell({ type: 'wake', reason: 'online', stale: true });
    expect(dropped(effects)).toEqual([hung]);
    expect(opened(effects)).toEqual(['one']);
    expect(talk.state.phase).toMatchObject({ attempts: [{ proofMs: 3_000 }] });
  });

  it('ends when no transport is left to try', () => {
    const talk = new Talk({ order: ['one'] });
    talk.tell({ type: 'wanted' });
    talk.tell({ type: 'unsupported', id: talk.id('one'), detail: 'no sockets' });
    expect(talk.state.phase.at).toBe('closed');
  });
});

describe('moving up', () => {
  it('probes the better transport when its demerit has ended', () => {
    const talk = connected('two');
    expect(opened(talk.pass(4_999))).toEqual([]);
    expect(opened(talk.pass(1))).toEqual(['one']);
  });

  it('probes less and less often while that fails', () => {
    const talk = connected('two');
    const at: number[] = [];
    for (let probe = 0; probe < 4; probe++) {
      const wait = deadline(talk.state) - talk.now;
      while (opened(talk.pass(deadline(talk.state) - talk.now)).length === 0);
      at.push(wait);
      talk.fail('one');
    }
    for (let index = 1; index < at.length; index++) expect(at[index]).toBeGreaterThan(at[index - 1] ?? 0);
  });

  it('probes one transport at a time, best first', () => {
    const talk = connected('three');
    expect(opened(talk.pass(6_000))).toEqual(['one']);
  });

  it.each([0, 0.5, 0.99])('leaves out none of those that are better, however often others fail (%p)', (random) => {
    const talk = new Talk({ order: ['one', 'two', 'three', 'four'], probeMs: 2_000, probeCapMs: 4_000 });
    talk.random = random;
    talk.tell({ type: 'wanted' });
    for (const transport of ['one', 'two', 'three']) talk.fail(transport);
    talk.hello('four');
    const probed: string[] = [];
    while (probed.length < 12) {
      for (const transport of opened(talk.pass(100))) {
        probed.push(transport);
        talk.fail(transport);
      }
    }
    // The best one first, and before it comes again each of the others has had its turn.
    for (let index = 0; index < probed.length; index += 3) {
      expect(probed.slice(index, index + 3)).toEqual(['one', 'two', 'three']);
    }
  });

  it('probes a better transport also where the connection is renewed more often than that', () => {
    const talk = connected('two');
    const begun: string[] = [];
    for (let renewal = 0; renewal < 30; renewal++) {
      begun.push(...opened(talk.pass(1_000)));
      talk.tell({ type: 'renew', detail: 'the channels have changed' });
      talk.hello('two');
    }
    expect(begun).toContain('one');
  });

  it('does not probe when nothing is better', () => {
    expect(opened(connected().pass(3_600_000))).toEqual([]);
  });

  it('probes at once when the network comes back, whatever was held against the transport', () => {
    const talk = connected('two');
    talk.pass(3_000);
    expect(opened(talk.tell({ type: 'wake', reason: 'online', stale: false }))).toEqual(['one']);
  });

  it('does not probe again and again for someone who flips through tabs', () => {
    const talk = connected('two');
    talk.pass(60_000);
    talk.fail('one');
    talk.pass(1_000);
    talk.tell({ type: 'wake', reason: 'online', stale: false });
    talk.fail('one');
    expect(opened(talk.tell({ type: 'wake', reason: 'online', stale: false }))).toEqual([]);
  });
});

describe('an end with a status of a refusal', () => {
  const lost = (reason: CloseReason) => {
    const talk = connected();
    talk.pass(20_000);
    talk.fail('one', reason);
    return talk.state.memory.demerits.has('one');
  };

  it('is held against the transport when somebody on the way has given it', () => {
    expect(lost({ detail: 'HTTP status 403', status: 403, retry: true })).toBe(true);
  });

  it('is not when it is the gateway’s, as of a token that has expired', () => {
    expect(lost({ detail: 'Expired', status: 401, code: 'TOKEN_EXPIRED', retry: true })).toBe(false);
  });
});

describe('nothing to carry', () => {
  it('closes everything and starts anew when there is something', () => {
    const talk = connected();
    expect(dropped(talk.tell({ type: 'unwanted' }))).toEqual([talk.id('one')]);
    expect(talk.state.phase.at).toBe('idle');
    expect(opened(talk.tell({ type: 'wanted' }))).toEqual(['one']);
  });
});
