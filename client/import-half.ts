/**
 * Imports the module of a client half by convention, as Node finds it on its disk. The bundles have the halves of the whole
 * catalog in them instead (scripts/bundle.ts): a transport is needed most when the network is bad, and most browsers do not
 * try again to load a module that they could not load once, until the page is loaded anew (whatwg/html#6768).
 */
export function importHalf(name: string): Promise<unknown> {
  return import(`../transports/${name}/client.js`);
}
