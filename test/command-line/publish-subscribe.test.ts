import { createServer as createHttpServer } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { run, serve, start } from '../support/command.js';
import { listen } from '../support/listen.js';
import { waitUntil } from '../support/wait-until.js';

describe('pushgate publish and subscribe', () => {
  it('publish nothing that is not UTF-8, but what comes before it', async () => {
    const served = await serve();
    const url = `${served.site}/push`;
    const { status, stderr } = await run(['publish', 'chat', '--url', url], Buffer.from('one\ntw\xff\n', 'latin1'));
    expect(stderr).toMatch(/^pushgate: What follows line \d is not UTF-8/m);
    expect(status).toBe(1);
    const { messages } = await (await fetch(`${url}/channels/chat`)).json();
    expect(JSON.stringify(messages)).not.toContain('\ufffd');
    await served.stop();
  });

  it('tell of each outage, and of each end of one', async () => {
    const first = await serve();
    const port = new URL(first.site).port;
    const listening = start(['subscribe', 'chat', '--transport', 'websocket', '--url', `${first.site}/push`]);
    const times = (text: string) => listening.stderr().split(text).length - 1;
    await waitUntil('the transport', () => times('-> websocket') === 1);
    let served = first;
    for (let outage = 1; outage <= 2; outage++) {
      served.command.process.kill('SIGKILL');
      await served.command.ended;
      await waitUntil('word of the outage', () => times('No transport could be proved') === outage, {
        timeoutMs: 20_000,
      });
      served = await serve('--port', port);
      await waitUntil('word of its end', () => times('connected again over websocket') === outage, {
        timeoutMs: 40_000,
      });
    }
    listening.process.kill('SIGINT');
    expect(await listening.ended).toBe(0);
    await served.stop();
  }, 120_000);

  it('leave messages in the log while the output takes none', async () => {
    const served = await serve('--retain-bytes', '100000000');
    const url = `${served.site}/push`;
    const listening = start(['subscribe', 'log', '--count', '400', '--data', '--url', url]);
    listening.process.stdout?.pause();
    await waitUntil('the transport', () => listening.stderr().includes('->'));
    const line = JSON.stringify('x'.repeat(50_000));
    const published = await run(['publish', 'log', '--url', url], `${`${line}\n`.repeat(400)}`);
    expect(published.status).toBe(0);
    await waitUntil('it to leave the channel', async () => {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      return /pushgate_connections\{transport="websocket"\} 0/.test(metrics);
    });
    listening.process.stdout?.resume();
    expect(await listening.ended).toBe(0);
    expect(listening.stdout()).toBe(`${line}\n`.repeat(400));
    expect(listening.stderr()).not.toContain('gap');
    await served.stop();
  }, 60_000);

  it('publish an argument, as JSON where it is JSON, and print its id', async () => {
    const served = await serve();
    const url = `${served.site}/push`;
    const object = await run(['publish', 'chat', '{"text":"hi"}', '--url', url]);
    expect(object.status).toBe(0);
    expect(object.stdout).toMatch(/^[A-Za-z0-9._-]+\n$/);
    await run(['publish', 'chat', 'plain text', '--url', url]);
    await run(['publish', 'chat', '42', '--text', '--url', url]);
    const all = await run(['subscribe', 'chat', '--since', 'earliest', '--count', '3', '--data', '--url', url]);
    expect(all.stdout).toBe('{"text":"hi"}\n"plain text"\n"42"\n');
    expect(all.status).toBe(0);
    await served.stop();
  });

  it('carry the lines of standard input in order, over a transport that was asked for', async () => {
    const served = await serve();
    const url = `${served.site}/push`;
    const lines = Array.from({ length: 500 }, (_, index) => String(index));
    const listening = start(['subscribe', 'log', '--transport', 'sse', '--count', '500', '--data', '--url', url]);
    await waitUntil('the transport', () => listening.stderr().includes('sse'));
    const published = await run(['publish', 'log', '--url', url], `${lines.join('\n')}\n`);
    expect(published.stderr).toMatch(/^500 published, \d+ per second\n$/);
    expect(published.status).toBe(0);
    expect(await listening.ended).toBe(0);
    expect(listening.stdout()).toBe(`${lines.join('\n')}\n`);
    await served.stop();
  });

  it('fail with one line when no gateway answers', async () => {
    const { status, stderr } = await run([
      'publish',
      'chat',
      'hi',
      '--timeout',
      '1',
      '--url',
      'http://127.0.0.1:9/push',
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^pushgate: .+\n$/);
  });

  it('ask about the base path where something else answers', async () => {
    const other = await listen(createHttpServer((_request, response) => void response.writeHead(404).end('no')));
    const hint = 'Is the base path right?';
    const published = await run(['publish', 'chat', 'hi', '--timeout', '600', '--url', other.url]);
    expect([published.status, published.stderr]).toEqual([1, expect.stringMatching(/^pushgate: .*\n$/)]);
    expect(published.stderr).toContain(hint);
    // Nothing has been read yet, and nothing comes.
    const waiting = start(['publish', 'chat', '--timeout', '600', '--url', other.url], null);
    expect(await waiting.ended).toBe(1);
    expect(waiting.stderr()).toContain(hint);

    const listening = start(['subscribe', 'chat', '--transport', 'polling', '--url', other.url]);
    let asked = 0;
    other.server.on('request', () => void asked++);
    await waitUntil('the hint', () => listening.stderr().includes(hint));
    const before = asked;
    await waitUntil('it to try again', () => asked > before + 2, { timeoutMs: 30_000 });
    listening.process.kill('SIGINT');
    expect(await listening.ended).toBe(0);
    expect(
      listening
        .stderr()
        .split('\n')
        .filter((line) => line.includes(hint)),
    ).toHaveLength(1);
    expect(
      listening
        .stderr()
        .split('\n')
        .filter((line) => line.includes('could be proved')),
    ).toHaveLength(1);
    await other.close();
  });

  it('name the line of standard input that was refused, and publish no more', async () => {
    const served = await serve();
    const url = `${served.site}/push`;
    const lines = [
      '1',
      '',
      `"${'x'.repeat(3_000_000)}"`,
      ...Array.from({ length: 2_000 }, (_, index) => String(index)),
    ];
    const { status, stderr } = await run(['publish', 'log', '--url', url], lines.join('\n'));
    expect(stderr).toMatch(
      /^1 published, .*\npushgate: Line 3 failed: .*3000002 bytes.*up to line \d+, may have been published\.\n$/,
    );
    expect(status).toBe(1);
    const history = (await (await fetch(`${url}/channels/log?limit=1000`)).json()) as { messages: unknown[] };
    // What was on its way by then; the rest has stayed.
    expect(history.messages.length).toBeLessThan(1_000);

    const alone = await run(['publish', 'log', '--url', url], `1\n"${'x'.repeat(3_000_000)}"`);
    expect(alone.stderr).toMatch(/pushgate: Line 2 failed: .*\n$/);
    expect(alone.stderr).not.toContain('may have been published');
    await served.stop();
  });

  it('refuse a number that JSON cannot carry', async () => {
    const { status, stderr } = await run(['publish', 'chat', '1e999', '--url', 'http://127.0.0.1:9/push']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('Infinity')]);
  });

  it('end with status 0 on Ctrl-C', async () => {
    const served = await serve();
    const listening = start(['subscribe', 'log', '--url', `${served.site}/push`]);
    await waitUntil('the transport', () => listening.stderr().includes('->'));
    listening.process.kill('SIGINT');
    expect(await listening.ended).toBe(0);
    await served.stop();
  });

  it('end quietly when whoever reads their output has gone', async () => {
    const served = await serve();
    const listening = start(['subscribe', 'log', '--url', `${served.site}/push`]);
    await waitUntil('the transport', () => listening.stderr().includes('->'));
    listening.process.stdout.destroy();
    await run(['publish', 'log', 'one', '--url', `${served.site}/push`]);
    await run(['publish', 'log', 'two', '--url', `${served.site}/push`]);
    expect(await listening.ended).toBe(0);
    await served.stop();
  });
});
