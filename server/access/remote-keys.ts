import type { FetchImplementation, JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors } from 'jose';
import { PushError } from '../../transports/error.js';

/** The address is asked again after so long at the soonest, whatever came of it, in milliseconds. */
const PAUSE_MS = 5_000;

/**
 * A set of keys that is published at an address (RFC 7517): fetched when needed, and again when a key is not in it.
 *
 * A token is at fault when its key is not in a set that was asked for after the token came. Whatever stands in the way of that
 * is not its fault, be it that the address was asked a moment ago, when the key may not have been there yet: `UNAVAILABLE`.
 * It is one error for each time that the address was asked, the same for all who come until it is asked again.
 */
export function remoteKeys(
  address: URL,
  /** Milliseconds of a clock that is never set. */
  now: () => number = () => performance.now(),
): JWTVerifyGetKey {
  let pause: { readonly error: PushError; readonly until: number } | null = null;
  /** The fetches are numbered: the last that was begun, and the one that the set is from. */
  let begun = 0;
  let setFrom = 0;
  const pauseWith = (message: string, cause?: Error) => {
    const error = new PushError('UNAVAILABLE', message, { retryMs: PAUSE_MS, cause });
    pause = { error, until: now() + PAUSE_MS };
    return error;
  };
  const fetchKeys: FetchImplementation = async (...request) => {
    if (pause !== null && now() < pause.until) throw pause.error;
    const number = ++begun;
    try {
      const set = await readKeys(await fetch(...request));
      pauseWith('The key for the token is not known yet; come back in a moment.');
      setFrom = number;
      return Response.json(set);
    } catch (cause) {
      const why = new Error(`No keys come from ${address.origin}${address.pathname}`, { cause });
      throw pauseWith('The keys for the tokens cannot be had; come back in a moment.', why);
    }
  };
  // Its own pause would pass for the token's fault, and goes by a clock that may be set.
  const keys = createRemoteJWKSet(address, { [customFetch]: fetchKeys, cooldownDuration: Number.POSITIVE_INFINITY });
  return async (header, token) => {
    const before = begun;
    for (;;) {
      try {
        return await keys(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || setFrom > before) throw error;
      }
      // It may be the one that was under way when the token came, and then it takes another one.
      await keys.reload();
    }
  };
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
