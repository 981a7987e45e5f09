import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Note } from '../../demo/site/automatic/note.js';
import { isSet, PRESET_NAMES, type PresetName, turn } from '../../demo/site/automatic/presets.js';
import { Setbacks } from '../../demo/site/automatic/setbacks.js';
import { latestOf, reasonsOf, stretchesOf } from '../../demo/site/automatic/stretches.js';
import { headOf, Numbers } from '../../demo/site/feed/numbers.js';
import type { FaultName } from '../../demo/site/words/fault-name.js';

describe('Numbers', () => {
  const take = (numbers: Numbers, number: number, run = 'a') => numbers.take({ run, number, at: 0 });
  const fates = (numbers: Numbers, run: string, ...asked: number[]) =>
    asked.map((number) => numbers.fateOf({ run, number }));

  it('tell what became of each, as far as can be known', () => {
    const numbers = new Numbers();
    expect(fates(numbers, 'a', 1)).toEqual(['before']);
    for (const number of [5, 6, 9, 9]) take(numbers, number);
    expect(fates(numbers, 'a', 4, 5, 7, 8, 9, 10)).toEqual([
      'before',
      'received',
      'lost',
      'lost',
      'repeated',
      'pending',
    ]);
    take(numbers, 8);
    expect(fates(numbers, 'a', 7, 8)).toEqual(['lost', 'received']);
  });

  it('tell how many others have got and they have not', () => {
    const numbers = new Numbers();
    expect(numbers.behind({ run: 'a', number: 9 })).toBe(0);
    take(numbers, 5);
    const behind = (number: number, run = 'a') => numbers.behind({ run, number });
    expect([numbers.behind(null), behind(5), behind(9), behind(4), behind(9, 'b')]).toEqual([0, 0, 4, 0, 0]);
  });

  it('are missed from the first one on that was waited for', () => {
    const numbers = new Numbers({ run: 'a', number: 5 });
    expect(fates(numbers, 'a', 4, 5, 6)).toEqual(['before', 'pending', 'pending']);
    take(numbers, 7);
    expect(fates(numbers, 'a', 4, 5, 6, 7, 8)).toEqual(['before', 'lost', 'lost', 'received', 'pending']);
    take(numbers, 9, 'b');
    expect(fates(numbers, 'b', 5, 9)).toEqual(['before', 'received']);
  });

  it('begin anew with another run and after a pause, and are bounded', () => {
    const numbers = new Numbers();
    take(numbers, 7);
    take(numbers, 2, 'b');
    expect([numbers.lastOf('a'), numbers.lastOf('b')]).toEqual([0, 2]);
    expect(fates(numbers, 'b', 1, 2, 7)).toEqual(['before', 'received', 'pending']);
    numbers.pause();
    take(numbers, 40, 'b');
    expect(fates(numbers, 'b', 39, 40)).toEqual(['before', 'received']);
    for (let number = 41; number < 1_000; number++) take(numbers, number, 'b');
    expect(fates(numbers, 'b', 999)).toEqual(['received']);
  });

  it('are all to come of a run that began while one was there, and compared within the present run only', () => {
    const waiting = new Numbers({ run: 'a', number: 5 });
    const left = new Numbers();
    take(left, 3_000);
    const here = new Numbers();
    take(here, 3_001);
    const all = [waiting, left, here];
    expect(headOf(new Set(), all)).toBeNull();
    expect(headOf(new Set(['a']), all)).toEqual({ run: 'a', number: 3_001 });
    left.pause();
    expect(headOf(new Set(['a', 'b']), all)).toBeNull();
    take(here, 2, 'b');
    expect(headOf(new Set(['a', 'b']), all)).toEqual({ run: 'b', number: 2 });
    expect([waiting, left, here].map((numbers) => fates(numbers, 'b', 2, 3))).toEqual([
      ['pending', 'pending'],
      ['before', 'before'],
      ['received', 'pending'],
    ]);
  });
});

describe('the reason for which a transport carries', () => {
  const setbacks = new Setbacks(['websocket', 'sse', 'long-polling', 'polling']);

  it('is the last thing that befell a better one, and not what was told before it', () => {
    setbacks.note('lost', 'websocket', 'the socket was closed');
    setbacks.note('failed', 'sse', 'the stream ended');
    setbacks.note('failed', 'polling', 'Failed to fetch');
    expect(setbacks.take('long-polling')).toBe('sse failed: the stream ended');
  });

  it('is the end of what carried before, where nothing better was tried', () => {
    setbacks.note('lost', 'long-polling', 'Failed to fetch');
    expect(setbacks.take('websocket')).toBe('long-polling was lost: Failed to fetch');
    setbacks.note('bye', 'websocket', 'the gateway is closing');
    expect(setbacks.take('websocket')).toBe('the gateway said goodbye: the gateway is closing');
  });

  it('is none of these while something carries, and only the latest loss counts', () => {
    setbacks.note('failed', 'websocket', 'time is over');
    expect(setbacks.take('sse')).toBeNull();
    setbacks.note('lost', 'websocket', 'the socket was closed');
    expect(setbacks.take('sse')).toBe('websocket was lost: the socket was closed');
    setbacks.note('lost', 'sse', 'the stream ended');
    expect(setbacks.take('long-polling')).toBe('sse was lost: the stream ended');
  });
});

describe('the switches of the network', () => {
  /** Five transports, of which this is blocked. */
  function network(hasNetwork = true) {
    const faults = new Map<string, FaultName>();
    const transports = ['websocket', 'sse', 'iframe', 'long-polling', 'polling'];
    const automatic = {
      transports,
      hasNetwork,
      faultOf: (transport: string) => faults.get(transport) ?? null,
      async block(transport: string, blocked: boolean, fault: FaultName = 'reset') {
        if (blocked) faults.set(transport, fault);
        else faults.delete(transport);
      },
    };
    return {
      on: () => PRESET_NAMES.filter((name) => isSet(name, automatic)),
      press: (name: PresetName) => turn(name, !isSet(name, automatic), automatic),
      faults: () => transports.map((transport) => faults.get(transport) ?? '-').join(' '),
    };
  }

  it('are one network: what is blocked stays blocked, and the rest is delayed', async () => {
    const { on, press, faults } = network();
    await press('delay');
    await press('upgrades');
    expect([on(), faults()]).toEqual([['upgrades', 'delay'], 'stripped slow slow slow slow']);
    await press('buffer');
    await press('hole');
    expect([on(), faults()]).toEqual([['hole', 'buffer', 'delay'], 'black-hole whole whole slow slow']);
    await press('hole');
    expect([on(), faults()]).toEqual([['buffer', 'delay'], 'slow whole whole slow slow']);
    await press('delay');
    expect([on(), faults()]).toEqual([['buffer'], '- whole whole - -']);
    await press('delay');
    await press('buffer');
    await press('delay');
    expect([on(), faults()]).toEqual([[], '- - - - -']);
  });

  it('can do no more than reset where nothing lies between', async () => {
    const { on, press, faults } = network(false);
    await press('upgrades');
    expect([on(), faults()]).toEqual([['upgrades', 'hole'], 'reset - - - -']);
    await press('upgrades');
    expect(faults()).toBe('- - - - -');
  });
});

describe('the connections in what a client has noted', () => {
  let at = 0;
  const note = (event: Note['event'], transport: string | null = null, detail = ''): Note => {
    at += 1;
    return { at, event, transport, detail };
  };
  beforeEach(() => {
    at = 0;
  });

  it('are tried, proved, replaced by a better one and lost', () => {
    const stretches = stretchesOf([
      note('started', 'websocket'),
      note('started', 'sse'),
      note('failed', 'websocket', 'closed'),
      note('proved', 'sse'),
      note('probe', 'websocket'),
      note('proved', 'websocket'),
      note('switched', 'websocket'),
      note('lost', 'websocket', 'silent'),
    ]);
    expect(stretches.map((one) => Object.values(one))).toEqual([
      ['websocket', 1, null, 3, 'failed', 'closed'],
      ['sse', 2, 4, 6, 'replaced', ''],
      ['websocket', 5, 6, 8, 'lost', 'silent'],
    ]);
  });

  it('all end when the client pauses, and those of it that still go on have no end', () => {
    const notes = [note('started', 'sse'), note('proved', 'sse'), note('started', 'polling'), note('waiting')];
    expect(stretchesOf(notes).map(({ to, end }) => [to, end])).toEqual([
      [4, 'lost'],
      [4, 'dropped'],
    ]);
    expect(stretchesOf([...notes, note('started', 'iframe')]).at(-1)).toMatchObject({ to: null, end: 'open' });
  });

  it('are let go, and not lost, where the page itself ends them', () => {
    const notes = [note('started', 'sse'), note('proved', 'sse'), note('closed')];
    expect(stretchesOf(notes).map(({ to, end }) => [to, end])).toEqual([[3, 'dropped']]);
  });

  it('are not tried for ever where a round was broken off and begun anew', () => {
    const stretches = stretchesOf([
      note('started', 'websocket'),
      note('started', 'sse'),
      note('started', 'websocket'),
      note('started', 'sse'),
      note('proved', 'websocket'),
    ]);
    expect(stretches.map(({ transport, end }) => [transport, end])).toEqual([
      ['websocket', 'dropped'],
      ['sse', 'dropped'],
      ['websocket', 'open'],
      ['sse', 'open'],
    ]);
  });

  it('tell each reason for which a transport failed once, the last one first', () => {
    const stretches = stretchesOf([
      ...['a', 'b', 'a'].flatMap((why) => [note('probe', 'websocket'), note('failed', 'websocket', why)]),
      note('started', 'sse'),
      note('failed', 'sse', 'c'),
      note('probe', 'websocket'),
      note('dropped', 'websocket', 'd'),
    ]);
    expect(reasonsOf('websocket', stretches)).toEqual(['a', 'b']);
    expect(reasonsOf('polling', stretches)).toEqual([]);
  });

  it('show what carries, however much has been tried beside it since, until it ends', () => {
    const looks = Array.from({ length: 60 }, () => [
      note('probe', 'websocket'),
      note('failed', 'websocket', 'stripped'),
    ]);
    const grown = (...notes: Note[]) => {
      let all: readonly Note[] = [];
      for (const one of notes) all = latestOf([...all, one], 80);
      return all;
    };
    const carried = grown(note('started', 'sse'), note('proved', 'sse'), ...looks.flat());
    expect(carried.length).toBe(82);
    const [sse] = stretchesOf(carried);
    expect(sse).toMatchObject({ transport: 'sse', to: null, end: 'open', helloAt: expect.any(Number) });
    const lost = grown(note('started', 'sse'), note('proved', 'sse'), note('lost', 'sse'), ...looks.flat());
    expect(stretchesOf(lost).filter(({ transport }) => transport === 'sse')).toEqual([]);
    // Its end is seen as well, whatever it is, for as long as any other note would be.
    const ended = (...notes: Note[]) => {
      const all = grown(note('started', 'sse'), note('proved', 'sse'), ...looks.flat(), ...notes);
      return stretchesOf(all).filter(({ transport, end }) => transport === 'sse' || end !== 'failed');
    };
    expect(ended(note('lost', 'sse', 'reset'))).toMatchObject([{ transport: 'sse', end: 'lost', detail: 'reset' }]);
    const switched = [note('probe', 'websocket'), note('proved', 'websocket'), note('switched', 'websocket')];
    expect(ended(...switched)).toMatchObject([
      { transport: 'sse', end: 'replaced' },
      { transport: 'websocket', end: 'open' },
    ]);
    expect(ended(note('renew', 'sse'), note('proved', 'sse'))).toMatchObject([
      { transport: 'sse', end: 'replaced' },
      { transport: 'sse', end: 'open' },
    ]);
  });

  it('do without a beginning that is forgotten', () => {
    expect(stretchesOf([note('proved', 'sse'), note('lost', 'sse'), note('failed', 'polling')])).toEqual([]);
  });
});
