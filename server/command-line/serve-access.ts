import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import ipaddr from 'ipaddr.js';
import { reasonText } from '../../transports/reason-text.js';
import type { Authorize } from '../access/access.js';
import { type JwtOptions, jwt } from '../access/jwt.js';
import { UsageError } from './usage.js';

/** What `pushgate serve` was told about who may come in. */
export interface AccessOptions {
  readonly host: string;
  readonly origin?: readonly string[];
  readonly allowedHost?: readonly string[];
  readonly jwtSecretFile?: string;
  readonly jwtPublicKey?: string;
  readonly jwks?: string;
  readonly jwtIssuer?: string;
  readonly jwtAudience?: string;
  readonly jwtCookie?: string;
}

/** Who may come in; `null` for everybody. */
export function accessFrom(options: AccessOptions): Authorize | null {
  const { jwtSecretFile, jwtPublicKey, jwks, jwtIssuer, jwtAudience, jwtCookie } = options;
  const ways = [jwtSecretFile, jwtPublicKey, jwks].filter((way) => way !== undefined);
  const details = [jwtIssuer, jwtAudience, jwtCookie].filter((detail) => detail !== undefined);
  if (ways.length > 1) throw new UsageError('Give one of --jwt-secret-file, --jwt-public-key and --jwks.');
  if (ways.length === 0) {
    if (details.length === 0) return null;
    throw new UsageError('Say how tokens are verified: --jwt-secret-file, --jwt-public-key or --jwks.');
  }
  return jwt({
    ...keyFrom(options),
    ...(jwtIssuer === undefined ? {} : { issuer: jwtIssuer }),
    ...(jwtAudience === undefined ? {} : { audience: jwtAudience }),
    ...(jwtCookie === undefined ? {} : { cookie: jwtCookie }),
  });
}

function keyFrom({ jwtSecretFile, jwtPublicKey, jwks = '' }: AccessOptions): JwtOptions {
  // An editor ends a file with a line break that is not meant to be a part of the secret.
  if (jwtSecretFile !== undefined) return { secret: read(jwtSecretFile).replace(/\r?\n$/, '') };
  if (jwtPublicKey !== undefined) return { publicKey: read(jwtPublicKey) };
  if (/^https?:/.test(jwks)) return { jwks };
  try {
    return { jwks: JSON.parse(read(jwks)) };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`${jwks} is not a set of keys in JSON (RFC 7517).`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${reasonText(error)}`);
  }
}

/**
 * The names under which the gateway may be asked. Whoever listens on a loopback address relies on that nobody else reaches
 * it, so that a page must not get there under a name of its own site; elsewhere there may be any names.
 */
export async function hostsFrom({ host, origin = [], allowedHost }: AccessOptions): Promise<readonly string[]> {
  const isForAll = origin.includes('*') || (await isPublicName(host));
  if (allowedHost === undefined && isForAll) return ['*'];
  const origins = origin.filter((one) => /^https?:/.test(one) && URL.canParse(one));
  const listensOn = NAME.test(host) ? [host] : [];
  return [
    'localhost',
    '*.localhost',
    ...listensOn,
    ...origins.map((one) => new URL(one).hostname),
    ...(allowedHost ?? []),
  ];
}

const NAME = /^[\w-]+(?:\.[\w-]+)*$/;

async function isPublicName(host: string): Promise<boolean> {
  try {
    return isPublic((await lookup(host)).address);
  } catch {
    // Listening will fail, and say so.
    return false;
  }
}

/** Whether others than this machine can reach an address that is listened on. */
export function isPublic(address: string): boolean {
  return ipaddr.process(address).range() !== 'loopback';
}
