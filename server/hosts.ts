import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { PushError } from '../transports/error.js';
import { targetOf } from './target.js';

/** A name as it stands in DNS, in ASCII; with `*.` before it for all names below. */
const PATTERN = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

/** `name:port`, or an IPv6 address in brackets, which hold a colon as well. */
const HOST = /^(\[[^\]]*\]|[^:]*?)\.?(?::\d*)?$/;

/**
 * The names under which a gateway may be asked. Without such a list, the page of any site can give its own name the
 * address of a gateway that only its visitor can reach, and is then "the gateway's own" origin (DNS rebinding).
 *
 * Addresses such as `127.0.0.1` always pass: nobody can make them lead elsewhere. So does a request without a host,
 * which no browser sends.
 */
export class Hosts {
  readonly #names: ReadonlySet<string>;
  /** What a name may end with, each with its dot. */
  readonly #ends: readonly string[];

  /** @throws PushError `BAD_REQUEST` */
  constructor(allowed: readonly string[]) {
    const names = allowed.map(readName);
    this.#names = new Set(names);
    this.#ends = names.filter((name) => name.startsWith('*.')).map((name) => name.slice(1));
  }

  /** @throws PushError `HOST_FORBIDDEN` */
  check(request: IncomingMessage): void {
    const host = targetOf(request).host ?? request.headers.host;
    if (this.#names.has('*') || host === undefined || host === '') return;
    const name = HOST.exec(host.toLowerCase())?.[1];
    if (name !== undefined && this.#allows(name)) return;
    throw new PushError(
      'HOST_FORBIDDEN',
      `This gateway is not to be asked as "${host}"; add the name to its "hosts" (or with --allowed-host).`,
    );
  }

  #allows(name: string): boolean {
    return this.#names.has(name) || this.#ends.some((end) => name.endsWith(end)) || isAddress(name);
  }
}

function isAddress(name: string): boolean {
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}

function readName(text: string): string {
  const name = text.toLowerCase();
  if (name === '*' || PATTERN.test(name) || isAddress(name)) return name;
  throw new PushError(
    'BAD_REQUEST',
    `"${text}" is not the name of a host; write it as push.example.org or *.example.org, in ASCII and without a port.`,
  );
}
