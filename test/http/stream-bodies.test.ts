import { createServer } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { createGateway } from '../../server/gateway.js';
import { listen } from '../support/listen.js';
import { waitUntil } from '../support/wait-until.js';
import { afterwards, attached, deserted, inExpress, metric } from './site.js';

/** A connection on which one can ask for several things, and all that has come back on it. */
function dialogue(port: number, text: string) {
  const socket = connect(port, '127.0.0.1');
  const seen = { text: '', ended: false, socket };
  socket.setEncoding('latin1').on('data', (piece: string) => {
    seen.text += piece;
  });
  socket
    .on('error', () => undefined)
    .once('end', () => {
      seen.ended = true;
    });
  socket.write(text);
  afterwards(() => socket.destroy());
  return seen;
}

const get = (path: string, headers = '') => `GET /push/${path} HTTP/1.1\r\nHost: h\r\n${headers}\r\n`;

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

it('answers the next request on the connection of a document that was renewed', async () => {
  const site = await attached({ renewBytes: 2_000 });
  const seen = dialogue(site.port, get('iframe?channel=a'));
  await waitUntil('the hello', () => seen.text.includes('hello'));
  seen.socket.write(get('channels/a', 'Connection: close\r\n'));
  await site.gateway.publish('a', 'x'.repeat(2_000));
  await waitUntil('the end', () => seen.ended);
  const { body, complete, behind } = unchunk(seen.text);
  expect([complete, body.includes('renew')]).toEqual([true, true]);
  expect(behind).toMatch(/^HTTP\/1\.1 200 OK/);
});
