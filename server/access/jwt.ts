import { createPublicKey, type KeyObject } from 'node:crypto';
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import { PushError } from '../../transports/error.js';
import { isObject } from '../../transports/is-object.js';
import type { Access, AccessRequest, Authorize, Grant } from './access.js';
import { remoteKeys } from './remote-keys.js';
import { findToken } from './token.js';

/** How tokens may be signed (RFC 7518, RFC 8037). */
export type JwtAlgorithm = 'HS256' | 'RS256' | 'ES256' | 'EdDSA';

/** Options of {@link jwt}. One of `secret`, `publicKey` and `jwks` says how tokens are verified. */
export interface JwtOptions {
  /** The secret that tokens are signed with, at least 32 bytes (RFC 7518, section 3.2); a text is taken as UTF-8. */
  readonly secret?: string | Uint8Array;
  /** The public key of whoever signs, in PEM: RSA of 2,048 bits or more, P-256, or Ed25519. */
  readonly publicKey?: string;
  /** A set of public keys (RFC 7517), or where it is published: fetched when needed, and again when a key is not in it. */
  readonly jwks?: string | URL | JSONWebKeySet;
  /** @default what fits the key; for a set RS256, ES256 and EdDSA */
  readonly algorithms?: readonly JwtAlgorithm[];
  /** What `iss` has to be. @default anything */
  readonly issuer?: string;
  /** What `aud` has to hold. @default anything */
  readonly audience?: string;
  /** By how much clocks may differ, in milliseconds. @default 5_000 */
  readonly clockToleranceMs?: number;
  /** The name of a cookie that may hold the token. @default cookies are not looked at */
  readonly cookie?: string;
  /** What who comes without a token may do. @default nothing: UNAUTHORIZED */
  readonly anonymous?: Omit<Access, 'expiresAt' | 'byCookie'>;
}

/** The claim that says what its bearer may do. */
const CLAIM = 'pushgate';
const GRANTS = ['subscribe', 'publish', 'history', 'methods'] as const;
const SECRET_BYTES = 32;
const RSA_BITS = 2_048;

/** A key, and what may be signed with it. */
interface Verifier {
  readonly key: Uint8Array | KeyObject | JWTVerifyGetKey;
  readonly algorithms: readonly JwtAlgorithm[];
}

/**
 * Lets in who has a JSON Web Token (RFC 7519) that is signed, has not expired and says in the claim `pushgate` what its
 * bearer may do: `{"sub":"ann","exp":1800000000,"pushgate":{"subscribe":["chat.*"],"publish":["chat.ann"]}}`.
 *
 * @example
 * createGateway({ authorize: jwt({ secret: process.env.JWT_SECRET }) });
 *
 * @throws PushError `BAD_REQUEST` for options that make no sense
 */
export function jwt(options: JwtOptions): Authorize {
  const { key, algorithms } = verifierOf(options);
  const toleranceMs = options.clockToleranceMs ?? 5_000;
  const checks: JWTVerifyOptions = {
    algorithms: [...(options.algorithms ?? algorithms)],
    clockTolerance: toleranceMs / 1_000,
    requiredClaims: ['exp'],
    ...(options.issuer === undefined ? {} : { issuer: options.issuer }),
    ...(options.audience === undefined ? {} : { audience: options.audience }),
  };
  const unfit = checks.algorithms?.find((algorithm) => !algorithms.some((fitting) => fitting === algorithm));
  if (unfit !== undefined) throw badOption(`"${unfit}" does not fit the key; it takes ${algorithms.join(', ')}`);
  // Two calls for the two kinds of key that the library distinguishes.
  const verify = async (token: string): Promise<JWTPayload> =>
    typeof key === 'function' ? verifyBySet(token, key, checks) : (await jwtVerify(token, key, checks)).payload;

  return async (request: AccessRequest): Promise<Access> => {
    const received = findToken(request, options.cookie);
    if (received === null) {
      if (options.anonymous !== undefined) return options.anonymous;
      throw new PushError('UNAUTHORIZED', 'Send a token: "Authorization: Bearer <token>", or "token" in the query.');
    }
    const payload = await verify(received.token).catch((error: unknown) => {
      throw refusalOf(error);
    });
    return { ...accessOf(payload, toleranceMs), byCookie: received.byCookie };
  };
}

/** A token that does not name its key (`kid`) may be signed with any that fits it, of which there may be several. */
async function verifyBySet(token: string, keys: JWTVerifyGetKey, checks: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys, checks)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, checks)).payload;
      } catch (fault) {
        // It is another key's, or this key is of no use for anything; else the key was found, and the token is at fault.
        const isAnotherKeys = fault instanceof errors.JWSSignatureVerificationFailed;
        if (fault instanceof errors.JOSEError && !isAnotherKeys) throw fault;
      }
    }
    throw error;
  }
}

function verifierOf({ secret, publicKey, jwks }: JwtOptions): Verifier {
  const given = [secret, publicKey, jwks].filter((source) => source !== undefined);
  if (given.length !== 1) throw badOption('give exactly one of "secret", "publicKey" and "jwks"');
  if (secret !== undefined) {
    const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
    if (bytes.length < SECRET_BYTES)
      throw badOption(`"secret" has ${bytes.length} bytes; give ${SECRET_BYTES} or more`);
    return { key: bytes, algorithms: ['HS256'] };
  }
  if (publicKey !== undefined) return publicVerifier(publicKey);
  const algorithms = ['RS256', 'ES256', 'EdDSA'] as const;
  if (typeof jwks === 'string' || jwks instanceof URL) {
    if (!URL.canParse(String(jwks))) throw badOption(`"jwks" is neither a set of keys nor an address: ${String(jwks)}`);
    const address = new URL(jwks);
    // What fetches it would refuse it each time, and say so with the password.
    if (address.username !== '' || address.password !== '')
      throw badOption('"jwks" has a name or password in its address');
    return { key: remoteKeys(address), algorithms };
  }
  try {
    return { key: createLocalJWKSet(jwks ?? { keys: [] }), algorithms };
  } catch {
    throw badOption('"jwks" is not a set of keys (RFC 7517)');
  }
}

function publicVerifier(pem: string): Verifier {
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw badOption('"publicKey" is not a public key in PEM');
  }
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && (modulusLength ?? 0) >= RSA_BITS) return { key, algorithms: ['RS256'] };
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return { key, algorithms: ['ES256'] };
  if (key.asymmetricKeyType === 'ed25519') return { key, algorithms: ['EdDSA'] };
  throw badOption(`"publicKey" is not RSA of ${RSA_BITS} bits, P-256 or Ed25519`);
}

/** What the library found, in words that hold nothing of the token. */
function refusalOf(error: unknown): unknown {
  if (error instanceof PushError) return error;
  if (error instanceof errors.JWTExpired) {
    return new PushError('TOKEN_EXPIRED', 'The token has expired; ask for a new one.');
  }
  if (!(error instanceof errors.JOSEError)) {
    return new PushError('UNAVAILABLE', 'The key for this token cannot be used; come back later.', { cause: error });
  }
  const claim =
    error instanceof errors.JWTClaimValidationFailed ? ` Its claim "${error.claim}" is not as it has to be.` : '';
  return new PushError('UNAUTHORIZED', `The token is not one for this gateway; ask for another one.${claim}`);
}

function accessOf({ sub, exp, [CLAIM]: claim }: JWTPayload, toleranceMs: number): Access {
  // RFC 7519, section 4.1.2; the library does not look.
  if (sub !== undefined && typeof sub !== 'string') throw badClaim('"sub" is a text');
  const grants = readGrants(claim ?? {});
  return {
    ...grants,
    ...(sub === undefined ? {} : { user: sub }),
    ...(exp === undefined ? {} : { expiresAt: exp * 1_000 + toleranceMs }),
  };
}

function readGrants(claim: unknown): Access {
  if (!isObject(claim)) throw badClaim(`"${CLAIM}" is an object`);
  const grants: { -readonly [Name in (typeof GRANTS)[number]]?: Grant } = {};
  for (const name of GRANTS) {
    const patterns = claim[name];
    if (patterns === undefined) continue;
    if (!isTexts(patterns)) throw badClaim(`"${CLAIM}.${name}" is an array of texts`);
    grants[name] = patterns;
  }
  return { ...grants, metrics: claim['metrics'] === true };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function badOption(fault: string): PushError {
  return new PushError('BAD_REQUEST', `jwt: ${fault}.`);
}

function badClaim(rule: string): PushError {
  return new PushError('UNAUTHORIZED', `The token cannot be used: its claim ${rule}.`);
}
