import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import proxyAddress from 'proxy-addr';
import { PushError } from '../../transports/error.js';
import { reasonText } from '../../transports/reason-text.js';

/** Names, among the proxies that are trusted, whoever is at the other end of a Unix socket. */
const UNIX = 'unix';

/** Whose requests they are, when proxies stand in between. */
export class Addresses {
  /** `null` without proxies: whoever is at the other end of the connection is the client. */
  readonly #isTrusted: ((address: string | undefined, hops: number) => boolean) | null;
  readonly #trustsUnix: boolean;

  /**
   * @param trustedProxies addresses, networks such as `10.0.0.0/8`, or `loopback`, `linklocal`, `uniquelocal`, or
   *   `unix` for whoever comes over a Unix socket, whose header `X-Forwarded-For` is believed
   * @throws PushError `BAD_REQUEST`
   */
  constructor(trustedProxies: readonly string[]) {
    this.#trustsUnix = trustedProxies.includes(UNIX);
    try {
      const isNamed = proxyAddress.compile(trustedProxies.filter((name) => name !== UNIX));
      // Only a Unix socket that is trusted gets here without an address.
      const isTrusted = (address: string | undefined, hops: number) => address === undefined || isNamed(address, hops);
      this.#isTrusted = trustedProxies.length === 0 ? null : isTrusted;
    } catch (error) {
      const reason = reasonText(error);
      const remedy = 'write an address, a network such as 10.0.0.0/8, loopback, or unix';
      throw new PushError('BAD_REQUEST', `"trustedProxies" cannot be read (${reason}): ${remedy}.`);
    }
  }

  /** The address of the client: the last one that no trusted proxy has. */
  of(request: IncomingMessage): string {
    const { remoteAddress } = request.socket;
    const isKnown = remoteAddress !== undefined || (this.#trustsUnix && isUnix(request.socket));
    if (this.#isTrusted === null || !isKnown) return remoteAddress ?? '';
    return proxyAddress(request, this.#isTrusted) ?? '';
  }
}

/** Whether it is one without addresses at either end. Of a TCP connection that has gone, the other end's may be unknown too. */
function isUnix({ destroyed, localAddress }: Socket): boolean {
  return !destroyed && localAddress === undefined;
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
