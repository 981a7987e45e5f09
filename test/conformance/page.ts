/**
 * What the page of the Chromium host runs, after the client's own bundle. It finds the client where any page without a
 * bundler would: in the global `Pushgate`.
 */
import type { connect } from '../../client/index.js';
import { type Driver, type DriverOptions, drive } from './driver.js';

declare global {
  var Pushgate: { readonly connect: typeof connect };
  /** Makes a client, and returns its number. */
  var openDriver: (address: string, options: DriverOptions) => number;
  /** Asks a client something; the arguments and the answer are JSON. */
  var askDriver: (number: number, method: keyof Driver, args: string) => Promise<string>;
}

const drivers: Driver[] = [];

globalThis.openDriver = (address, options) => drivers.push(drive(Pushgate.connect(address, options))) - 1;

globalThis.askDriver = async (number, method, args) => {
  const ask: unknown = drivers[number]?.[method];
  if (typeof ask !== 'function') throw new Error(`There is no client ${number}.`);
  const answer: unknown = await ask(...JSON.parse(args));
  return JSON.stringify(answer ?? null);
};
