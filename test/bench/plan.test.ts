import { describe, expect, it, jest } from '@jest/globals';
import { contestants } from '../../bench/contestants/index.js';
import { estimate } from '../../bench/lab.js';
import { UsageError } from '../../bench/options.js';
import { type Choice, planOf } from '../../bench/plan.js';
import { isCentral } from '../../bench/scenarios/settings.js';

/** The plan of a machine that has every contestant: nowhere does it take longer. */
function planned(choice: Partial<Choice>) {
  for (const contestant of contestants) jest.spyOn(contestant, 'missing').mockReturnValue(null);
  return planOf({ mode: 'full', scenarios: [], contestants: [], variations: [], ...choice }).cells;
}

describe('the plan of the lab', () => {
  it('takes less than three minutes in a hurry, with what goes by unplanned', () => {
    expect(estimate(planned({ mode: 'quick' }), 1)).toBeLessThan(165);
  });

  it('takes less than an hour as a whole, with what goes by unplanned', () => {
    expect(estimate(planned({ mode: 'full' }), 3)).toBeLessThan(2_900);
  });

  it('puts the first question to all who are compared, with 1,000 subscribers, in a hurry too', () => {
    const cells = planned({ mode: 'quick', scenarios: ['fan-out'] });
    expect(cells.map(({ contestant }) => contestant)).toEqual(contestants.filter(isCentral));
    expect(new Set(cells.map(({ settings }) => settings['subscribers']))).toEqual(new Set([1_000]));
  });

  it('measures no cell twice', () => {
    const keys = planned({}).map(({ scenario, contestant, settings }) =>
      JSON.stringify([scenario.name, contestant.name, settings]),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('puts values by hand in the place of those of the usual cell, each with each', () => {
    const variations = [
      { names: ['channels', 'subscribers'], values: [10, 20] },
      { names: ['pollMs'], values: [50] },
      { names: ['delayMs'], values: [0, 5] },
    ];
    const chosen = ['pushgate sse', 'pushgate polling'];
    const cells = planned({ scenarios: ['channels'], contestants: chosen, variations });
    const sse = cells.filter(({ contestant }) => contestant.name === 'pushgate sse').map(({ settings }) => settings);
    expect(sse.map(({ channels, subscribers, delayMs }) => [channels, subscribers, delayMs])).toEqual([
      [10, 10, 0],
      [10, 10, 5],
      [20, 20, 0],
      [20, 20, 5],
    ]);
    expect(sse.every(({ pollMs, perSecond }) => pollMs === undefined && perSecond === 200)).toBe(true);
    expect(cells).toHaveLength(8);
    expect(new Set(cells.map(({ settings }) => settings['pollMs']))).toEqual(new Set([undefined, 50]));
  });

  it('puts values by hand into one and the same experiment, for whoever is asked', () => {
    const variations = [{ names: ['delayMs'], values: [0, 50] }];
    const rates = planned({ scenarios: ['rates'], variations }).map(({ settings }) => settings);
    expect(new Set(rates.map(({ perSecond }) => perSecond)).size).toBe(1);
    const late = planned({ scenarios: ['bystanders'], variations }).map(({ settings }) => settings['late']);
    expect(new Set(late)).toEqual(new Set([50]));
  });

  it('looks at saturation with 1,000 subscribers, and with polls that are answered with nothing', () => {
    const near = planned({ scenarios: ['saturation'] }).filter(({ settings }) => !settings['delayMs']);
    for (const { contestant, settings } of near) {
      const isPolling = contestant.technique === 'polling';
      expect([contestant.name, settings['subscribers']]).toEqual([contestant.name, isPolling ? 100 : 1_000]);
      if (isPolling) expect(settings['perSecond']).toBeLessThanOrEqual(5);
    }
  });

  it('puts only the gateway behind Express', () => {
    const variations = [{ names: ['express'], values: [0, 2] }];
    const cells = planned({
      scenarios: ['fan-out'],
      contestants: ['pushgate websocket', 'pushgate sse', 'bare sse'],
      variations,
    });
    expect(cells.map(({ contestant, settings }) => [contestant.name, settings['express']])).toEqual([
      // The upgrade of a WebSocket never comes to an app.
      ['pushgate websocket', undefined],
      ['pushgate sse', 0],
      ['bare sse', undefined],
      ['pushgate sse', 2],
    ]);
  });

  it('asks each way of who has several, and one of who is compared with them', () => {
    const ways = planned({ scenarios: ['ways'] }).map(({ contestant, settings: { express, beside, send } }) => {
      return [contestant.name, express ?? beside ?? send ?? null];
    });
    const http = [0, 1, 2, 1];
    for (const name of ['pushgate sse', 'pushgate iframe', 'pushgate long-polling', 'pushgate polling']) {
      expect([name, ways.filter(([own]) => own === name).map(([, way]) => way)]).toEqual([name, http]);
    }
    const others = ways.filter(([name]) => !/sse|iframe|polling/.test(String(name)));
    expect(others).toEqual([
      ['pushgate websocket', null],
      ['ws', 0],
      ['ws', 1],
    ]);
  });

  it('puts those next to each other that are compared', () => {
    const own = ({ settings }: ReturnType<typeof planned>[number]) => settings['channels'] === settings['subscribers'];
    const cells = planned({ scenarios: ['channels'], contestants: ['pushgate websocket', 'ws'] });
    const order = cells.filter(own).map(({ contestant, settings }) => `${contestant.name} ${settings['channels']}`);
    const pairs = [1_000, 1, 1_000, 10_000].flatMap((count) => [`pushgate websocket ${count}`, `ws ${count}`]);
    expect(order).toEqual(pairs);
  });

  it('refuses a setting that a scenario does not have, and says which it has', () => {
    const variations = [{ names: ['missed'], values: [1] }];
    expect(() => planned({ scenarios: ['fan-out'], variations })).toThrow(
      /^The scenario fan-out has no setting "missed"; it has subscribers, .*retained/,
    );
  });

  it('refuses a name that nothing has, and says which there are', () => {
    expect(() => planned({ scenarios: ['weather'] })).toThrow(/^There is no scenario "weather"; there are fan-out, /);
    expect(() => planned({ contestants: ['me'] })).toThrow(UsageError);
  });

  it('refuses to measure nothing', () => {
    expect(() => planned({ scenarios: ['call'], contestants: ['bare sse'] })).toThrow(UsageError);
  });
});
