import { describe, expect, it } from '@jest/globals';
import { deadline } from '../../client/negotiation-state.js';
import { adopted, connected, dropped, opened, Talk } from './talk.js';

describe('a loss', () => {
  it('comes back after a short random pause over the same transport when it had lived long', () => {
    const talk = connected();
    talk.pass(60_000);
    talk.fail('one');
    expect(talk.state.phase).toMatchObject({ at: 'waiting', until: talk.now + 250 });
    expect(opened(talk.pass(250))).toEqual(['one']);
  });

  it('comes back over another transport when it died young', () => {
    const talk = connected();
    talk.pass(1_000);
    talk.fail('one');
    expect(opened(talk.pass(250))).toEqual(['two']);
  });

  it('waits no longer for a second short life than for the first, if both were of use', () => {
    const talk = new Talk({ order: ['one'] });
    talk.tell({ type: 'wanted' });
    const waits: number[] = [];
    for (let life = 0; life < 5; life++) {
      talk.hello('one');
      talk.pass(2_000);
      talk.fail('one');
      waits.push(deadline(talk.state) - talk.now);
      talk.pass(250);
    }
    expect(waits).toEqual([250, 250, 250, 250, 250]);
  });

  it('waits longer each time when connections are accepted and dropped at once', () => {
    const talk = new Talk({ order: ['one'] });
    talk.random = 1;
    talk.tell({ type: 'wanted' });
    const waits: number[] = [];
    for (let life = 0; life < 8; life++) {
      talk.hello('one');
      talk.fail('one');
      waits.push(deadline(talk.state) - talk.now);
      talk.pass(deadline(talk.state) - talk.now);
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('goes back at once to the transport that was left for a better one not long ago', () => {
    const talk = connected('three');
    talk.pass(5_000);
    talk.hello('one');
    talk.pass(2_000);
    talk.fail('one');
    expect(deadline(talk.state) - talk.now).toBe(50);
    expect(opened(talk.pass(50))).toEqual(['three']);
  });

  it('goes on with backoff when the way back is closed too', () => {
    const talk = connected('two');
    talk.pass(5_000);
    talk.hello('one');
    talk.fail('one');
    talk.pass(50);
    for (const transport of ['two', 'three', 'one']) talk.fail(transport);
    expect(deadline(talk.state) - talk.now).toBe(250);
    expect(opened(talk.pass(250))).toEqual(['two']);
  });

  it('forgets the troubles before a long life when that was ended by a better transport', () => {
    const talk = connected('two');
    talk.state = { ...talk.state, memory: { ...talk.state.memory, troubles: 6 } };
    while (opened(talk.pass(deadline(talk.state) - talk.now)).length === 0);
    talk.hello('one');
    expect(talk.state.memory.troubles).toBe(0);
  });

  it('holds a foreign answer against a transport, however long it lived, and comes back', () => {
    const talk = connected();
    talk.pass(60_000);
    talk.fail('one', { detail: 'HTTP status 404', retry: true, status: 404 });
    expect(talk.state.phase.at).toBe('waiting');
    expect(opened(talk.pass(250))).toEqual(['two']);
  });

  it('holds silence against a transport, however long it lived', () => {
    const talk = connected();
    talk.pass(60_000);
    const effects = talk.tell({ type: 'silent', id: talk.id('one'), ms: 35_000 });
    expect(dropped(effects)).toEqual([talk.id('one')]);
    expect(opened(talk.pass(250))).toEqual(['two']);
  });

  it('goes on with the probes that are under way', () => {
    const talk = connected('two');
    talk.pass(6_000);
    const probe = talk.id('one');
    talk.fail('two');
    expect(talk.state.phase).toMatchObject({ at: 'connecting', attempts: [{ id: probe }] });
    expect(adopted(talk.hello('one'))).toMatchObject({ from: 'two', reason: 'two was lost: reset' });
  });

  it('comes back no sooner than a refusal asked for, whatever is under way, fails or wakes up meanwhile', () => {
    const talk = new Talk({ order: ['one', 'two'] });
    talk.tell({ type: 'wanted' });
    talk.fail('one');
    talk.hello('two');
    while (opened(talk.pass(deadline(talk.state) - talk.now)).length === 0);
    const effects = talk.fail('two', { detail: 'draining', retry: true, status: 503, retryMs: 5_000 });
    expect(dropped(effects)).toEqual([talk.id('one')]);
    expect(opened(talk.fail('one', { detail: 'draining', status: 503 }))).toEqual([]);
    expect(opened(talk.tell({ type: 'wake', reason: 'online', stale: true }))).toEqual([]);
    expect(opened(talk.pass(4_999))).toEqual([]);
    expect(opened(talk.pass(1))).toHaveLength(1);
  });

  it('is final when the gateway closed for good', () => {
    const talk = connected();
    talk.fail('one', { detail: 'normal', retry: false });
    expect(talk.state.phase.at).toBe('closed');
    expect(deadline(talk.state)).toBe(Number.POSITIVE_INFINITY);
  });

  it('ignores what a connection says that is no longer there', () => {
    const talk = connected();
    const { state } = talk;
    talk.tell({ type: 'ended', id: 99, reason: { detail: 'late' } });
    talk.tell({ type: 'hello', id: 99, offered: [], ms: 1 });
    expect(talk.state).toEqual(state);
  });
});

describe('a renewal', () => {
  it('opens the same transport and switches at its hello', () => {
    const talk = connected();
    const old = talk.id('one');
    expect(opened(talk.tell({ type: 'renew', detail: 'the channels have changed' }))).toEqual(['one']);
    expect(dropped(talk.hello('one'))).toEqual([old]);
  });

  it('is let finish when it is asked for again, and may then be followed by another one', () => {
    const talk = connected();
    talk.tell({ type: 'renew', detail: 'more' });
    for (let more = 0; more < 5; more++) expect(talk.tell({ type: 'renew', detail: 'still more' })).toEqual([]);
    talk.hello('one');
    expect(opened(talk.tell({ type: 'renew', detail: 'still more' }))).toEqual(['one']);
  });

  it('starts over when the network has changed', () => {
    const talk = connected();
    talk.tell({ type: 'renew', detail: 'more' });
    const first = talk.id('one');
    const effects = talk.tell({ type: 'wake', reason: 'online', stale: true });
    expect([dropped(effects), opened(effects)]).toEqual([[first], ['one']]);
  });

  it('keeps the connection and tries again when it fails', () => {
    const talk = connected();
    talk.tell({ type: 'renew', detail: 'more' });
    talk.fail('one');
    expect(talk.state.phase.at).toBe('open');
    expect(opened(talk.pass(500))).toEqual(['one']);
  });

  it('refuses only what is new when the gateway does', () => {
    const talk = connected();
    talk.tell({ type: 'renew', detail: 'more' });
    const effects = talk.fail('one', { detail: 'no', retry: false, code: 'CHANNEL_FORBIDDEN' });
    expect(effects).toContainEqual(expect.objectContaining({ type: 'refuse' }));
    expect(talk.state.phase.at).toBe('open');
  });
});

describe('doubt', () => {
  it('after a change of networks opens the connection anew, and breaks the old one only then', () => {
    const talk = connected();
    talk.pass(60_000);
    const old = talk.id('one');
    const effects = talk.tell({ type: 'wake', reason: 'online', stale: true });
    expect(opened(effects)).toEqual(['one']);
    expect(dropped(effects)).toEqual([]);
    expect(dropped(talk.hello('one'))).toEqual([old]);
  });

  it('at a second change of networks soon after is put off, and not forgotten', () => {
    const talk = connected();
    talk.tell({ type: 'wake', reason: 'online', stale: true });
    talk.hello('one');
    talk.pass(1_000);
    expect(opened(talk.tell({ type: 'wake', reason: 'online', stale: true }))).toEqual([]);
    expect(opened(talk.pass(2_000))).toEqual(['one']);
  });

  it('about an operation without an answer opens the connection anew, unless it has just been proved', () => {
    const talk = connected();
    talk.pass(5_000);
    expect(opened(talk.tell({ type: 'doubted', id: talk.id('one'), ms: 3_000 }))).toEqual([]);
    talk.pass(10_000);
    expect(opened(talk.tell({ type: 'doubted', id: talk.id('one'), ms: 3_000 }))).toEqual(['one']);
  });

  it('that is confirmed gives the transport up: nothing came over the old connection, and no new one is to be had', () => {
    const talk = connected();
    talk.pass(60_000);
    talk.heardAt = 50_000;
    talk.tell({ type: 'doubted', id: talk.id('one'), ms: 3_000 });
    talk.pass(3_000);
    expect(talk.state.phase.at).toBe('waiting');
    expect(opened(talk.pass(250))).toEqual(['two']);
  });

  it('ends when something is heard: then the connection stays', () => {
    const talk = connected();
    talk.pass(60_000);
    talk.tell({ type: 'doubted', id: talk.id('one'), ms: 3_000 });
    talk.heardAt = 61_000;
    talk.pass(3_000);
    expect(talk.state.phase.at).toBe('open');
  });
});

describe('a bye', () => {
  it('with a time comes back then, over the same transport', () => {
    const talk = connected();
    talk.tell({ type: 'bye', id: talk.id('one'), reason: 'drain', retryMs: 1_500 });
    expect(opened(talk.pass(1_499))).toEqual([]);
    expect(opened(talk.pass(1))).toEqual(['one']);
  });

  it('to renew asks the same transport again at once, and holds its end against nobody', () => {
    const talk = connected();
    expect(opened(talk.tell({ type: 'bye', id: talk.id('one'), reason: 'renew', retryMs: 0 }))).toEqual(['one']);
    const path = talk.state.phase.at === 'open' ? talk.state.phase.via.id : 0;
    talk.tell({ type: 'ended', id: path, reason: { detail: 'ended' } });
    expect(adopted(talk.hello('one'))).toBeDefined();
    expect(talk.state.memory.demerits.size).toBe(0);
  });

  it('without a time is final', () => {
    const talk = connected();
    talk.tell({ type: 'bye', id: talk.id('one'), reason: 'go away' });
    expect(talk.state.phase.at).toBe('closed');
  });
});
