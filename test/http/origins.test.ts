import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { createGateway } from '../../server/gateway.js';
import { PushError } from '../../transports/error.js';
import { rawHttp } from '../support/raw-http.js';
import { inExpress, type Site } from './site.js';
import { listenWebSocket, refusal } from './streams.js';

/** Every path, with the method that it answers to. */
const ENTRANCES = [
  ['GET', 'polling?channel=a'],
  ['GET', 'long-polling?channel=a&wait=0'],
  ['GET', 'sse?channel=a'],
  ['GET', 'iframe?channel=a'],
  ['GET', 'channels/a'],
  ['POST', 'channels/a'],
  ['POST', 'uplink'],
  ['GET', 'health'],
  ['GET', 'metrics'],
] as const;

/** Asks, looks at the head only, and hangs up. */
async function ask(site: Site, method: string, path: string, headers: Record<string, string> = {}) {
  const body = method === 'POST' ? '[]' : '';
  const type: Record<string, string> = method === 'POST' ? { 'content-type': 'application/json' } : {};
  const answer = await rawHttp(`${site.push}/${path}`, { method, body, headers: { ...type, ...headers } });
  const problem = answer.headers.get('content-type')?.startsWith('application/problem+json');
  const code = problem ? JSON.parse(await answer.rest()).code : null;
  answer.socket.destroy();
  return { status: answer.status, headers: answer.headers, code };
}

describe('the origin of a page', () => {
  const ALLOWED = 'https://example.org';

  it.each(ENTRANCES)('that is not on the list is refused: %s %s', async (method, path) => {
    const site = await inExpress({ origins: [ALLOWED] });
    for (const origin of [
      'https://evil.example',
      'null',
      'https://example.org.evil.example',
      'http://example.org',
      'HTTPS://EXAMPLE.ORG',
      'garbage',
      ' ',
    ]) {
      const { status, code, headers } = await ask(site, method, path, { origin });
      expect([origin, status, code]).toEqual([origin, 403, 'ORIGIN_FORBIDDEN']);
      expect(headers.get('access-control-allow-origin')).toBeUndefined();
    }
  });

  it.each(ENTRANCES)('that is on the list may read the answer, with cookies: %s %s', async (method, path) => {
    const site = await inExpress({ origins: [ALLOWED] });
    const { status, headers } = await ask(site, method, path, { origin: ALLOWED });
    expect(status).toBeLessThan(300);
    expect(headers.get('access-control-allow-origin')).toBe(ALLOWED);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('vary')).toMatch(/\bOrigin\b/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(ENTRANCES)("that is the gateway's own may read the answer: %s %s", async (method, path) => {
    const site = await inExpress();
    for (const headers of [
      { origin: site.url },
      { origin: 'https://public.example', 'sec-fetch-site': 'same-origin' },
    ]) {
      expect((await ask(site, method, path, headers)).status).toBeLessThan(300);
    }
  });

  it.each([
    ['push.example.org:443', 'https://push.example.org', true],
    ['PUSH.example.org:80', 'http://push.example.org', true],
    ['[2001:db8::1]:443', 'https://[2001:db8::1]', true],
    ['push.example.org:8443', 'https://push.example.org:8443', true],
    ['push.example.org:80', 'https://push.example.org', false],
    ['push.example.org:443', 'http://push.example.org', false],
    ['push.example.org:8443', 'https://push.example.org', false],
    ['push.example.org', 'https://push.example.org:8443', false],
    ['push.example.org:443', 'https://example.org', false],
  ])('that asks the host %s from %s is the gateway’s own: %j', async (host, origin, isOwn) => {
    const site = await inExpress();
    const { status } = await ask(site, 'GET', 'polling?channel=a', { host, origin });
    expect(status).toBe(isOwn ? 200 : 403);
  });

  it.each(ENTRANCES)('may be any one where everybody is let in, but without cookies: %s %s', async (method, path) => {
    const site = await inExpress({ origins: ['*'] });
    for (const origin of ['https://anybody.example', 'null', 'capacitor://localhost']) {
      const { status, headers } = await ask(site, method, path, { origin });
      expect(status).toBeLessThan(300);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-credentials')).toBeUndefined();
    }
  });

  it.each(ENTRANCES)('need not be said by who is no page: %s %s', async (method, path) => {
    const site = await inExpress();
    expect((await ask(site, method, path)).status).toBeLessThan(300);
  });

  it.each(ENTRANCES)(
    'that is another site is not answered where the browser embeds without asking: %s %s',
    async (method, path) => {
      const site = await inExpress();
      for (const where of ['cross-site', 'same-site']) {
        const embedded = await ask(site, method, path, { 'sec-fetch-site': where, 'sec-fetch-mode': 'no-cors' });
        expect([where, embedded.status, embedded.code]).toEqual([where, 403, 'ORIGIN_FORBIDDEN']);
      }
      for (const where of ['same-origin', 'none']) {
        const { status } = await ask(site, method, path, { 'sec-fetch-site': where, 'sec-fetch-mode': 'no-cors' });
        expect([where, status < 300]).toEqual([where, true]);
      }
    },
  );

  it('is checked on every upgrade', async () => {
    const site = await inExpress({ origins: [ALLOWED] });
    for (const origin of ['https://evil.example', 'null', 'http://example.org']) {
      expect(await refusal(site.push, '', { origin })).toMatchObject({ status: 403, code: 'ORIGIN_FORBIDDEN' });
    }
    for (const origin of [ALLOWED, site.url]) await (await listenWebSocket(site.push, '', { origin })).first('hello');
    const open = await inExpress({ origins: ['*'] });
    await (await listenWebSocket(open.push, '', { origin: 'null' })).first('hello');
  });

  it.each([
    'example.org',
    'https://example.org/',
    'https://example.org/path',
    'https://EXAMPLE.org',
    '',
    'javascript:x',
  ])('cannot be put on the list as %p', (origin) => {
    expect(() => createGateway({ origins: [origin] })).toThrow(PushError);
  });
});

describe('a preflight', () => {
  it.each(ENTRANCES)('lets a page of the list send what the client sends: %s %s', async (method, path) => {
    const site = await inExpress({ origins: ['https://example.org'] });
    const answer = await request(site.server)
      .options(`/push/${path}`)
      .set('Origin', 'https://example.org')
      .set('Access-Control-Request-Method', method)
      .set('Access-Control-Request-Headers', 'last-event-id, content-type, idempotency-key')
      .expect(204)
      .expect('Access-Control-Allow-Origin', 'https://example.org');
    expect(answer.headers['access-control-allow-methods']).toContain(method);
    for (const header of ['Last-Event-ID', 'Content-Type', 'Idempotency-Key', 'Authorization']) {
      expect(answer.headers['access-control-allow-headers']).toContain(header);
    }
  });

  it.each(ENTRANCES)('is refused to others: %s %s', async (method, path) => {
    const site = await inExpress({ origins: ['https://example.org'] });
    await request(site.server)
      .options(`/push/${path}`)
      .set('Origin', 'https://evil.example')
      .set('Access-Control-Request-Method', method)
      .expect(403);
  });
});
