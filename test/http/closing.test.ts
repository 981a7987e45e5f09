import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { createGateway } from '../../server/gateway.js';
import type { RequestTransport } from '../../transports/server-transport.js';
import { listen } from '../support/listen.js';
import { waitUntil } from '../support/wait-until.js';
import { afterwards, inExpress, problemOf } from './site.js';
import { listenSse, listenWebSocket } from './streams.js';

describe('closing a gateway', () => {
  it('ends every connection with a bye, refuses what comes later, and may be done twice', async () => {
    const site = await inExpress();
    const sse = await listenSse(`${site.push}/sse?channel=a`);
    const socket = await listenWebSocket(site.push);
    await Promise.all([sse.first('hello'), socket.first('hello')]);
    const closing = site.gateway.close();
    expect(site.gateway.close()).toBe(closing);
    await closing;
    await Promise.all([sse.first('bye'), socket.first('bye')]);
    for (const path of ['sse?channel=a', 'polling?channel=a', 'metrics', 'channels/a']) {
      const answer = await fetch(`${site.push}/${path}`);
      expect([path, answer.status]).toEqual([path, 503]);
      expect(await problemOf(answer)).toBe('UNAVAILABLE');
    }
    await expect(site.gateway.publish('a', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('goes on answering where it is attached, so that nobody hangs, until that is undone', async () => {
    const server = createServer((_request, response) => void response.end('theirs'));
    const listening = await listen(server);
    const gateway = createGateway();
    afterwards(listening.close);
    const undo = gateway.attach(server);
    await gateway.close();
    await request(server).get('/push/health').expect(503);
    await request(server).get('/elsewhere').expect('theirs');
    expect(server.listenerCount('upgrade')).toBe(0);
    undo();
    await request(server).get('/push/health').expect('theirs');
  });

  it('may happen before anything has begun', async () => {
    await createGateway().close();
    const gateway = createGateway();
    const ready = gateway.ready().catch((error: unknown) => error);
    await gateway.close();
    expect([undefined, 'UNAVAILABLE']).toContain(((await ready) as { code?: string } | undefined)?.code);
  });

  it('reaches a request that was on its way to its stream', async () => {
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const late: RequestTransport = {
      name: 'late',
      carries: 'request',
      async serve({ response, flow }) {
        begin();
        await gate;
        const format = { name: 'late', message: () => '', packet: () => 'packet' };
        const downlink = flow<string>({
          format,
          write: (packet) => response.write(packet),
          end: ({ reason }) => response.end(reason),
        });
        response.once('close', () => downlink.closed());
      },
    };
    const site = await inExpress({ transports: [late] });
    const answer = fetch(`${site.push}/late?channel=a`);
    await begun;
    await site.gateway.close();
    go();
    expect(await (await answer).text()).toBe('the gateway is closing');
  });

  it('lets the process end', async () => {
    const program = `
      import { createServer } from 'node:http';
      import { createGateway } from './server/index.ts';
      const gateway = createGateway();
      gateway.handle('never', () => new Promise(() => {}));
      const server = createServer();
      gateway.attach(server);
      server.listen(0, '127.0.0.1', () => process.send(server.address().port));
      process.once('message', async () => {
        await gateway.close();
        server.close();
        process.disconnect();
      });
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    afterwards(() => child.kill('SIGKILL'));
    const [port] = await once(child, 'message');
    const push = `http://127.0.0.1:${port}/push`;
    const [sse, socket] = [await listenSse(`${push}/sse?channel=a`), await listenWebSocket(push, '?channel=a')];
    await Promise.all([sse.first('hello'), socket.first('hello')]);
    expect((await fetch(`${push}/health`, { headers: { connection: 'close' } })).status).toBe(200);
    child.send('close');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });
});

describe('a request whose client is gone before it is served', () => {
  it.each(['sse', 'iframe', 'long-polling', 'polling'])('leaves nothing behind on %s', async (transport) => {
    const gateway = createGateway();
    let held = 0;
    const app = express();
    app.use('/late', (_request, response, next) => {
      held++;
      // As a slow check of a token would do.
      response.once('close', () => setImmediate(next));
    });
    app.use('/late', gateway.handler);
    app.use('/push', gateway.handler);
    const listening = await listen(createServer(app));
    afterwards(() => gateway.close().then(listening.close));
    const connected: string[] = [];
    gateway.on('connect', ({ transport: name }) => void connected.push(name));
    for (let count = 0; count < 5; count++) {
      const gone = new AbortController();
      const answer = fetch(`${listening.url}/late/${transport}?channel=a`, { signal: gone.signal });
      await waitUntil('the request to be held', () => held === count + 1);
      gone.abort();
      await expect(answer).rejects.toThrow();
    }
    await waitUntil('nothing to be open', async () => {
      const text = await (await fetch(`${listening.url}/push/metrics`)).text();
      return held === 5 && !/^pushgate_connections\{.*\} [1-9]/m.test(text);
    });
    expect(connected).toEqual([]);
  });
});
