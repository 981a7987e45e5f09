import type { IncomingMessage } from 'node:http';
import { Addresses, ownerOf } from '../server/limits/addresses.js';

/** Whose request it is. */
export type VisitorOf = (request: IncomingMessage) => string;

/**
 * Tells visitors apart as the gateway does for its limits: by their addresses, of which an IPv6 network of 64 bits is one, and
 * behind proxies by what these say.
 *
 * @throws PushError `BAD_REQUEST` for proxies that cannot be read
 */
export function visitorsBehind(trustedProxies: readonly string[]): VisitorOf {
  const addresses = new Addresses(trustedProxies);
  return (request) => ownerOf(addresses.of(request));
}
