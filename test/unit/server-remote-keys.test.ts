import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errors, exportJWK, type JWTVerifyGetKey, jwtVerify, SignJWT } from 'jose';
import type { AccessRequest } from '../../server/access/access.js';
import { jwt } from '../../server/access/jwt.js';
import { remoteKeys } from '../../server/access/remote-keys.js';
import { type Listening, listen } from '../support/listen.js';
import { keysFor } from '../support/tokens.js';
import { waitUntil } from '../support/wait-until.js';

const { publicKey, privateKey } = keysFor('EdDSA');

function signed(kid: string): Promise<string> {
  const claims = { sub: 'ann' };
  return new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid }).setExpirationTime('1m').sign(privateKey);
}

async function userOf(kid: string, keys: JWTVerifyGetKey): Promise<string | undefined> {
  return (await jwtVerify(await signed(kid), keys)).payload.sub;
}

function bearing(token: string): AccessRequest {
  // Nothing else of a request is looked at.
  const request = Object.assign(Object.create(null), { headers: { authorization: `Bearer ${token}` } });
  return { request, name: 'sse', query: new URLSearchParams() };
}

describe('keys that are published at an address', () => {
  let server: Listening;
  let asked = 0;
  /** The names of the keys in the set. */
  let kids = ['a'];
  /** How the address is answered; `null` for the set of keys. */
  let answer: { status: number; body: string } | 'cut' | null = null;
  /** What answers wait for. */
  let held = Promise.resolve();
  function hold(): { go(): void } {
    let go = () => {};
    held = new Promise<void>((resolve) => {
      go = resolve;
    });
    return { go };
  }
  const url = () => new URL(`${server.url}/keys.json?secret=1`);

  beforeEach(async () => {
    asked = 0;
    answer = null;
    held = Promise.resolve();
    const key = await exportJWK(publicKey);
    kids = ['a'];
    const set = () => JSON.stringify({ keys: kids.map((kid) => ({ ...key, kid, alg: 'EdDSA' })) });
    server = await listen(
      createServer((request, response) => {
        asked++;
        const given = answer;
        if (given === 'cut') request.socket.destroy();
        else void held.then(() => response.writeHead(given?.status ?? 200).end(given?.body ?? set()));
      }),
    );
  });
  afterEach(() => server.close());

  it.each([
    ['a status other than 200', { status: 503, body: 'busy' }],
    ['a status that says where else', { status: 302, body: '' }],
    ['what is no JSON', { status: 200, body: '<html>' }],
    ['what is no set of keys', { status: 200, body: '{"error":"busy"}' }],
    ['no answer', 'cut' as const],
  ])('that gives %s are no fault of the token: UNAVAILABLE, with a time to come back', async (_what, fault) => {
    answer = fault;
    await expect(jwt({ jwks: url() })(bearing(await signed('a')))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      status: 503,
      retryMs: 5_000,
      // For the operator, with nothing that is in the query.
      cause: { message: `No keys come from ${server.url}/keys.json` },
    });
  });

  it('are asked for again after a pause; until then everybody gets one and the same error', async () => {
    let now = 0;
    const keys = remoteKeys(url(), () => now);
    const wanted = { alg: 'EdDSA', kid: 'a' };
    const token = { payload: '', signature: '' };
    answer = { status: 500, body: '' };
    const told = await Promise.allSettled([keys(wanted, token), keys(wanted, token)]);
    now = 4_999;
    answer = null;
    told.push(...(await Promise.allSettled([keys(wanted, token)])));
    expect(asked).toBe(1);
    expect(new Set(told.map((one) => one.status === 'rejected' && one.reason)).size).toBe(1);
    now = 5_000;
    await expect(keys(wanted, token)).resolves.toBeDefined();
    expect(asked).toBe(2);
  });

  it('are asked for again when a token names one that is new, and after a pause at the soonest', async () => {
    let now = 0;
    const keys = remoteKeys(url(), () => now);
    expect(await userOf('a', keys)).toBe('ann');
    kids.push('b');
    now = 4_999;
    const told = await Promise.allSettled([userOf('b', keys), userOf('invented', keys)]);
    // Without a cause, as there is nothing that the operator has to know.
    const refusal = { reason: { code: 'UNAVAILABLE', retryMs: 5_000, cause: undefined } };
    expect(told).toMatchObject([refusal, refusal]);
    expect(await userOf('a', keys)).toBe('ann');
    expect(asked).toBe(1);
    now = 5_000;
    expect(await userOf('b', keys)).toBe('ann');
    expect(asked).toBe(2);
  });

  it('do not have one that is invented: a set says so that was asked for after the token came, and none before', async () => {
    let now = 0;
    const keys = remoteKeys(url(), () => now);
    const token = await signed('invented');
    const invented = () => jwtVerify(token, keys);
    // The first set is fetched for this token.
    await expect(invented()).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    await expect(invented()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    now = 5_000;
    const answers = hold();
    const first = Promise.allSettled([invented()]);
    await waitUntil('the address to be asked', () => asked === 2);
    const second = Promise.allSettled([invented()]);
    await new Promise(setImmediate);
    answers.go();
    expect(await first).toMatchObject([{ reason: expect.any(errors.JWKSNoMatchingKey) }]);
    expect(await second).toMatchObject([{ reason: { code: 'UNAVAILABLE' } }]);
    expect(asked).toBe(2);
  });

  it('that were had are good for their tokens while the address fails', async () => {
    let now = 0;
    const keys = remoteKeys(url(), () => now);
    expect(await userOf('a', keys)).toBe('ann');
    answer = { status: 503, body: '' };
    now = 5_000;
    await expect(userOf('nobody’s', keys)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cause: { message: `No keys come from ${server.url}/keys.json` },
    });
    expect(await userOf('a', keys)).toBe('ann');
    expect(asked).toBe(2);
  });
});
