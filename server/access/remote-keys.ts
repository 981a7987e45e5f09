import type { FetchImplementation, JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { createLocalJWKSet, createRemoteJWKSet, customFetch } from 'jose';
import { PushError } from '../../transports/error.js';

/** Keys that could not be had are asked for again after so long at the soonest, in milliseconds. */
const PAUSE_MS = 5_000;

/**
 * A set of keys that is published at an address (RFC 7517): fetched when needed, and again when a key is not in it.
 *
 * That it cannot be had is no token's fault, whatever stands in the way: `UNAVAILABLE`. It is one error for each time that
 * the address was asked in vain, the same for all who come until it is asked again.
 */
export function remoteKeys(
  address: URL,
  /** Milliseconds of a clock that is never set. */
  now: () => number = () => performance.now(),
): JWTVerifyGetKey {
  let failure: { readonly error: PushError; readonly until: number } | null = null;
  const fetchKeys: FetchImplementation = async (...request) => {
    if (failure !== null && now() < failure.until) throw failure.error;
    try {
      const keys = await readKeys(await fetch(...request));
      failure = null;
      return Response.json(keys);
    } catch (cause) {
      const why = new Error(`No keys come from ${address.origin}${address.pathname}`, { cause });
      const message = 'The keys for the tokens cannot be had; come back in a moment.';
      const error = new PushError('UNAVAILABLE', message, { retryMs: PAUSE_MS, cause: why });
      failure = { error, until: now() + PAUSE_MS };
      throw error;
    }
  };
  return createRemoteJWKSet(address, { [customFetch]: fetchKeys });
}

/** What an answer holds, if it is a set of keys. */
async function readKeys(answer: Response): Promise<JSONWebKeySet> {
  if (answer.status !== 200) {
    await answer.body?.cancel();
    throw new Error(`The answer has the status ${answer.status}, not 200.`);
  }
  const keys: JSONWebKeySet = JSON.parse(await answer.text());
  createLocalJWKSet(keys);
  return keys;
}
