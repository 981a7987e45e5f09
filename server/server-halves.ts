import { PushError } from '../transports/error.js';
import type { ServerTransport } from '../transports/server-transport.js';

/**
 * Loads the server half of a transport by the catalog's convention: `transports/<name>/server.js` exports it as
 * `transport`. So a transport is added with its folder and its line in the catalog, and nothing here.
 *
 * @throws PushError when there is none
 */
export async function loadServerHalf(name: string): Promise<ServerTransport> {
  const module: unknown = await import(`../transports/${name}/server.js`);
  if (typeof module === 'object' && module !== null && 'transport' in module && isServerTransport(module.transport)) {
    return module.transport;
  }
  throw new PushError('INTERNAL', `transports/${name}/server.ts exports no "transport" that is a ServerTransport.`);
}

/** The method by which a half is asked, by what it carries. */
const ENTRANCES: ReadonlyMap<unknown, string> = new Map([
  ['request', 'serve'],
  ['poll', 'prepare'],
  ['upgrade', 'accept'],
]);

function isServerTransport(value: unknown): value is ServerTransport {
  if (typeof value !== 'object' || value === null || !('carries' in value)) return false;
  const entrance = ENTRANCES.get(value.carries);
  return entrance !== undefined && typeof Object(value)[entrance] === 'function';
}
