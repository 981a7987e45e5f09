import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';

/** What tests sign their tokens with. */
export const SECRET = 'a secret of no less than thirty-two bytes';

/** A token that may do this, good for some seconds. */
export function sign(
  claims: JWTPayload,
  seconds = 60,
  key: KeyObject | string = SECRET,
  alg = 'HS256',
): Promise<string> {
  const signing = new SignJWT(claims)
    .setProtectedHeader({ alg })
    .setExpirationTime(Math.floor(Date.now() / 1_000) + seconds);
  return signing.sign(typeof key === 'string' ? new TextEncoder().encode(key) : key);
}

/** A pair of keys for an algorithm. */
export function keysFor(algorithm: 'RS256' | 'ES256' | 'EdDSA') {
  switch (algorithm) {
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2_048 });
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'EdDSA':
      return generateKeyPairSync('ed25519');
    default:
      return algorithm satisfies never;
  }
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}
