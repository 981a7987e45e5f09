import { describe, expect, it } from '@jest/globals';
import { MemoryBus } from '../../server/bus/memory-bus.js';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';
import { deserted, inExpress } from './site.js';
import { listenIframe, listenSse } from './streams.js';

const bus = (count = 1_000) => new MemoryBus({ epoch: 'e', retention: { count } });

/** What would end a string, a script, a line or a field wherever it was not escaped. */
const NASTY = [
  '</script><script>push("forged")</script>',
  '<!--<script>',
  ']]>-->',
  "it's \\'quoted\\' \"twice\" `thrice` \u0024{1}",
  'back\\slash \\u003c \\x3c \\\\',
  'line\nfeed\r\ncarriage\rreturn',
  'forged\n\nevent: bye\ndata: {}\n\n',
  'id: e.999\ndata: x',
  '\u2028\u2029\u0085\u000b\u000c',
  '\u0000\u0001\u001b\u007f\ufeff',
  '\ud800 half \udc00',
  '🎈é聊',
  '',
];

describe('GET /push/sse', () => {
  it('is a stream of events that no proxy should hold back or keep', async () => {
    const site = await inExpress({ bus: bus() });
    const answer = await rawHttp(`${site.push}/sse?channel=a`);
    answer.socket.destroy();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect(answer.headers.get('cache-control')).toContain('no-transform');
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    expect(answer.headers.get('content-length')).toBeUndefined();
  });

  it('begins with the time to wait before a reconnection, and the hello as an event of that name', async () => {
    const site = await inExpress({ bus: bus(), retryMs: 1_234 });
    const stream = await listenSse(`${site.push}/sse?channel=a`);
    await stream.first('hello');
    expect(stream.events[0]).toMatchObject({ event: 'hello', id: 'e.0', retry: 1_234 });
  });

  it('carries a message as an unnamed event with its id', async () => {
    const site = await inExpress({ bus: bus() });
    const stream = await listenSse(`${site.push}/sse?channel=a`);
    await stream.first('hello');
    await site.gateway.publish('a', { text: 'hi' });
    await stream.dataOf(1);
    expect(stream.events.at(-1)).toMatchObject({
      event: 'message',
      id: 'e.1',
      data: '{"id":"e.1","channel":"a","data":{"text":"hi"}}',
    });
  });

  it('carries any text unchanged, and no text can forge an event', async () => {
    const site = await inExpress({ bus: bus() });
    const stream = await listenSse(`${site.push}/sse?channel=a`);
    await stream.first('hello');
    const before = stream.events.length;
    for (const text of NASTY) await site.gateway.publish('a', { [text]: text });
    expect(await stream.dataOf(NASTY.length)).toEqual(NASTY.map((text) => ({ [text]: text })));
    expect(stream.events.slice(before).map(({ event }) => event)).toEqual(NASTY.map(() => 'message'));
    expect(stream.events.slice(before).map(({ id }) => id)).toEqual(NASTY.map((_, index) => `e.${index + 1}`));
  });

  it('goes on from the last event id, as an EventSource sends it', async () => {
    const site = await inExpress({ bus: bus() });
    for (let index = 1; index <= 5; index++) await site.gateway.publish('a', index);
    const stream = await listenSse(`${site.push}/sse?channel=a&since=e.0`, { 'Last-Event-ID': 'e.3' });
    expect(await stream.dataOf(2)).toEqual([4, 5]);
    const polyfilled = await listenSse(`${site.push}/sse?channel=a&since=e.0&lastEventId=e.4`);
    expect(await polyfilled.dataOf(1)).toEqual([5]);
  });

  it('tells of a gap by an event of that name, before what is left', async () => {
    const site = await inExpress({ bus: bus(2) });
    for (let index = 1; index <= 5; index++) await site.gateway.publish('a', index);
    const stream = await listenSse(`${site.push}/sse?channel=a&since=e.1`);
    expect(await stream.dataOf(2)).toEqual([4, 5]);
    const named = stream.events.map(({ event, data }) => (event === 'message' ? JSON.parse(data).data : event));
    expect(named.slice(-4)).toEqual(['hello', 'gap', 4, 5]);
    expect(stream.ofType('gap')).toEqual([{ type: 'gap', channels: ['a'], from: 'e.1', to: 'e.3' }]);
  });

  it('sends a heartbeat when it is quiet, with an id that a reconnection may go on from', async () => {
    const site = await inExpress({ bus: bus(), heartbeatMs: 40 });
    const stream = await listenSse(`${site.push}/sse?channel=a`);
    await site.gateway.publish('other', 0);
    await waitUntil('a heartbeat up to there', () => stream.ofType('heartbeat').some(({ cursor }) => cursor === 'e.1'));
    expect(stream.events.at(-1)).toMatchObject({ event: 'heartbeat', id: 'e.1' });
  });

  it('says bye when the gateway closes', async () => {
    const site = await inExpress({ bus: bus(), drainMs: 100 });
    const stream = await listenSse(`${site.push}/sse?channel=a`);
    await stream.first('hello');
    await site.gateway.close();
    const bye = await stream.first('bye');
    expect(bye.retryMs).toBeLessThanOrEqual(100);
    expect(stream.events.at(-1)?.event).toBe('bye');
    await waitUntil('the end', () => stream.over);
  });

  it('leaves nothing behind when the client goes away', async () => {
    const site = await inExpress({ bus: bus() });
    const stream = await listenSse(`${site.push}/sse?channel=a`);
    await stream.first('hello');
    stream.close();
    await deserted(site.push);
  });

  it.each(['[::1', 'a b', 'user:password@host', 'exa mple', '%', 'host:99999999', '<script>'])(
    'takes no notice of the host %p, which it does not need',
    async (host) => {
      const site = await inExpress({ bus: bus() });
      const stream = await listenSse(`${site.push}/sse?channel=a`, { host });
      await stream.first('hello');
      expect(site.errors).toEqual([]);
    },
  );
});

describe('GET /push/iframe', () => {
  it('is a document that may be framed by one origin only, and begins with more than browsers hold back', async () => {
    const site = await inExpress({ bus: bus() });
    const frame = await listenIframe(`${site.push}/iframe?channel=a`);
    await frame.first('hello');
    expect(frame.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(frame.headers.get('cache-control')).toContain('no-store');
    expect(frame.headers.get('content-security-policy')).toContain("frame-ancestors 'self'");
    expect(frame.html.indexOf("push('")).toBeGreaterThan(1_024);
    expect([...frame.targets]).toEqual(['the own origin']);
  });

  it('posts to the origin that asked, where the gateway knows it', async () => {
    const site = await inExpress({ bus: bus(), origins: ['https://example.org'] });
    const frame = await listenIframe(`${site.push}/iframe?channel=a&origin=https://example.org`);
    await frame.first('hello');
    expect([...frame.targets]).toEqual(['https://example.org']);
    expect(frame.headers.get('content-security-policy')).toContain('frame-ancestors https://example.org');
  });

  it('hands over any text unchanged, and no text can become a script', async () => {
    const site = await inExpress({ bus: bus() });
    const frame = await listenIframe(`${site.push}/iframe?channel=a`);
    await frame.first('hello');
    for (const text of NASTY) await site.gateway.publish('a', { [text]: [text, text] });
    expect(await frame.dataOf(NASTY.length)).toEqual(NASTY.map((text) => ({ [text]: [text, text] })));
    const scripts = frame.html.split('<script>').slice(2);
    expect(scripts).toHaveLength(NASTY.length + 1);
    for (const script of scripts) {
      expect(script).toMatch(/^push\('[^<\u2028\u2029\n\r]*'\)<\/script>\n$/u);
    }
  });

  it('carries channel names that would end a script', async () => {
    const site = await inExpress({ bus: bus() });
    const name = `</script><!--'"\\`;
    const frame = await listenIframe(`${site.push}/iframe?channel=${encodeURIComponent(name)}`);
    await frame.first('hello');
    await site.gateway.publish(name, 1);
    await frame.dataOf(1);
    expect(frame.messages[0]?.channel).toBe(name);
  });

  it('is renewed after so many bytes, without loss', async () => {
    const site = await inExpress({ bus: bus(), renewBytes: 4_000 });
    const data: unknown[] = [];
    let documents = 0;
    for (let since = 'e.0', index = 0; data.length < 40; documents++) {
      const frame = await listenIframe(`${site.push}/iframe?channel=a&since=${since}`);
      await frame.first('hello');
      for (; index < 40 && !frame.over; index++) {
        await site.gateway.publish('a', 'x'.repeat(500) + index);
        await new Promise(setImmediate);
      }
      await waitUntil('the end of the document, or of all', () => frame.over || data.length + frame.data.length === 40);
      data.push(...frame.data);
      since = frame.messages.at(-1)?.id ?? since;
      if (frame.over) expect(frame.records.at(-1)).toEqual({ type: 'bye', reason: 'renew', retryMs: 0 });
      frame.close();
    }
    expect(documents).toBeGreaterThan(2);
    expect(data).toEqual(Array.from({ length: 40 }, (_, index) => 'x'.repeat(500) + index));
    await deserted(site.push);
  });

  it.each([
    'https://evil.example',
    'null',
    '',
    '*',
    'https://example.org/path',
    "https://example.org; script-src 'self'",
    'https://example.org evil.example',
    'https://example.org\r\nX-Forged: 1',
    'https://example.org\u2028',
    'https://exämple.org',
    'javascript:alert(1)',
  ])('is not given to the origin %p', async (origin) => {
    const site = await inExpress({ bus: bus(), origins: ['https://example.org'] });
    const answer = await fetch(`${site.push}/iframe?${new URLSearchParams({ channel: 'a', origin })}`);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'ORIGIN_FORBIDDEN' });
    expect(site.errors).toEqual([]);
  });

  it.each([
    ['everybody is let in', ['*'], 'https://example.org'],
    ['it is its own host', [], null],
  ])('is given to no text that is not an origin, even where %s', async (_where, origins, base) => {
    const site = await inExpress({ bus: bus(), origins });
    for (const tail of ['; script-src *', ' evil.example', '\r\nX: 1', '/path', '\u0100', '"', "'"]) {
      const origin = `${base ?? site.url}${tail}`;
      const answer = await fetch(`${site.push}/iframe?${new URLSearchParams({ channel: 'a', origin })}`);
      expect([tail, answer.status]).toEqual([tail, 403]);
    }
    expect(site.errors).toEqual([]);
  });

  it('says bye when the gateway closes', async () => {
    const site = await inExpress({ bus: bus() });
    const frame = await listenIframe(`${site.push}/iframe?channel=a`);
    await frame.first('hello');
    await site.gateway.close();
    await frame.first('bye');
    await waitUntil('the end', () => frame.over);
  });
});
