import { afterEach } from '@jest/globals';
import { connect } from '../../client/node.js';
import { catalog } from '../../transports/catalog.js';
import { waitUntil } from '../support/wait-until.js';
import { type Driver, drive } from './driver.js';
import type { Host } from './host.js';

/** Clients in this very process. */
export async function nodeHost(): Promise<Host> {
  const missing = await Promise.all(catalog.map(isMissing));
  const drivers: Driver[] = [];
  afterEach(async () => {
    await Promise.all(drivers.splice(0).map((driver) => driver.close()));
  });
  return {
    name: 'Node',
    transports: catalog.filter((_, index) => missing[index] === false),
    origins: [],
    async open(address, options) {
      const driver = drive(connect(address, options));
      drivers.push(driver);
      return driver;
    },
  };
}

/** Whether a transport says that it cannot work here. It says so before it opens anything, so nobody need be there. */
async function isMissing(transport: string): Promise<boolean> {
  const push = connect('http://127.0.0.1:9', { transports: [transport] });
  push.on('error', () => {});
  push.subscribe('any', () => {});
  const said = await waitUntil('a word about the transport', () =>
    push.trace.find(({ event }) => event === 'unsupported' || event === 'failed'),
  );
  await push.close();
  return said.event === 'unsupported';
}
