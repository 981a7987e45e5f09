import { describe, expect, it, jest } from '@jest/globals';
import { catalog } from '../../transports/catalog.js';
import { withDice } from './dice.js';
import { circuit, trySwitches } from './switch-trial.js';

const CLIENTS = 10;
const ROUNDS = 10;

jest.setTimeout(900_000);

describe('forced switches', () => {
  it('visits each ordered pair of transports once', () => {
    const path = circuit(catalog);
    const pairs = path.slice(1).map((name, index) => `${path[index]} -> ${name}`);
    expect(new Set(pairs).size).toBe(catalog.length * (catalog.length - 1));
    expect(pairs).toHaveLength(new Set(pairs).size);
    expect(path.at(-1)).toBe(path[0]);
  });

  it(
    'ten thousand, over all ordered pairs of transports: nothing is lost, repeated or out of order',
    withDice(async (dice) => {
      const { switches, messages, tally, gaps } = await trySwitches({ clients: CLIENTS, rounds: ROUNDS, dice });
      expect(tally).toEqual({ lost: 0, repeated: 0, disordered: 0, invented: 0 });
      expect(gaps).toBe(0);
      expect(messages).toBeGreaterThan(CLIENTS);
      for (const from of catalog) {
        for (const to of catalog) if (from !== to) expect(switches.get(`${from} -> ${to}`)).toBe(5 * CLIENTS * ROUNDS);
      }
      expect([...switches.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(10_000);
    }),
  );
});
