import type { Host } from './host.js';
import type { World, WorldOptions } from './world.js';

/** Tests that hold for every transport in any host. They never ask which transport it is. */
export type Scenarios = (host: Host, world: (options?: WorldOptions) => Promise<World>) => void;
