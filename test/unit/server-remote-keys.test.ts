import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { exportJWK, SignJWT } from 'jose';
import type { AccessRequest } from '../../server/access/access.js';
import { jwt } from '../../server/access/jwt.js';
import { remoteKeys } from '../../server/access/remote-keys.js';
import { type Listening, listen } from '../support/listen.js';
import { keysFor } from '../support/tokens.js';

const { publicKey, privateKey } = keysFor('EdDSA');

function signed(kid: string): Promise<string> {
  const claims = { sub: 'ann' };
  return new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid }).setExpirationTime('1m').sign(privateKey);
}

function bearing(token: string): AccessRequest {
  // Nothing else of a request is looked at.
  const request = Object.assign(Object.create(null), { headers: { authorization: `Bearer ${token}` } });
  return { request, name: 'sse', query: new URLSearchParams() };
}

describe('keys that are published at an address', () => {
  let server: Listening;
  let asked = 0;
  /** How the address is answered; `null` for the set of keys. */
  let answer: { status: number; body: string } | 'cut' | null = null;
  const url = () => new URL(`${server.url}/keys.json?secret=1`);

  beforeEach(async () => {
    asked = 0;
    answer = null;
    const set = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'a', alg: 'EdDSA' }] });
    server = await listen(
      createServer((request, response) => {
        asked++;
        if (answer === 'cut') request.socket.destroy();
        else response.writeHead(answer?.status ?? 200).end(answer?.body ?? set);
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

  it('that were had are good for their tokens while the address fails', async () => {
    const authorize = jwt({ jwks: url() });
    expect(await authorize(bearing(await signed('a')))).toMatchObject({ user: 'ann' });
    answer = { status: 503, body: '' };
    expect(await authorize(bearing(await signed('a')))).toMatchObject({ user: 'ann' });
    await expect(authorize(bearing(await signed('nobody’s')))).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(asked).toBe(1);
  });
});
