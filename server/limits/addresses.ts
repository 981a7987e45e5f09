import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import proxyAddress from 'proxy-addr';
import { PushError } from '../../transports/error.js';
import { reasonText } from '../../transports/reason-text.js';

/** Whose requests they are, when proxies stand in between. */
export class Addresses {
  /** `null` without proxies: whoever is at the other end of the connection is the client. */
  readonly #isTrusted: ((address: string, hops: number) => boolean) | null;

  /**
   * @param trustedProxies addresses, networks such as `10.0.0.0/8`, or `loopback`, `linklocal`, `uniquelocal`, whose
   *   header `X-Forwarded-For` is believed
   * @throws PushError `BAD_REQUEST`
   */
  constructor(trustedProxies: readonly string[]) {
    try {
      this.#isTrusted = trustedProxies.length === 0 ? null : proxyAddress.compile([...trustedProxies]);
    } catch (error) {
      const reason = reasonText(error);
      const remedy = 'write an address, a network such as 10.0.0.0/8, or loopback';
      throw new PushError('BAD_REQUEST', `"trustedProxies" cannot be read (${reason}): ${remedy}.`);
    }
  }

  /** The address of the client: the last one that no trusted proxy has. */
  of(request: IncomingMessage): string {
    // Gone already.
    const { remoteAddress = '' } = request.socket;
    return this.#isTrusted === null || remoteAddress === '' ? remoteAddress : proxyAddress(request, this.#isTrusted);
  }
}

/** One household or host has as many IPv6 addresses as it likes: 64 bits of them (RFC 4291, section 2.5.4). */
const NETWORK_BYTES = 8;

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** Who is counted as one under an address: an IPv4 address, or an IPv6 network of 64 bits. */
export function ownerOf(address: string): string {
  // Written like this it has no other form; it is asked for with every request.
  if (IPV4.test(address)) return address;
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4' ? parsed.toString() : parsed.toByteArray().slice(0, NETWORK_BYTES).join('.');
}
