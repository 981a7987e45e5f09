import { describe, expect, it } from '@jest/globals';
import type { Host } from './host.js';
import { close } from './scenarios/close.js';
import { cut } from './scenarios/cut.js';
import { gap } from './scenarios/gap.js';
import { order } from './scenarios/order.js';
import { payload } from './scenarios/payload.js';
import { resume } from './scenarios/resume.js';
import { stall } from './scenarios/stall.js';
import { uplink } from './scenarios/uplink.js';
import { useWorlds } from './world.js';

const SCENARIOS = { order, resume, gap, payload, cut, uplink, stall, close };

/** The conformance suite: the same promises for every transport of the catalog that can work in this host. */
export function conformance(host: Host): void {
  const world = useWorlds(host);

  it(`${host.name} has at least one transport that works in it`, () => {
    expect(host.transports.length).toBeGreaterThan(0);
  });

  for (const [name, scenarios] of Object.entries(SCENARIOS)) {
    describe(`${host.name}, ${name}`, () => scenarios(host, world));
  }
}
