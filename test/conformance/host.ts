import type { Driver, DriverOptions } from './driver.js';

/** A place where clients run. */
export interface Host {
  /** For the tests' names. */
  readonly name: string;
  /** The transports of the catalog that can work in this place. */
  readonly transports: readonly string[];
  /** The web origins that its clients come from. */
  readonly origins: readonly string[];
  /** Makes a client of the gateway at this address. The host closes it after the test. */
  open(address: string, options: DriverOptions): Promise<Driver>;
}
