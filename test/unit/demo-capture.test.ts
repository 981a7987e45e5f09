import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { Captures } from '../../demo/capture.js';
import type { CaptureReport, Direction } from '../../demo/site/words/capture.js';
import { createGateway } from '../../server/index.js';
import { type MountedDemo, mountDemo } from '../support/mounted-demo.js';
import { waitUntil } from '../support/wait-until.js';

const PATIENT = { timeoutMs: 10_000 };

describe('the capture of a lane', () => {
  let site: MountedDemo;

  beforeEach(async () => {
    site = await mountDemo(createGateway());
  });
  afterEach(() => site.close());

  /** A bare connection, with all that it has sent and received. */
  function open() {
    const socket = site.connect();
    const moved = { up: '', down: '' };
    socket.on('data', (piece: Buffer) => (moved.down += piece.toString('latin1')));
    const say = (text: string) => {
      moved.up += text;
      socket.write(text, 'latin1');
    };
    const get = (path: string, headers = '') => say(`GET ${path} HTTP/1.1\r\nHost: demo\r\n${headers}\r\n`);
    const until = (text: string) => waitUntil(text, () => moved.down.includes(text), PATIENT);
    return { socket, moved, say, get, until };
  }

  async function ask(lane: string, query = ''): Promise<CaptureReport> {
    const response = await fetch(`${site.url}/demo/capture?client=${lane}${query}`);
    expect(response.status).toBe(200);
    return (await response.json()) as CaptureReport;
  }

  async function textOf(lane: string, direction: Direction): Promise<string> {
    const { pieces } = await ask(lane);
    const bytes = pieces.filter(({ what }) => what === direction).map((piece) => Buffer.from(piece.bytes, 'base64'));
    return Buffer.concat(bytes).toString('latin1');
  }

  it('has the very bytes of both directions, of a stream that goes on', async () => {
    await ask('mine');
    const { get, until, moved } = open();
    get('/push/sse?channel=chat&lane=mine');
    await until('event:hello');
    await site.gateway.publish('chat', { text: '<ü>' });
    await waitUntil('the message', () => moved.down.includes('"channel":"chat"'), PATIENT);
    await waitUntil('all of it', async () => (await textOf('mine', 'down')) === moved.down, PATIENT);
    expect(await textOf('mine', 'up')).toBe(moved.up);
  });

  it('has the frames of a WebSocket as they are, masked upwards', async () => {
    await ask('mine');
    const socket = new WebSocket(`${site.url.replace('http', 'ws')}/push/websocket?channel=chat&lane=mine`);
    const messages: string[] = [];
    socket.on('message', (data) => messages.push(String(data)));
    await waitUntil('the hello', () => messages.length > 0, PATIENT);
    socket.send('{"type":"publish","channel":"chat","data":1,"key":"k"}');
    await waitUntil('the ack', () => messages.length > 2, PATIENT);
    const up = await textOf('mine', 'up');
    const down = await textOf('mine', 'down');
    expect(up).toMatch(/^GET \/push\/websocket\?channel=chat&lane=mine HTTP\/1\.1\r\n/);
    const frame = Buffer.from(up.slice(up.indexOf('\r\n\r\n') + 4), 'latin1');
    expect([frame[0], frame[1], frame.length]).toEqual([0x81, 0x80 | 54, 2 + 4 + 54]);
    expect(down).toMatch(/^HTTP\/1\.1 101 /);
    for (const message of messages) expect(down).toContain(message);
    socket.terminate();
    await waitUntil('the close', async () => (await ask('mine')).pieces.at(-1)?.what === 'close', PATIENT);
  });

  it('begins in the middle of a connection that was open before', async () => {
    const { get, until, moved } = open();
    get('/push/sse?channel=chat&lane=mine');
    await until('event:hello');
    await ask('mine');
    const before = moved.down.length;
    await site.gateway.publish('chat', 'captured');
    await until('captured');
    expect(await textOf('mine', 'down')).toBe(moved.down.slice(before));
    expect(await textOf('mine', 'up')).toBe('');
  });

  it('keeps nothing of a lane that nobody asked for, nor of others on the same socket', async () => {
    const { get, say, until, moved } = open();
    get('/push/polling?channel=chat&lane=mine&n=1');
    await until('"messages"');
    await ask('mine');
    moved.down = '';
    get('/push/polling?channel=chat&lane=yours', 'Cookie: yours=1\r\n');
    await until('"messages"');
    moved.down = '';
    say('POST /push/channels/chat HTTP/1.1\r\nHost: demo\r\nTransfer-Encoding: chunked\r\n');
    say('Content-Type: application/json\r\n\r\n8\r\n"secret"\r\n0\r\n\r\n');
    await until('"id"');
    moved.down = '';
    moved.up = '';
    get('/push/polling?channel=chat&lane=mine&n=2');
    await until('"messages"');
    expect(await textOf('mine', 'up')).toBe(moved.up);
    expect(await textOf('mine', 'down')).toBe(moved.down);
  });

  it('gives each of several requests that came at once to its lane', async () => {
    await ask('mine');
    await ask('yours');
    const { say, moved } = open();
    const post = (lane: string, body: string) =>
      `POST /push/channels/${lane}?lane=${lane} HTTP/1.1\r\nHost: demo\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`;
    const all = [post('mine', '"first"'), post('yours', '"second"'), post('mine', '"third"')];
    for (const cut of [all.join('').slice(0, 150), all.join('').slice(150)]) say(cut);
    await waitUntil('the answers', () => moved.down.split('HTTP/1.1 201').length === 4, PATIENT);
    expect(await textOf('mine', 'up')).toBe(`${all[0]}${all[2]}`);
    expect(await textOf('yours', 'up')).toBe(all[1]);
    expect((await textOf('mine', 'down')).split('HTTP/1.1 201').length).toBe(3);
  });

  it('blanks cookies, credentials and tokens, and nothing else', async () => {
    await ask('mine');
    const { get, until } = open();
    const headers = 'Cookie: a=b; c=d\r\nauthorization:  Bearer x.y\r\nX-Other: cookie: kept\r\n';
    get('/push/polling?channel=chat&lane=mine&token=s3cret&n=1', headers);
    await until('"messages"');
    const up = await textOf('mine', 'up');
    expect(up).toContain('&token=******&n=1 HTTP/1.1\r\n');
    expect(up).toContain('Cookie: ********\r\nauthorization:  **********\r\nX-Other: cookie: kept\r\n');
  });

  it('tells what is new only, and all to who knows another life', async () => {
    const { life } = await ask('mine');
    const { get, until, moved } = open();
    get('/push/polling?channel=chat&lane=mine');
    await until('"messages"');
    const first = await ask('mine', `&life=${life}&after=0`);
    moved.down = '';
    get('/push/polling?channel=chat&lane=mine');
    await until('"messages"');
    const last = first.pieces.at(-1)?.number ?? 0;
    expect(last).toBeGreaterThan(1);
    const next = await ask('mine', `&life=${life}&after=${last}`);
    expect(next.pieces.map(({ number }) => number - last)).toEqual(next.pieces.map((_, index) => index + 1));
    expect(next.pieces.map(({ what }) => what)).toContain('down');
    expect(new Set([...first.pieces, ...next.pieces].map(({ connection }) => connection))).toEqual(new Set([1]));
    const anew = await ask('mine', `&life=another&after=${last}`);
    expect(anew.pieces).toEqual([...first.pieces, ...next.pieces]);
  });

  it('is of a lane', async () => {
    const response = await fetch(`${site.url}/demo/capture?client=${encodeURIComponent('no lane')}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('what is captured', () => {
  it('is bounded in bytes and in pieces, and the last of it is kept', () => {
    const capture = new Captures().ask('mine');
    for (let index = 0; index < 30; index++) capture.add(1, 'down', Buffer.alloc(10_000, index));
    const large = capture.report('', 0).pieces;
    expect(large.length).toBe(9);
    expect(Buffer.from(large.at(-1)?.bytes ?? '', 'base64')[0]).toBe(29);
    for (let index = 0; index < 2_000; index++) capture.add(1, 'up', Buffer.from([1]));
    expect(capture.report('', 0).pieces.length).toBe(600);
    capture.add(1, 'up', Buffer.alloc(1_000_000));
    expect(Buffer.from(capture.report('', 0).pieces[0]?.bytes ?? '', 'base64').length).toBe(96 * 1024);
  });

  it('is forgotten when nobody asks any more, and takes nothing after that', () => {
    let now = 0;
    const captures = new Captures({ now: () => now });
    const capture = captures.ask('mine');
    capture.add(1, 'down', Buffer.from('x'));
    now += 29_000;
    expect(captures.of('mine')).toBe(capture);
    now += 2_000;
    expect(captures.of('mine')).toBeNull();
    capture.add(1, 'down', Buffer.from('y'));
    expect(capture.report('', 0).pieces).toEqual([]);
  });

  it('is of so many lanes at most, those that were asked for last', () => {
    const captures = new Captures({ now: () => 0 });
    for (let index = 0; index < 200; index++) captures.ask(`lane-${index}`);
    captures.ask('lane-0');
    captures.ask('one-more');
    expect(captures.of('lane-0')).not.toBeNull();
    expect(captures.of('lane-1')).toBeNull();
    expect(captures.of('lane-2')).not.toBeNull();
  });
});
