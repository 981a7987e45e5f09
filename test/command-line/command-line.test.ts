import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectTo, createServer, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { PollAnswer } from '../../transports/record.js';
import { run, serve, serveInto } from '../support/command.js';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';

describe('pushgate serve', () => {
  it('listens on 127.0.0.1, says where and how to use it, and stops cleanly on SIGTERM', async () => {
    const served = await serve();
    expect(served.site).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(served.command.stdout()).toContain(`curl -N '${served.site}/push/sse?channel=chat'`);
    const health = await fetch(`${served.site}/push/health`);
    expect(await health.json()).toMatchObject({ status: 'ready' });
    expect(await served.stop()).toBe(0);
  });

  it('counts heads that are too large, which Node answers by itself', async () => {
    const served = await serve();
    const answer = await rawHttp(`${served.site}/push/polling?channel=${'x'.repeat(70_000)}`);
    expect(answer.status).toBe(431);
    answer.socket.destroy();
    const metrics = await (await fetch(`${served.site}/push/metrics`)).text();
    expect(metrics).toContain('pushgate_refusals_total{code="HEAD_TOO_LARGE"} 1');
    expect(await served.stop()).toBe(0);
  });

  it('says goodbye to streams when it stops', async () => {
    const served = await serve();
    const stream = await rawHttp(`${served.site}/push/sse?channel=chat`);
    const stopped = served.stop();
    const text = await stream.rest();
    expect(text).toContain('event:hello');
    expect(text).toMatch(/event:bye\ndata:\{.*"retryMs":\d+/);
    expect(await stopped).toBe(0);
  });

  it('stops at once on a second signal, whoever is still being served', async () => {
    const served = await serve();
    const held = openHeldSocket(served.site);
    served.command.process.kill('SIGTERM');
    await waitUntil('the farewell', () => served.command.stdout().includes('Stopping'));
    served.command.process.kill('SIGTERM');
    expect(await served.command.ended).not.toBeNull();
    held.destroy();
  });

  it('stops though somebody who was answered would stay, in an upgrade to something that is not spoken here', async () => {
    const served = await serve('--drain', '0');
    const { hostname, port } = new URL(served.site);
    const socket = connectTo({ host: hostname, port: Number(port), allowHalfOpen: true });
    socket.on('error', () => undefined).resume();
    socket.write(`GET /push/health HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`);
    await once(socket, 'end');
    expect(await served.stop()).toBe(0);
    socket.destroy();
  });

  it('stops though somebody leaves an answer unread that was asked for with an upgrade to something not spoken here', async () => {
    const large = ['--max-message', '33554432', '--max-body', '67108864', '--retain-bytes', '67108864'];
    const served = await serve('--drain', '0', ...large);
    const sent = await fetch(`${served.site}/push/channels/a`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify('x'.repeat(32 * 1024 * 1024 - 2)),
    });
    expect(sent.status).toBe(201);
    const headers = { Connection: 'Upgrade', Upgrade: 'h2c' };
    const unread = await rawHttp(`${served.site}/push/channels/a`, { headers, timeoutMs: 30_000 });
    expect(unread.status).toBe(200);
    expect(await served.stop()).toBe(0);
    unread.socket.destroy();
  });

  it('answers while its clients are on their way elsewhere, and stops at once on a second signal', async () => {
    const served = await serve('--drain', '300');
    const stream = await rawHttp(`${served.site}/push/sse?channel=chat`);
    await stream.read();
    served.command.process.kill('SIGTERM');
    expect(await stream.rest()).toMatch(/event:bye\ndata:\{.*"retryMs":\d+/);
    const health = await fetch(`${served.site}/push/health`);
    expect([health.status, await health.json()]).toMatchObject([503, { status: 'draining' }]);
    const late = await fetch(`${served.site}/push/sse?channel=chat`);
    expect([late.status, late.headers.get('retry-after')]).toEqual([503, '5']);
    expect(served.command.process.exitCode).toBeNull();
    served.command.process.kill('SIGTERM');
    expect(await served.command.ended).toBe(1);
  });

  it('gives a load balancer notice before anybody has to leave', async () => {
    const served = await serve('--notice', '300', '--drain', '0');
    const stream = await rawHttp(`${served.site}/push/sse?channel=chat`);
    served.command.process.kill('SIGTERM');
    await waitUntil('health to say so', async () => (await fetch(`${served.site}/push/health`)).status === 503);
    const headers = { 'content-type': 'application/json' };
    const sent = await fetch(`${served.site}/push/channels/chat`, { method: 'POST', headers, body: '"still here"' });
    expect(sent.status).toBe(201);
    let text = '';
    while (!text.includes('still here')) text += await stream.read();
    expect(text).not.toContain('event:bye');
    served.command.process.kill('SIGTERM');
    expect(await served.command.ended).toBe(1);
  });

  it('serves another base path, fewer transports and a smaller retention', async () => {
    const served = await serve('--path', '/live', '--transport', 'sse', '--transport', 'polling', '--retain', '2');
    const address = `${served.site}/live/channels/news`;
    for (const text of ['one', 'two', 'three']) {
      const headers = { 'content-type': 'application/json' };
      await fetch(address, { method: 'POST', headers, body: JSON.stringify(text) });
    }
    const history = (await (await fetch(address)).json()) as { messages: { data: string }[] };
    expect(history.messages.map((message) => message.data)).toEqual(['two', 'three']);
    const poll = await (await fetch(`${served.site}/live/polling?channel=news&hello=1`)).json();
    expect(poll).toMatchObject({ hello: { transports: ['sse', 'polling'] } });
    expect((await fetch(`${served.site}/live/long-polling?channel=news`)).status).toBe(404);
    expect(await served.stop()).toBe(0);
  });

  it('gives only the latest of the channels that it was told so of to who comes late', async () => {
    const served = await serve('--latest-only', 'price.*', '--latest-only', 'state');
    const headers = { 'content-type': 'application/json' };
    for (const channel of ['price.a', 'chat', 'price.a', 'state', 'state', 'chat']) {
      await fetch(`${served.site}/push/channels/${channel}`, { method: 'POST', headers, body: '1' });
    }
    const query = 'channel=price.a&channel=state&channel=chat&since=earliest';
    const { gap, messages }: PollAnswer = await (await fetch(`${served.site}/push/polling?${query}`)).json();
    expect(messages.map(({ channel }) => channel)).toEqual(['chat', 'price.a', 'state', 'chat']);
    expect(gap?.channels).toEqual(['price.a', 'state']);
    expect(await served.stop()).toBe(0);
  });

  it.each([
    ['/', '/'],
    ['/push/', '/push'],
    ['/a/b/', '/a/b'],
  ])('announces addresses that work with --path %s', async (path, shown) => {
    for (const demo of [[], ['--demo']]) {
      const served = await serve('--path', path, ...demo);
      expect(served.command.stdout()).toContain(`listens on ${served.site}${shown}, `);
      const [stream = '', publish = ''] =
        served.command.stdout().match(/http:\S+\/(?:sse\?channel=chat|channels\/chat)/g) ?? [];
      const headers = { 'content-type': 'application/json' };
      expect((await fetch(publish, { method: 'POST', headers, body: '1' })).status).toBe(201);
      const answer = await rawHttp(`${stream}&since=earliest`);
      expect([answer.status, await answer.read()]).toEqual([200, expect.stringContaining('retry:')]);
      answer.socket.destroy();
      expect(await served.stop()).toBe(0);
    }
  });

  it.each([[[]], [['--demo']]])('tells who asks elsewhere where it is: %j', async (demo) => {
    const served = await serve('--path', '/live', ...demo);
    const answer = await fetch(`${served.site}/push/polling?channel=a`);
    expect([answer.status, await answer.json()]).toEqual([
      404,
      expect.objectContaining({ code: 'NOT_FOUND', detail: 'Nothing is here; the gateway is at /live.' }),
    ]);
    const published = await run(['publish', 'chat', 'hi', '--url', served.site]);
    expect([published.status, published.stderr]).toEqual([1, 'pushgate: Nothing is here; the gateway is at /live.\n']);
    await served.stop();
  });

  it.each([[[]], [['--demo']]])('is not to be had under a name that a page has made up: %j', async (demo) => {
    const served = await serve('--origin', 'https://app.example.org', '--allowed-host', 'push.example.org', ...demo);
    const { port } = new URL(served.site);
    const ask = async (host: string, path: string) => {
      const headers = { host: `${host}:${port}`, origin: `http://${host}:${port}`, connection: 'close' };
      const answer = await rawHttp(served.site + path, { headers });
      answer.socket.destroy();
      return answer.status;
    };
    for (const path of ['/push/polling?channel=a', '/push/health', '/', '/demo/costs', '/elsewhere']) {
      expect([path, await ask('rebound.example', path)]).toEqual([path, 421]);
    }
    for (const host of ['localhost', 'a.localhost', '127.0.0.1', '[::1]', 'app.example.org', 'push.example.org']) {
      expect([host, await ask(host, '/push/polling?channel=a')]).toEqual([host, 200]);
    }
    await served.stop();
  });

  it('may be had under any name where others can reach it, or every page may use it', async () => {
    for (const options of [
      ['--host', '0.0.0.0'],
      ['--origin', '*'],
      ['--allowed-host', '*'],
    ]) {
      const served = await serve(...options);
      const { port } = new URL(served.site);
      const headers = { host: 'anything.example', connection: 'close' };
      const answer = await rawHttp(`http://127.0.0.1:${port}/push/polling?channel=a`, { headers });
      expect([options, answer.status]).toEqual([options, 200]);
      answer.socket.destroy();
      await served.stop();
    }
  });

  it('says in one line that a log cannot be kept where no directory can be made', async () => {
    const { status, stderr } = await run(['serve', '--port', '0', '--bus', 'file:/proc/nope/log']);
    expect(stderr).toMatch(/^pushgate: The log in \/proc\/nope\/log cannot be opened: .+\n$/);
    expect(status).toBe(1);
  });

  it('lets pages of the origins that it was given read, and no others', async () => {
    const served = await serve('--origin', 'https://app.example.org');
    const ask = (origin: string) => fetch(`${served.site}/push/polling?channel=a`, { headers: { origin } });
    const allowed = await ask('https://app.example.org');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    expect((await ask('https://other.example.org')).status).toBe(403);
    await served.stop();
  });

  it.each([
    [['serve', '--port', '70000'], /--port.*65535/],
    [['serve', '--origin', 'example.org'], /write it as https:\/\/example\.org/],
    [['serve', '--path', 'no slash'], /--path.*write it as \/push/],
    [['serve', '--allowed-host', 'https://example.org'], /write it as push\.example\.org/],
    [['serve', '--transport', 'pigeon'], /the transports are websocket/],
    [['serve', '--bus', 'carrier'], /--bus.*memory/],
    [['serve', '--tls-cert', 'cert.pem'], /go together/],
    [['serve', '--tls-cert', '/nowhere.pem', '--tls-key', '/nowhere.pem'], /certificate \/nowhere\.pem cannot be read/],
    [['serve', '--tls-cert', 'README.md', '--tls-key', '/'], /key \/ cannot be read/],
    [
      ['serve', '--tls-cert', 'README.md', '--tls-key', 'README.md'],
      /README\.md and README\.md cannot be used together/,
    ],
    [['serve', '--nonsense'], /--nonsense/],
    [['nonsense'], /nonsense/],
    [[], /serve, publish or subscribe; --help/],
    [['publish'], /channel/],
    [['publish', 'chat', 'hi', '--url', 'nowhere'], /such as http/],
    [['subscribe', 'chat', '--since', 'yesterday'], /earliest/],
    [['subscribe', '$own'], /gateway's own/],
    [['subscribe', 'chat', '--transport', 'pigeon'], /the transports are/],
  ])('answers %j with one clear line and exit status 2', async (args, expected) => {
    const { status, stderr, stdout } = await run(args);
    expect(stderr).toMatch(/^pushgate: .+\n$/);
    expect(stderr).toMatch(expected);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  it.each([[['--help']], [['serve', '--help']], [['publish', '--help']], [['subscribe', '--help']], [['--version']]])(
    'explains itself with %j',
    async (args) => {
      const { status, stdout } = await run(args);
      expect(status).toBe(0);
      expect(stdout.length).toBeGreaterThan(4);
    },
  );

  it('says how to go on when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await waitUntil('the other server', () => other.listening);
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { status, stderr } = await run(['serve', '--port', String(port)]);
    other.close();
    expect(status).toBe(1);
    expect(stderr).toBe(`pushgate: Port ${port} is taken; choose another one with --port, or 0 for any free one.\n`);
  });
});

describe('an output that nobody reads any more', () => {
  it('is no reason for a gateway to end, nor to end uncleanly', async () => {
    const served = await serve('--log-level', 'debug');
    served.command.process.stdout?.destroy();
    served.command.process.stderr?.destroy();
    for (let times = 0; times < 3; times++) expect((await fetch(`${served.site}/push/health`)).status).toBe(200);
    expect(await served.stop()).toBe(0);
  });

  it('cannot be written, and is no reason for a gateway to end, nor to answer anything else', async () => {
    const served = await serveInto('2>/dev/full', '--log-level', 'debug');
    const poll = await fetch(`${served.site}/push/polling?channel=a`);
    expect([poll.status, await poll.json()]).toMatchObject([200, { messages: [] }]);
    const refused = await fetch(`${served.site}/push/polling`);
    expect([refused.status, await refused.json()]).toMatchObject([400, { code: 'CHANNEL_MISSING' }]);
    expect((await fetch(`${served.site}/push/health`)).status).toBe(200);
    expect(await served.stop()).toBe(0);
  });

  it.each(['--help', 'publish chat hi --url $URL'])('ends quietly: %s', async (command) => {
    const served = await serve();
    const line = `node dist/server/cli.js ${command.replace('$URL', `${served.site}/push`)} | true; echo "\${PIPESTATUS[0]}"`;
    const ended = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
    expect([ended.stdout, ended.stderr]).toEqual(['0\n', '']);
    await served.stop();
  });

  it('that cannot be written, as on a full disk, is a failure in one line', async () => {
    const ended = spawnSync('bash', ['-c', 'node dist/server/cli.js --help >/dev/full'], { encoding: 'utf8' });
    expect(ended.stderr).toMatch(/^pushgate: The output cannot be written: .*ENOSPC.*\n$/);
    expect(ended.status).toBe(1);
  });
});

/** A connection that the server cannot end politely: a request that never finishes. */
function openHeldSocket(site: string): Socket {
  const { hostname, port } = new URL(site);
  const socket = connectTo(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(`POST /push/uplink HTTP/1.1\r\nhost: ${hostname}\r\ncontent-length: 9\r\n\r\n[`);
  return socket;
}
