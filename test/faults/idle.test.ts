import { expect, it } from '@jest/globals';
import { catalog } from '../../transports/catalog.js';
import { tryIdleness } from './idle-trial.js';

it('a client to which nothing has happened for many heartbeats takes and publishes on every transport', async () => {
  const totals = await tryIdleness({ steps: 1, stepMs: 4_000, gateway: { heartbeatMs: 200, maxWaitMs: 200 } });
  const messages = catalog.length * 10 * (catalog.length + 1);
  expect(totals).toEqual({ clients: catalog.length, messages, faults: 0, changes: 0 });
});
