import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { describe, expect, it, jest } from '@jest/globals';
import { exportJWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import type { AccessRequest } from '../../server/access/access.js';
import { type JwtOptions, jwt } from '../../server/access/jwt.js';
import { listen } from '../support/listen.js';
import { keysFor, pemOf, SECRET, sign } from '../support/tokens.js';

const GRANTS = { pushgate: { subscribe: ['chat.*'], publish: ['chat.ann'], methods: ['time'] } };

function asking(headers: IncomingMessage['headers'], query = ''): AccessRequest {
  // Nothing else of a request is looked at.
  const request = Object.assign(Object.create(null), { headers, method: 'GET', url: '/sse' });
  return { request, name: 'sse', query: new URLSearchParams(query) };
}

const bearing = (token: string) => asking({ authorization: `Bearer ${token}` });
const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('jwt', () => {
  it('reads user, end and grants', async () => {
    const token = await sign({ sub: 'ann', ...GRANTS });
    const access = await jwt({ secret: SECRET })(bearing(token));
    expect(access).toMatchObject({ user: 'ann', ...GRANTS.pushgate, metrics: false, byCookie: false });
    expect(access.expiresAt).toBeGreaterThan(Date.now() + 50_000);
    expect(access.expiresAt).toBeLessThan(Date.now() + 70_000);
  });

  it('finds the token in the header, in the query, and in a cookie where one is named', async () => {
    const token = await sign({ sub: 'ann', ...GRANTS });
    const authorize = jwt({ secret: SECRET, cookie: 'session' });
    expect(await authorize(asking({ authorization: `bearer ${token}` }))).toMatchObject({
      user: 'ann',
      byCookie: false,
    });
    expect(await authorize(asking({}, `token=${token}`))).toMatchObject({ user: 'ann', byCookie: false });
    expect(await authorize(asking({ cookie: `a=b; session=${token}` }))).toMatchObject({ user: 'ann', byCookie: true });
    const nothing = refused('UNAUTHORIZED', /Send a token/);
    await expect(authorize(asking({ cookie: `other=${token}` }))).rejects.toEqual(nothing);
    await expect(jwt({ secret: SECRET })(asking({ cookie: `session=${token}` }))).rejects.toEqual(nothing);
    await expect(authorize(asking({ authorization: 'Basic YTpi' }))).rejects.toEqual(refused('UNAUTHORIZED', /Bearer/));
  });

  it.each(['RS256', 'ES256', 'EdDSA'] as const)(
    'verifies %s, and nothing that another key has signed',
    async (algorithm) => {
      const { publicKey, privateKey } = keysFor(algorithm);
      const authorize = jwt({ publicKey: pemOf(publicKey) });
      expect(await authorize(bearing(await sign({ sub: 'ann' }, 60, privateKey, algorithm)))).toMatchObject({
        user: 'ann',
      });
      const stranger = await sign({ sub: 'ann' }, 60, keysFor(algorithm).privateKey, algorithm);
      await expect(authorize(bearing(stranger))).rejects.toEqual(refused('UNAUTHORIZED', /not one for this gateway/));
      // A public key that is taken for a secret: the oldest trick.
      const forged = await sign({ sub: 'ann' }, 60, pemOf(publicKey), 'HS256');
      await expect(authorize(bearing(forged))).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    },
  );

  it('takes no token without a signature, whatever it says of itself', async () => {
    const unsigned = new UnsecuredJWT({ sub: 'ann', ...GRANTS }).setExpirationTime('1h').encode();
    const signed = await sign({ sub: 'ann' });
    const [head = '', body = ''] = signed.split('.');
    for (const token of [unsigned, `${head}.${body}.`, `${head}.${body}`, '', 'x', '.'.repeat(9), 'é', `${signed}x`]) {
      await expect(
        jwt({ secret: SECRET })(asking({}, new URLSearchParams({ token }).toString())),
      ).rejects.toMatchObject({
        code: 'UNAUTHORIZED',
      });
    }
  });

  it('tells an expired token from a wrong one, allows for clocks that differ a little, and wants an end', async () => {
    const authorize = jwt({ secret: SECRET });
    await expect(authorize(bearing(await sign({}, -6)))).rejects.toEqual(refused('TOKEN_EXPIRED', /new one/));
    await expect(authorize(bearing(await sign({}, -3)))).resolves.toBeDefined();
    const endless = await new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET));
    await expect(authorize(bearing(endless))).rejects.toEqual(refused('UNAUTHORIZED', /"exp"/));
    const later = await sign({ nbf: Math.floor(Date.now() / 1_000) + 60 }, 120);
    await expect(authorize(bearing(later))).rejects.toEqual(refused('UNAUTHORIZED', /"nbf"/));
  });

  it('checks issuer and audience where they are given', async () => {
    const authorize = jwt({ secret: SECRET, issuer: 'https://id.example', audience: 'push' });
    const good = { iss: 'https://id.example', aud: ['push', 'mail'] };
    await expect(authorize(bearing(await sign(good)))).resolves.toBeDefined();
    await expect(authorize(bearing(await sign({ ...good, aud: 'mail' })))).rejects.toEqual(
      refused('UNAUTHORIZED', /"aud"/),
    );
    await expect(authorize(bearing(await sign({ ...good, iss: 'evil' })))).rejects.toEqual(
      refused('UNAUTHORIZED', /"iss"/),
    );
    await expect(authorize(bearing(await sign({})))).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('refuses grants that are none, and grants nothing where there are none', async () => {
    const authorize = jwt({ secret: SECRET });
    for (const pushgate of [5, [], { subscribe: '*' }, { publish: [5] }, { methods: { a: 1 } }]) {
      await expect(authorize(bearing(await sign({ pushgate })))).rejects.toEqual(refused('UNAUTHORIZED', /its claim/));
    }
    const access = await authorize(bearing(await sign({ sub: 'ann' })));
    expect([access.subscribe, access.publish, access.methods]).toEqual([undefined, undefined, undefined]);
  });

  it('refuses a subject that is no text (RFC 7519, section 4.1.2)', async () => {
    const authorize = jwt({ secret: SECRET });
    for (const sub of [5, true, null, ['ann'], { name: 'ann' }]) {
      // The library's types let nobody write such a token.
      const claims: JWTPayload = JSON.parse(JSON.stringify({ sub }));
      await expect(authorize(bearing(await sign(claims)))).rejects.toEqual(refused('UNAUTHORIZED', /"sub" is a text/));
    }
  });

  it('lets those in who have no token as far as it is told to', async () => {
    const authorize = jwt({ secret: SECRET, anonymous: { subscribe: ['public.*'] } });
    expect(await authorize(asking({}))).toEqual({ subscribe: ['public.*'] });
    // Somebody with a bad token is not nobody.
    await expect(authorize(bearing('bad'))).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('fetches a set of keys, and again when a key is new in it', async () => {
    const [first, second] = [keysFor('ES256'), keysFor('EdDSA')];
    const published: object[] = [{ ...(await exportJWK(first.publicKey)), kid: 'first', alg: 'ES256' }];
    let asked = 0;
    const { url, close } = await listen(
      createServer((_request, response) => {
        asked++;
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: published }));
      }),
    );
    const signed = (kid: string, alg: string, key: typeof first.privateKey, claims: JWTPayload = { sub: 'ann' }) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid }).setExpirationTime('1m').sign(key);
    const authorize = jwt({ jwks: `${url}/keys.json` });
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    try {
      for (let round = 0; round < 3; round++) {
        expect(await authorize(bearing(await signed('first', 'ES256', first.privateKey)))).toMatchObject({
          user: 'ann',
        });
      }
      expect(asked).toBe(1);
      const unknown = await signed('second', 'EdDSA', second.privateKey);
      const fresh = jwt({ jwks: new URL(`${url}/keys.json`) });
      await expect(fresh(bearing(unknown))).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
      published.push({ ...(await exportJWK(second.publicKey)), kid: 'second', alg: 'EdDSA' });
      const later = { code: 'UNAVAILABLE', status: 503, retryMs: 5_000 };
      await expect(authorize(bearing(unknown))).rejects.toMatchObject(later);
      expect(asked).toBe(2);
      now = 5_000;
      expect(await authorize(bearing(unknown))).toMatchObject({ user: 'ann' });
      expect(asked).toBe(3);
    } finally {
      jest.restoreAllMocks();
      await close();
    }
    const gone = jwt({ jwks: `${url}/keys.json` });
    const token = await signed('first', 'ES256', first.privateKey);
    await expect(gone(bearing(token))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('takes a set of keys as it is', async () => {
    const { publicKey, privateKey } = keysFor('RS256');
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'a', alg: 'RS256' }] };
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', kid: 'a' })
      .setExpirationTime('1m')
      .sign(privateKey);
    await expect(jwt({ jwks })(bearing(token))).resolves.toBeDefined();
  });

  it('tries every key of a set that fits, where a token does not name its own', async () => {
    const pairs = [generateKeyPairSync('rsa', { modulusLength: 1_024 }), keysFor('RS256'), keysFor('RS256')];
    const keys = pairs.map(async ({ publicKey }, number) => ({ ...(await exportJWK(publicKey)), kid: `${number}` }));
    const set = { keys: await Promise.all(keys) };
    const { url, close } = await listen(
      createServer((_request, response) =>
        response.setHeader('content-type', 'application/json').end(JSON.stringify(set)),
      ),
    );
    try {
      for (const jwks of [set, `${url}/keys.json`]) {
        const authorize = jwt({ jwks, audience: 'us' });
        for (const { privateKey } of pairs.slice(1)) {
          const token = await sign({ sub: 'ann', aud: 'us' }, 60, privateKey, 'RS256');
          expect(await authorize(bearing(token))).toMatchObject({ user: 'ann' });
          // What is wrong with a token whose key was found is told as ever.
          const old = await sign({ sub: 'ann', aud: 'us' }, -60, privateKey, 'RS256');
          await expect(authorize(bearing(old))).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
          const theirs = await sign({ sub: 'ann', aud: 'them' }, 60, privateKey, 'RS256');
          await expect(authorize(bearing(theirs))).rejects.toEqual(refused('UNAUTHORIZED', /"aud"/));
        }
        const stranger = await sign({ sub: 'ann', aud: 'us' }, 60, keysFor('RS256').privateKey, 'RS256');
        await expect(authorize(bearing(stranger))).rejects.toEqual(refused('UNAUTHORIZED', /not one for this gateway/));
      }
    } finally {
      await close();
    }
  });

  const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 });
  it.each<[string, JwtOptions, RegExp]>([
    ['no key', {}, /exactly one/],
    ['two keys', { secret: SECRET, publicKey: 'x' }, /exactly one/],
    ['a short secret', { secret: 'short' }, /5 bytes/],
    ['no PEM', { publicKey: 'x' }, /PEM/],
    ['a weak RSA key', { publicKey: pemOf(weak.publicKey) }, /2048 bits/],
    ['an algorithm that does not fit', { secret: SECRET, algorithms: ['RS256'] }, /does not fit/],
    ['no address', { jwks: 'keys' }, /address/],
    ['an address with a password', { jwks: 'https://me:word@example.org/keys' }, /^(?!.*word@).*name or password/],
  ])('refuses %s as an option', (_what, options, fault) => {
    expect(() => jwt(options)).toThrow(fault);
  });
});
