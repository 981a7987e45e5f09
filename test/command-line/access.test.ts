import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { exportJWK } from 'jose';
import { run, serve, start } from '../support/command.js';
import { newFolder } from '../support/folder.js';
import { keysFor, pemOf, SECRET, sign } from '../support/tokens.js';
import { waitUntil } from '../support/wait-until.js';

const GRANTS = { sub: 'ann', pushgate: { subscribe: ['chat'], publish: ['chat'] } };

describe('pushgate serve with tokens', () => {
  const folder = newFolder();
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  it('lets in who has a token that is signed with the secret, and publish and subscribe show theirs', async () => {
    const served = await serve('--jwt-secret-file', file('secret.txt', `${SECRET}\n`));
    const url = ['--url', `${served.site}/push`];
    expect(served.command.stdout()).toContain('-H "authorization: Bearer $TOKEN"');
    const refused = await run(['publish', 'chat', 'hi', ...url]);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('Send a token')]);

    const token = file('token.txt', `${await sign(GRANTS)}\n`);
    const subscriber = start(['subscribe', 'chat', '--count', '1', '--data', '--token-file', token, ...url]);
    await waitUntil('the subscriber', () => subscriber.stderr().includes('no transport -> '));
    const published = await run(['publish', 'chat', 'hi', '--token-file', token, ...url]);
    expect(published.status).toBe(0);
    expect(await subscriber.ended).toBe(0);
    expect(subscriber.stdout()).toBe('"hi"\n');

    const elsewhere = await run(['publish', 'news', 'hi', '--token-file', token, ...url]);
    expect([elsewhere.status, elsewhere.stderr]).toEqual([
      1,
      expect.stringContaining('"news" may not be published on'),
    ]);
    expect(await served.stop()).toBe(0);
  });

  it('takes a public key and a set of keys', async () => {
    const { publicKey, privateKey } = keysFor('ES256');
    const set = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] });
    const token = await sign({ ...GRANTS, iss: 'https://login.example.org', aud: 'push' }, 60, privateKey, 'ES256');
    const rules = ['--jwt-issuer', 'https://login.example.org', '--jwt-audience', 'push', '--jwt-cookie', 'session'];
    for (const way of [
      ['--jwt-public-key', file('key.pem', pemOf(publicKey))],
      ['--jwks', file('keys.json', set)],
    ]) {
      const served = await serve(...way, ...rules);
      const ask = (headers: HeadersInit) => fetch(`${served.site}/push/polling?channel=chat`, { headers });
      expect((await ask({})).status).toBe(401);
      expect((await ask({ authorization: `Bearer ${token}` })).status).toBe(200);
      expect((await ask({ cookie: `session=${token}` })).status).toBe(200);
      expect(served.command.stderr()).not.toContain(token);
      await served.stop();
    }
  });

  it('warns when everybody can reach it, and not otherwise', async () => {
    const open = await serve('--host', '0.0.0.0');
    await waitUntil('the warning', () => open.command.stderr().includes('Warning: whoever reaches this address'));
    await open.stop();
    const alone = await serve();
    const guarded = await serve('--host', '0.0.0.0', '--jwt-secret-file', file('secret.txt', SECRET));
    for (const served of [alone, guarded]) {
      expect(await served.stop()).toBe(0);
      expect(served.command.stderr()).toBe('');
    }
  });

  // "text:…" stands for a file with that text.
  it.each([
    [['serve', '--jwt-secret-file', '/nowhere'], /\/nowhere cannot be read/],
    [['serve', '--jwt-secret-file', 'text:short'], /5 bytes; give 32/],
    [['serve', '--jwt-public-key', 'text:none'], /not a public key in PEM/],
    [['serve', '--jwks', 'text:none'], /not a set of keys/],
    [['serve', '--jwks', 'text:{}'], /not a set of keys/],
    [['serve', '--jwks', 'https://me:word@example.org/keys'], /^(?!.*word@).*name or password in its address/],
    [['serve', '--jwks', 'a', '--jwt-secret-file', 'b'], /Give one of/],
    [['serve', '--jwt-issuer', 'me'], /how tokens are verified/],
    [['serve', '--demo', '--jwt-secret-file', `text:${SECRET}`], /--demo is there for everybody/],
    [['publish', 'chat', 'hi', '--token-file', '/nowhere'], /token cannot be read/],
    [['subscribe', 'chat', '--token-file', '/nowhere'], /token cannot be read/],
  ])('answers %j with one clear line and exit status 2', async (args, expected) => {
    const { status, stderr, stdout } = await run(
      args.map((arg) => arg.replace(/^text:(.*)$/, (_, text) => file('x', text))),
    );
    expect(stderr).toMatch(/^pushgate: .+\n$/);
    expect(stderr).toMatch(expected);
    expect([status, stdout]).toEqual([2, '']);
  });
});
