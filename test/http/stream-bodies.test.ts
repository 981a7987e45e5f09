import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { createGateway } from '../../server/gateway.js';
import { listen } from '../support/listen.js';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';
import { dialogue, get } from './dialogue.js';
import type { Site } from './site.js';
import { afterwards, attached, deserted, inExpress, metric } from './site.js';

// The collector, without a flag on the command line.
setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** The body of a chunked response, up to where it is complete or nothing more has come (RFC 9112, section 7.1). */
function unchunk(text: string): { body: string; complete: boolean; behind: string } {
  let at = text.indexOf('\r\n\r\n') + 4;
  for (let body = ''; ; ) {
    const line = text.indexOf('\r\n', at);
    if (line < 0) return { body, complete: false, behind: '' };
    const size = Number.parseInt(text.slice(at, line), 16);
    if (!/^[0-9a-f]+$/.test(text.slice(at, line))) throw new Error(`no chunk: ${text.slice(at, at + 80)}`);
    if (size === 0) return { body, complete: true, behind: text.slice(line + 4) };
    body += text.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
    if (at <= text.length && text.slice(at - 2, at) !== '\r\n') throw new Error('a chunk does not end where it should');
  }
}

describe.each(['sse', 'iframe'])('the body of %s', (name) => {
  it('is whole chunks, whatever is in them', async () => {
    const site = await attached();
    const seen = dialogue(site.port, get(`${name}?channel=a`));
    await waitUntil('the hello', () => seen.text.includes('hello'));
    const texts = ['a', 'é聊🎈', 'x'.repeat(70_000), ''];
    for (const text of texts) await site.gateway.publish('a', text);
    await site.gateway.publish('a', 'last');
    await waitUntil('the last one', () => seen.text.includes('last'));
    const { body } = unchunk(seen.text);
    expect(body).toContain(Buffer.from('"é聊🎈"').toString('latin1'));
    expect(body).toContain('x'.repeat(70_000));
  });

  it('comes without chunks over HTTP/1.0', async () => {
    const site = await attached();
    const seen = dialogue(site.port, `GET /push/${name}?channel=a HTTP/1.0\r\n\r\n`);
    await waitUntil('the hello', () => seen.text.includes('hello'));
    await site.gateway.publish('a', 'one');
    await waitUntil('the message', () => seen.text.includes('one'));
    const body = seen.text.slice(seen.text.indexOf('\r\n\r\n') + 4);
    expect(body).toMatch(name === 'sse' ? /^retry:/ : /^<!doctype html>/);
    expect(body).not.toMatch(/^[0-9a-f]+\r$/m);
  });

  it('is complete with the bye, and the connection with it', async () => {
    const site = await attached();
    const seen = dialogue(site.port, get(`${name}?channel=a`));
    await waitUntil('the hello', () => seen.text.includes('hello'));
    await site.gateway.close();
    await waitUntil('the end', () => seen.ended);
    const { body, complete, behind } = unchunk(seen.text);
    expect([complete, behind]).toEqual([true, '']);
    expect(body).toContain('"type":"bye"');
  });

  it('waits for its turn behind an answer to an earlier request', async () => {
    const site = await attached();
    const seen = dialogue(site.port, get('long-polling?channel=a&wait=20') + get(`${name}?channel=b`));
    await waitUntil('the poll to wait', async () => (await metric(site.push, 'pushgate_connections', 'long')) === 1);
    await site.gateway.publish('b', 'early');
    await site.gateway.publish('a', 'first');
    await waitUntil('the stream', () => seen.text.includes('hello'));
    await site.gateway.publish('b', 'late');
    await waitUntil('the message', () => seen.text.includes('late'));
    const second = seen.text.slice(seen.text.lastIndexOf('HTTP/1.1 200'));
    expect(seen.text.indexOf('first')).toBeLessThan(seen.text.indexOf('hello'));
    expect(unchunk(second).body).toMatch(/hello[\s\S]*late/);
  });

  it('goes through middleware that looks at what is written', async () => {
    const gateway = createGateway();
    const app = express();
    let written = '';
    app.use((_, response, next) => {
      const write = response.write.bind(response) as (chunk: Buffer | string) => boolean;
      response.write = (chunk: Buffer | string) => {
        written += chunk;
        return write(chunk);
      };
      next();
    });
    app.use('/push', gateway.handler);
    const listening = await listen(createServer(app));
    afterwards(() => listening.close());
    afterwards(() => gateway.close());
    const seen = dialogue(listening.port, get(`${name}?channel=a`));
    await waitUntil('the hello', () => seen.text.includes('hello'));
    await gateway.publish('a', 'watched');
    await waitUntil('the message', () => seen.text.includes('watched'));
    expect(written).toContain('watched');
    expect(unchunk(seen.text).body).toContain('watched');
  });

  it('ends with the connection when the peer closes its side, and leaves nothing behind', async () => {
    const site = await inExpress();
    const seen = dialogue(site.port, get(`${name}?channel=a`));
    await waitUntil('the hello', () => seen.text.includes('hello'));
    seen.socket.end();
    for (let number = 0; number < 20; number++) await site.gateway.publish('a', number);
    await deserted(site.push);
    expect(site.errors).toEqual([]);
  });

  it('has no body in the answer to HEAD, and the connection goes on', async () => {
    const site = await attached();
    const head = get(`${name}?channel=a`).replace('GET', 'HEAD');
    const seen = dialogue(site.port, head + get('channels/a', 'Connection: close\r\n'));
    await waitUntil('the end', () => seen.ended);
    const [, first = ''] = seen.text.split('\r\n\r\n', 2);
    expect(first).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});

describe('the connection of a stream', () => {
  const renewed = async (site: Site) => {
    const seen = dialogue(site.port, get('iframe?channel=a'));
    await waitUntil('the hello', () => seen.text.includes('hello'));
    seen.socket.write(get('channels/a', 'Connection: close\r\n'));
    await site.gateway.publish('a', 'x'.repeat(2_000));
    await waitUntil('the end', () => seen.ended);
    const { body, complete, behind } = unchunk(seen.text);
    expect([complete, body.includes('renew')]).toEqual([true, true]);
    return { head: seen.text.slice(0, seen.text.indexOf('\r\n\r\n')), behind };
  };

  it('ends with it where Node has let go of it, as the head says', async () => {
    const { head, behind } = await renewed(await attached({ renewBytes: 2_000 }));
    expect(head).toMatch(/^connection: close$/im);
    expect(behind).toBe('');
  });

  it('is there for the next request where somebody else listens to upgrades', async () => {
    const site = await attached({ renewBytes: 2_000 });
    site.server.on('upgrade', (_, socket) => socket.destroy());
    const { head, behind } = await renewed(site);
    expect(head).toMatch(/^connection: keep-alive$/im);
    expect(behind).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it('is there for the next request where somebody waits for the response', async () => {
    let closed = 0;
    const gateway = createGateway();
    const app = express();
    app.use((_, response, next) => {
      response.once('close', () => closed++);
      next();
    });
    app.use('/push', gateway.handler);
    const listening = await listen(createServer(app));
    gateway.attach(listening.server, { requests: false });
    afterwards(() => listening.close());
    afterwards(() => gateway.close());
    const seen = dialogue(listening.port, get('sse?channel=a'));
    await waitUntil('the hello', () => seen.text.includes('hello'));
    expect(seen.text).toMatch(/^connection: keep-alive\r$/im);
    seen.socket.destroy();
    await waitUntil('it to be told', () => closed === 1);
  });
});

describe('the end of a stream', () => {
  it.each(['sse', 'iframe'])('is told to who listens only after the handler has returned: %s', async (name) => {
    const told: string[] = [];
    const gateway = createGateway();
    const app = express();
    app.use((request, response, next) => {
      next();
      response.once('finish', () => told.push('finish')).once('close', () => told.push('close'));
      request.once('close', () => told.push('request'));
    });
    app.use('/push', gateway.handler);
    const listening = await listen(createServer(app));
    gateway.attach(listening.server, { requests: false });
    afterwards(() => listening.close());
    afterwards(() => gateway.close());
    const [cut, ended] = [1, 2].map(() => dialogue(listening.port, get(`${name}?channel=a`)));
    await waitUntil('both hellos', () => [cut, ended].every((one) => one?.text.includes('hello')));
    cut?.socket.destroy();
    await waitUntil('the cut to be told', () => told.length === 2);
    expect(told.splice(0).sort()).toEqual(['close', 'request']);
    await gateway.publish('a', 'still');
    await waitUntil('the message', () => ended?.text.includes('still'));
    await gateway.close();
    await waitUntil('the end to be told', () => told.length === 3);
    expect(told.sort()).toEqual(['close', 'finish', 'request']);
  });

  it('is told to tracers', async () => {
    let finished = 0;
    const trace = () => finished++;
    subscribe('http.server.response.finish', trace);
    afterwards(() => unsubscribe('http.server.response.finish', trace));
    const site = await attached();
    const seen = dialogue(site.port, get('sse?channel=a'));
    await waitUntil('the hello', () => seen.text.includes('hello'));
    await site.gateway.close();
    await waitUntil('it to be told', () => finished === 1);
  });
});

describe('a request for a stream on a socket that Node lets go of', () => {
  it('is refused like any other', async () => {
    const site = await attached();
    const answer = await rawHttp(`${site.push}/sse?channel=a&since=x`);
    expect(answer.status).toBe(400);
    expect(JSON.parse(await answer.rest())).toMatchObject({ code: 'CURSOR_INVALID' });
    await waitUntil('the end', () => answer.socket.readableEnded);
  });

  it('may come with others right behind it, which wait for their turn', async () => {
    const site = await attached({ renewBytes: 2_000 });
    const seen = dialogue(site.port, get('iframe?channel=a') + get('channels/a') + get('iframe?channel=b'));
    await waitUntil('the hello', () => seen.text.includes('hello'));
    await site.gateway.publish('a', 'x'.repeat(2_000));
    await waitUntil('the second stream', () => seen.text.split('"hello"').length === 3);
    const { complete, behind } = unchunk(seen.text);
    expect(complete).toBe(true);
    expect(behind).toMatch(/^HTTP\/1\.1 200 OK/);
    await site.gateway.publish('b', 'last');
    await waitUntil('the message', () => seen.text.includes('last'));
  });

  it('may be followed by anything, which is not heard', async () => {
    const site = await attached();
    const seen = dialogue(site.port, get('sse?channel=a'));
    await waitUntil('the hello', () => seen.text.includes('hello'));
    seen.socket.write(`${get('channels/b')}\r\n\0${'x'.repeat(200_000)}`);
    await site.gateway.publish('a', 'heard');
    await waitUntil('the message', () => seen.text.includes('heard'));
    expect(seen.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(site.errors).toEqual([]);
  });

  it('may ask for an upgrade that nobody knows', async () => {
    const site = await attached();
    const seen = dialogue(site.port, get('sse?channel=a', 'Connection: Upgrade\r\nUpgrade: h2c\r\n'));
    await waitUntil('the hello', () => seen.text.includes('hello'));
    await site.gateway.publish('a', 'heard');
    await waitUntil('the message', () => seen.text.includes('heard'));
    expect(unchunk(seen.text).body).toContain('heard');
  });

  it('may come in pieces', async () => {
    const site = await attached();
    const text = get('sse?channel=a');
    const seen = dialogue(site.port, text.slice(0, 10));
    for (let at = 10; at < text.length; at += 10) {
      await sleep(5);
      seen.socket.write(text.slice(at, at + 10));
    }
    await waitUntil('the hello', () => seen.text.includes('hello'));
    expect(seen.text).toMatch(/^connection: close\r$/im);
  });

  it('takes neither request nor response along', async () => {
    const server = createServer();
    const site = await attached({}, server);
    const kept: WeakRef<object>[] = [];
    server.prependListener('request', (request, response) => kept.push(new WeakRef(request), new WeakRef(response)));
    const seen = Array.from({ length: 20 }, (_, at) =>
      dialogue(site.port, get(`${at % 2 ? 'sse' : 'iframe'}?channel=a`)),
    );
    await waitUntil('every hello', () => seen.every(({ text }) => text.includes('hello')));
    await waitUntil('them to be gone', () => {
      collect();
      return kept.filter((one) => one.deref() !== undefined).length <= 4;
    });
    expect(kept).toHaveLength(40);
    await site.gateway.publish('a', 'still');
    await waitUntil('the message', () => seen.every(({ text }) => text.includes('still')));
  });
});
