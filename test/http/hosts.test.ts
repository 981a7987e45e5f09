import { describe, expect, it } from '@jest/globals';
import { createGateway } from '../../server/gateway.js';
import { PushError } from '../../transports/error.js';
import { rawHttp } from '../support/raw-http.js';
import type { Site } from './site.js';
import { attached, inExpress } from './site.js';
import { listenWebSocket, refusal } from './streams.js';

const ENTRANCES = [
  ['GET', 'polling?channel=a'],
  ['GET', 'long-polling?channel=a&wait=0'],
  ['GET', 'sse?channel=a'],
  ['GET', 'iframe?channel=a'],
  ['HEAD', 'sse?channel=a'],
  ['OPTIONS', 'uplink'],
  ['GET', 'channels/a'],
  ['POST', 'channels/a'],
  ['POST', 'uplink'],
  ['GET', 'health'],
  ['GET', 'metrics'],
] as const;

const hosts = ['push.example.org', '*.inside.example'];

/** Asks under the name of a host, as a page of that host's origin would; the status that came. */
async function ask(site: Site, method: string, path: string, host: string): Promise<number> {
  const headers = { host, origin: `http://${host}`, 'content-type': 'application/json', connection: 'close' };
  const answer = await rawHttp(`${site.push}/${path}`, { method, headers, body: method === 'POST' ? '[]' : '' });
  answer.socket.destroy();
  return answer.status;
}

describe('the host that a request names', () => {
  it.each(ENTRANCES)('is refused when it is not on the list: %s %s', async (method, path) => {
    const site = await inExpress({ hosts });
    for (const host of [
      'rebound.example',
      `rebound.example:${site.port}`,
      'push.example.org.rebound.example',
      'notpush.example.org',
      'inside.example',
      'localhost',
      'user@push.example.org',
      '127.0.0.1.rebound.example',
    ]) {
      expect([host, await ask(site, method, path, host)]).toEqual([host, 421]);
    }
  });

  it.each(ENTRANCES)('passes when it is on the list, or is an address: %s %s', async (method, path) => {
    const site = await inExpress({ hosts });
    for (const host of [
      'push.example.org',
      'PUSH.example.org:8080',
      'push.example.org.',
      'a.inside.example',
      'a.b.inside.example:1',
      '127.0.0.1',
      `127.0.0.1:${site.port}`,
      '[::1]:8080',
      '192.0.2.7',
    ]) {
      expect([host, (await ask(site, method, path, host)) < 300]).toEqual([host, true]);
    }
  });

  it('is checked on every upgrade', async () => {
    const site = await inExpress({ hosts });
    const rebound = { host: 'rebound.example', origin: 'http://rebound.example' };
    expect(await refusal(site.push, '', rebound)).toMatchObject({ status: 421, code: 'HOST_FORBIDDEN' });
    await (await listenWebSocket(site.push, '', { host: 'push.example.org' })).first('hello');
  });

  it('is that of the whole address, where a client gives one', async () => {
    for (const site of [await inExpress({ hosts }), await attached({ hosts })]) {
      const named = async (host: string) => {
        const target = `http://${host}/push/polling?channel=a`;
        const answer = await rawHttp(site.push, { target, headers: { connection: 'close' } });
        answer.socket.destroy();
        return answer.status;
      };
      expect(await named('rebound.example')).toBe(421);
      expect(await named('push.example.org')).toBe(200);
    }
  });

  it('is told with what to do, and the page learns nothing more', async () => {
    const site = await inExpress({ hosts });
    const headers = { host: 'rebound.example', origin: 'http://rebound.example' };
    const answer = await rawHttp(`${site.push}/polling?channel=a`, { headers });
    expect(JSON.parse(await answer.rest())).toMatchObject({
      code: 'HOST_FORBIDDEN',
      detail: expect.stringMatching(/"rebound\.example".*"hosts".*--allowed-host/),
    });
    expect(answer.headers.get('access-control-allow-origin')).toBeUndefined();
    answer.socket.destroy();
  });

  it('may be any one unless there is a list', async () => {
    const site = await inExpress();
    expect(await ask(site, 'GET', 'polling?channel=a', 'anything.example')).toBe(200);
    const open = await inExpress({ hosts: ['*'] });
    expect(await ask(open, 'GET', 'polling?channel=a', 'anything.example')).toBe(200);
  });

  it.each(['https://example.org', 'example.org:8080', 'a b', '', '*.', 'a.*.b', 'é.example', 'a..b', '/'])(
    'cannot be put on the list as %p',
    (host) => {
      expect(() => createGateway({ hosts: [host] })).toThrow(PushError);
    },
  );
});
