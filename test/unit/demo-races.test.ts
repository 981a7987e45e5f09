import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CpuCosts } from '../../demo/race/cpu-costs.js';
import { type CpuRunOptions, cpuPerMessage } from '../../demo/race/cpu-run.js';
import { RACE_LIMITS, Races, stepOf } from '../../demo/race/races.js';
import { Readers } from '../../demo/race/readers.js';
import { FIRST_SETTINGS, type RaceSettings, type RaceStep, readSettings, STEPS } from '../../demo/site/words/race.js';
import { createGateway } from '../../server/index.js';
import { catalog } from '../../transports/catalog.js';
import { listen } from '../support/listen.js';
import { waitUntil } from '../support/wait-until.js';

const settings = (changes: Partial<RaceSettings> = {}): RaceSettings => ({ ...FIRST_SETTINGS, ...changes });

describe('races of visitors’ own', () => {
  let published: { readonly channel: string; readonly step: RaceStep }[];
  let wanted: Map<string, unknown>;
  let races: Races;

  beforeEach(() => {
    jest.useFakeTimers();
    published = [];
    wanted = new Map();
    races = new Races({
      publish: async (channel, step) => published.push({ channel, step }),
      crowd: { set: (race, readers) => wanted.set(race, readers), open: () => 3, isPossible: () => true },
      transports: 5,
      now: Date.now,
    });
  });
  afterEach(() => {
    races.close();
    jest.useRealTimers();
  });

  it('publish numbered steps of the size that was asked for, as often as that', async () => {
    const report = races.run('mine', settings({ perSecond: 5, bytes: 512 }), 'ann');
    await jest.advanceTimersByTimeAsync(2_000);
    expect(published.map(({ channel }) => channel)).toEqual(Array.from({ length: 10 }, () => 'race.mine'));
    expect(published.map(({ step: { run, number } }) => [run, number])).toEqual(
      Array.from({ length: 10 }, (_, index) => [report?.run, index + 1]),
    );
    expect(new Set(published.map(({ step }) => JSON.stringify(step).length))).toEqual(new Set([512]));
  });

  it('go on while they are asked for, and end by themselves after that', async () => {
    const first = races.run('mine', settings(), 'ann');
    for (let asked = 0; asked < 6; asked++) {
      await jest.advanceTimersByTimeAsync(5_000);
      expect(races.run('mine', settings(), 'ann')?.run).toBe(first?.run);
    }
    await jest.advanceTimersByTimeAsync(16_000);
    expect(races.size).toBe(0);
    const count = published.length;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(published).toHaveLength(count);
    expect(wanted.get('mine')).toBeNull();
  });

  it('end at once when their page says that it goes, and are in nobody’s way then', () => {
    const most = settings({ clients: 50 });
    expect(races.run('mine', most, 'ann')).not.toBeNull();
    expect(races.run('next', most, 'ann')).toBeNull();
    races.end('mine');
    expect([races.size, wanted.get('mine')]).toEqual([0, null]);
    expect(races.run('next', most, 'ann')).not.toBeNull();
    races.end('unknown');
    expect([...wanted.keys()]).toEqual(['mine', 'next']);
  });

  it('begin another run with other settings, and publish nothing where nothing is asked for', async () => {
    const first = races.run('mine', settings({ perSecond: 2, clients: 5 }), 'ann');
    expect(first?.clients).toEqual({ wanted: 25, open: 3 });
    expect(wanted.get('mine')).toEqual({ channel: 'race.mine', each: 5, pollMs: FIRST_SETTINGS.pollMs });
    const second = races.run('mine', settings({ perSecond: 0 }), 'ann');
    expect(second?.run).not.toBe(first?.run);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(published).toEqual([]);
  });

  it.each<[string, RaceSettings]>([
    ['bytes', settings({ perSecond: 20, bytes: 4_000, clients: 10 })],
    ['messages', settings({ perSecond: 20, bytes: 128, clients: 50 })],
  ])('are refused when one alone would deliver too many %s', (_, tooMuch) => {
    expect(races.run('mine', tooMuch, 'ann')).toBeNull();
    expect(races.size).toBe(0);
  });

  it('are refused when all together would be too much, and leave what runs as it is', () => {
    expect(races.run('first', settings({ clients: 50 }), 'ann')).not.toBeNull();
    expect(races.run('second', settings({ clients: 20 }), 'bob')).toBeNull();
    const run = races.run('third', settings({ clients: 10 }), 'cay')?.run;
    expect(races.run('third', settings({ clients: 50 }), 'cay')).toBeNull();
    expect(races.run('third', settings({ clients: 10 }), 'cay')?.run).toBe(run);
    for (let number = 0; number < 2 * RACE_LIMITS.all.races; number++)
      races.run(`more-${number}`, settings(), `${number}`);
    expect(races.size).toBe(RACE_LIMITS.all.races);
  });

  it.each<[string, RaceSettings, number, number]>([
    ['races', settings(), 5, 5],
    ['clients', settings({ clients: 20 }), 2, 1],
    ['messages', settings({ perSecond: 10, bytes: 128, clients: 10 }), 3, 2],
    ['bytes', settings({ perSecond: 10, bytes: 4_000, clients: 5 }), 1, 1],
  ])('are refused when those of one visitor would be too many %s, and leave room for others', (_, given, own, left) => {
    const run = (visitor: string) => {
      let count = 0;
      while (count < 40 && races.run(`${visitor}-${count}`, given, visitor) !== null) count += 1;
      return count;
    };
    expect([run('ann'), run('bob')]).toEqual([own, left]);
    expect(races.run('ann-0', given, 'ann')).not.toBeNull();
  });
});

describe('what is sent as settings', () => {
  it('is one of the steps, each of them', () => {
    for (const [name, steps] of Object.entries(STEPS)) {
      for (const step of steps) expect(readSettings(settings({ [name]: step }))).toEqual(settings({ [name]: step }));
    }
  });

  it.each([
    null,
    'fast',
    {},
    { ...FIRST_SETTINGS, perSecond: 1_000 },
    { ...FIRST_SETTINGS, bytes: '256' },
    { ...FIRST_SETTINGS, pollMs: Number.NaN },
    { ...FIRST_SETTINGS, clients: -5 },
  ])('is not %j', (sent) => {
    expect(readSettings(sent)).toBeNull();
  });

  it('has a step that is no shorter than what it has to say', () => {
    expect(stepOf({ run: 'a', number: 1, at: 1 }, 0).fill).toBe('');
  });
});

describe('readers in a process of their own', () => {
  it('take what is published over every transport, and end with the one who wanted them', async () => {
    const gateway = createGateway();
    const server = createServer();
    gateway.attach(server);
    const site = await listen(server);
    const readers = new Readers();
    try {
      const order = { group: 'mine', gateway: `${site.url}/push`, channel: 'race.mine', pollMs: 250 };
      readers.set({ ...order, transports: catalog, each: 2 });
      const count = 2 * catalog.length;
      await waitUntil('every reader', () => readers.of('mine').open === count, { timeoutMs: 20_000 });
      for (let number = 0; number < 3; number++) await gateway.publish('race.mine', { number });
      await waitUntil('every message', () => readers.of('mine').received === 3 * count, { timeoutMs: 20_000 });
      readers.set({ ...order, transports: catalog, each: 0 });
      expect(readers.of('mine')).toEqual({ group: 'mine', open: 0, received: 0 });
    } finally {
      await readers.close();
      await gateway.close();
      await site.close();
    }
  });
});

describe('the CPU of a message', () => {
  it('is measured on a gateway in a process of its own', async () => {
    const { signal } = new AbortController();
    const run: CpuRunOptions = { transport: 'sse', bytes: 256, pollMs: 250, seconds: 1, signal };
    const microseconds = await cpuPerMessage(run);
    // A message is an event loop's turn at the least, and no second of a core.
    expect(microseconds).toBeGreaterThan(0.1);
    expect(microseconds).toBeLessThan(1_000_000);
  });

  it('leaves no process behind when it is given up as it begins', async () => {
    const processes = () => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
    const before = processes();
    const ending = new AbortController();
    const run = { transport: 'sse', bytes: 256, pollMs: 250, signal: ending.signal };
    const outcome = cpuPerMessage(run);
    expect(processes()).toBe(before + 1);
    ending.abort();
    await expect(outcome).rejects.toThrow(/abort/);
    // Those of other tests in this process may have ended meanwhile.
    expect(processes()).toBeLessThanOrEqual(before);
  });

  it('is measured for one page at a time, transport after transport, and then known', async () => {
    const asked: string[] = [];
    const costs = new CpuCosts(['a', 'b'], async ({ transport, bytes }) => {
      asked.push(`${transport} of ${bytes}`);
      return transport === 'a' ? 10 : 20;
    });
    expect(costs.ask(settings({ perSecond: 0 }))).toMatchObject({ state: 'running', of: 2 });
    expect(costs.ask(settings({ bytes: 4_000 })).state).toBe('busy');
    await waitUntil('the figures', () => costs.ask(settings()).state === 'done');
    expect(costs.ask(settings())).toMatchObject({ microseconds: { a: 10, b: 20 }, measured: 2 });
    // The rate is not one of the settings that it depends on.
    expect(asked).toEqual(['a of 256', 'b of 256']);
    await costs.close();
    expect(costs.ask(settings({ bytes: 4_000 })).state).toBe('busy');
  });

  it('is measured again when it has come to nothing', async () => {
    let times = 0;
    const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const costs = new CpuCosts(['a'], async () => {
      times += 1;
      if (times === 1) throw new Error('no readers');
      return 5;
    });
    costs.ask(settings());
    await waitUntil('the second try', () => costs.ask(settings()).microseconds['a'] === 5);
    expect(times).toBe(2);
    expect(emitted).toHaveBeenCalledTimes(1);
    emitted.mockRestore();
    await costs.close();
  });
});
