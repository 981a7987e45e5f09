import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { newFolder } from './folder.js';
import { type Listening, listen } from './listen.js';
import { rawHttp } from './raw-http.js';
import { program } from './requires.js';
import { sweep } from './scratch.js';
import { sseEvents } from './sse.js';
import { waitUntil } from './wait-until.js';

let site: Listening | undefined;
afterEach(() => site?.close());

describe('rawHttp', () => {
  it('hands over a streamed answer piece by piece, without its framing', async () => {
    let write = (_text: string) => {};
    site = await listen((_request, response) => {
      write = (text) => response.write(text);
      response.flushHeaders();
    });
    const answer = await rawHttp(site.url);
    expect(answer.status).toBe(200);
    write('one');
    expect(await answer.read()).toBe('one');
    await expect(answer.read(50)).rejects.toThrow('Waited 50 ms in vain');
    write('two €');
    expect(await answer.read()).toBe('two €');
    answer.socket.destroy();
    expect(await answer.read()).toBeNull();
  });

  it('sends a body, and takes an answer of a known length on a connection that stays open', async () => {
    site = await listen((request, response) => {
      response.setHeader('content-length', 5).setHeader('x-length', request.headers['content-length'] ?? '');
      request.pipe(response);
    });
    const answer = await rawHttp(site.url, { method: 'POST', body: 'hello' });
    expect(answer.headers.get('x-length')).toBe('5');
    expect(await answer.rest()).toBe('hello');
  });

  it('stalls the server when it is not read', async () => {
    let written = 0;
    let stalled = false;
    site = await listen((_request, response) => {
      const block = Buffer.alloc(1 << 20, 'x');
      const fill = () => {
        do written += block.length;
        while (response.write(block));
        stalled = true;
        response.once('drain', fill);
      };
      fill();
    });
    const answer = await rawHttp(site.url);
    await waitUntil('a first stall', () => stalled);
    await sleep(200);
    const before = written;
    await sleep(200);
    expect(written).toBe(before);
    while (written === before) await answer.read();
    answer.socket.destroy();
  });
});

describe('sseEvents', () => {
  it('reads events across pieces, and passes over comments', async () => {
    async function* pieces() {
      yield ': padding\n\nretry: 2000\neve';
      yield 'nt: hello\ndata: {}\n\nid: e.1\ndata: one\n';
      yield 'data: two\n\n';
    }
    const events = [];
    for await (const event of sseEvents(pieces())) events.push(event);
    expect(events).toEqual([
      { event: 'hello', data: '{}', id: undefined, retry: 2000 },
      { event: 'message', data: 'one\ntwo', id: 'e.1', retry: 2000 },
    ]);
  });
});

describe('waitUntil', () => {
  it('says what it waited for', async () => {
    const never = waitUntil('rain in the desert', () => 0, { timeoutMs: 20 });
    await expect(never).rejects.toThrow('Waited 20 ms in vain for rain in the desert; the last answer was 0.');
  });
});

describe('listen', () => {
  it('closes although a socket was upgraded and an answer never ends', async () => {
    site = await listen((_request, response) => void response.write('for ever'));
    site.server.on('upgrade', (_request, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
    const upgraded = await rawHttp(site.url, { headers: { connection: 'upgrade', upgrade: 'x' } });
    const streamed = await rawHttp(site.url);
    expect(upgraded.status).toBe(101);
    await site.close();
    expect(await upgraded.read()).toBeNull();
    expect(await streamed.rest()).toBe('for ever');
  });
});

describe('program', () => {
  it('tells a program that is there from one that is not', () => {
    expect(program('node', 'install Node').missing()).toBeNull();
    expect(program('no-such-program', 'there is none').missing()).toBe('"no-such-program" is missing: there is none');
  });
});

describe('folders for temporary files', () => {
  it('that a killed process has left are removed, and no others', () => {
    const all = newFolder();
    const { pid: gone } = spawnSync(process.execPath, ['--version']);
    const names = [`pushgate-${gone}-killed`, `pushgate-${process.pid}-inuse0`, `pushgate-${gone}-another-kind`];
    const anHourAgo = new Date(Date.now() - 3_601_000);
    for (const name of names) {
      mkdirSync(join(all, name, 'log'), { recursive: true });
      utimesSync(join(all, name), anHourAgo, anHourAgo);
    }
    mkdirSync(join(all, `pushgate-${gone}-recent`));
    sweep(all);
    expect(readdirSync(all).sort()).toEqual([...names.slice(1), `pushgate-${gone}-recent`].sort());
  });
});
