import { describe, expect, it } from '@jest/globals';
import type { ClientTransport } from '../../transports/client-transport.js';
import type { FetchLike } from '../../transports/environment.js';
import { transport as iframe } from '../../transports/iframe/client.js';
import { transport as longPolling } from '../../transports/long-polling/client.js';
import { transport as polling } from '../../transports/polling/client.js';
import { transport as sse } from '../../transports/sse/client.js';
import { transport as websocket } from '../../transports/websocket/client.js';
import { answer, hello, settled } from '../support/fake-environment.js';
import { Bench } from './half-bench.js';

function headers(type: string, retryAfter: string | null = null) {
  return { get: (name: string) => (name === 'retry-after' ? retryAfter : type) };
}

const message = { id: 'log.1', channel: 'chat', data: 1 };

describe.each([polling, longPolling])('the client half of $name', (half) => {
  it('reads an answer as it comes', async () => {
    const bench = new Bench(half);
    const text = JSON.stringify({ hello: hello(), cursor: 'log.9', messages: [message] });
    const bytes = new TextEncoder().encode(text);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const from of [0, 9]) controller.enqueue(bytes.subarray(from, from === 0 ? 9 : undefined));
        controller.close();
      },
    });
    bench.answer({ ...answer(200, null), body });
    await settled();
    expect(bench.heard).toBe(2);
    expect(bench.types).toEqual(['hello', 'message', 'heartbeat']);
  });

  it('asks for a hello first and hands on what came, in order, with the cursor at last', async () => {
    const bench = new Bench(half);
    await bench.poll(message);
    expect(bench.asked[0]?.get('hello')).toBe('1');
    expect(bench.types).toEqual(['hello', 'message', 'heartbeat']);
    await bench.environment.pass(0);
    expect(bench.asked).toHaveLength(2);
    expect(bench.asked[1]?.has('hello')).toBe(false);
  });

  it('lets a request for a hello finish when it is renewed, and then makes one more', async () => {
    const bench = new Bench(half);
    for (let change = 0; change < 3; change++) bench.connection.renew?.();
    expect(bench.asked).toHaveLength(1);
    await bench.poll(message);
    bench.connection.renew?.();
    await bench.environment.pass(0);
    expect(bench.asked.map((query) => query.get('hello'))).toEqual(['1', '1']);
    await bench.poll();
    await bench.environment.pass(0);
    expect(bench.asked.map((query) => query.get('hello'))).toEqual(['1', '1', null]);
    expect(bench.types).toEqual(['hello', 'message', 'heartbeat', 'hello', 'heartbeat']);
  });

  it('makes one more at once when it was renewed while a request for a hello was under way', async () => {
    const bench = new Bench(half);
    bench.connection.renew?.();
    await bench.poll();
    await bench.environment.pass(0);
    expect(bench.asked.map((query) => query.get('hello'))).toEqual(['1', '1']);
  });

  it('hands every message on while it is renewed all the time', async () => {
    const bench = new Bench(half);
    for (let change = 0; change < 40; change++) {
      bench.connection.renew?.();
      await bench.environment.pass(100);
      if (change % 4 === 3) await bench.poll(message);
    }
    expect(bench.types.filter((type) => type === 'message')).toHaveLength(10);
  });

  it('asks anew when it is renewed, and drops the answer that was under way', async () => {
    const bench = new Bench(half);
    await bench.poll();
    await bench.environment.pass(0);
    const old = bench.answer;
    bench.connection.renew?.();
    old(answer(200, { cursor: 'log.9', messages: [message] }));
    await settled();
    expect(bench.types).toEqual(['hello', 'heartbeat']);
    expect(bench.asked.at(-1)?.get('hello')).toBe('1');
    expect(bench.ends).toEqual([]);
  });

  it('ends with what the gateway said', async () => {
    const bench = new Bench(half);
    bench.answer(answer(403, { code: 'CHANNEL_FORBIDDEN', detail: 'No.' }));
    await settled();
    expect(bench.ends).toEqual([{ detail: 'No.', code: 'CHANNEL_FORBIDDEN', status: 403, retry: false }]);
    expect(bench.environment.leftovers.timers).toBe(0);
  });

  it.each([
    ['404', answer(404, '<h1>not found</h1>')],
    [
      '403 with a code in JSON of its own',
      { ...answer(403, { code: 'Denied' }), headers: headers('application/json') },
    ],
  ])('may come back after a bare %s, which is not the gateway’s', async (_, given) => {
    const bench = new Bench(half);
    bench.answer(given);
    await settled();
    expect(bench.ends).toMatchObject([{ status: given.status, retry: true }]);
    expect(bench.ends[0]).not.toHaveProperty('code');
  });

  it('hands on how long it is to be left alone, up to a minute', async () => {
    for (const [seconds, retryMs] of [
      ['5', 5_000],
      ['86400', 60_000],
    ] as const) {
      const bench = new Bench(half);
      bench.answer({ ...answer(429, ''), headers: headers('text/plain', seconds) });
      await settled();
      expect(bench.ends).toMatchObject([{ retryMs }]);
    }
  });

  it('says what to do when its address is too long for the server', async () => {
    const bench = new Bench(half);
    bench.answer(answer(431, ''));
    await settled();
    expect(bench.ends).toMatchObject([{ retry: true, detail: expect.stringContaining('fewer channels') }]);
  });

  it.each([429, 503])('may come back after a %i', async (status) => {
    const bench = new Bench(half);
    bench.answer(answer(status, 'busy'));
    await settled();
    expect(bench.ends).toMatchObject([{ status, retry: true }]);
  });

  it('leaves nothing behind when it is closed', async () => {
    const bench = new Bench(half);
    await bench.poll();
    bench.connection.close();
    bench.connection.close();
    await bench.environment.pass(60_000);
    expect(bench.asked).toHaveLength(1);
    expect(bench.ends).toEqual([]);
    expect(bench.environment.leftovers).toEqual({ timers: 0, listeners: 0, requests: 0 });
  });
});

/** Answers two polls at once; the third one is to come `pollMs` later, and no sooner. */
async function expectPause(half: ClientTransport): Promise<void> {
  const bench = new Bench(half);
  await bench.poll();
  await bench.environment.pass(0);
  await bench.poll();
  await bench.environment.pass(1_999);
  expect(bench.asked).toHaveLength(2);
  await bench.environment.pass(1);
  expect(bench.asked).toHaveLength(3);
}

describe('the client half of polling', () => {
  it('pauses between two polls', async () => {
    await expectPause(polling);
  });
});

describe('the client half of long-polling', () => {
  it('asks for half the wait when a waiting request is cut', async () => {
    const bench = new Bench(longPolling);
    await bench.poll();
    await bench.environment.pass(5_000);
    bench.answer(null);
    await bench.environment.pass(0);
    expect(bench.asked.map((query) => query.get('wait'))).toEqual(['8', '8', '4']);
    expect(bench.ends).toEqual([]);
  });

  it('ends at the second cut in a row', async () => {
    const bench = new Bench(longPolling);
    await bench.poll();
    for (let cut = 0; cut < 2; cut++) {
      await bench.environment.pass(3_000);
      bench.answer(null);
      await settled();
    }
    expect(bench.ends).toEqual([{ detail: 'network' }]);
  });

  it('does not spin when empty answers come at once', async () => {
    await expectPause(longPolling);
  });
});

describe('the client half of SSE, without an EventSource', () => {
  function streaming(chunks: readonly string[]): FetchLike {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
        controller.close();
      },
    });
    return async () => ({ ok: true, status: 200, body, text: async () => '' });
  }

  async function until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise((resolve) => setImmediate(resolve));
  }

  it('reads records across chunks and ends with the stream', async () => {
    const greeting = `event: hello\ndata: ${JSON.stringify(hello())}\n\n`;
    const bench = new Bench(
      sse,
      streaming([greeting.slice(0, 30), greeting.slice(30), `data: ${JSON.stringify(message)}\n\n`]),
    );
    await until(() => bench.ends.length > 0);
    expect(bench.types).toEqual(['hello', 'message']);
    expect(bench.heard).toBe(3);
    expect(bench.ends).toEqual([{ detail: 'the stream ended' }]);
  });

  it('ends with what the gateway said', async () => {
    const bench = new Bench(sse, async () => answer(403, { code: 'ORIGIN_FORBIDDEN', detail: 'No.' }));
    await until(() => bench.ends.length > 0);
    expect(bench.ends).toMatchObject([{ code: 'ORIGIN_FORBIDDEN', retry: false }]);
  });

  it('opens nothing when it is closed before the polyfill is there', async () => {
    let asked = 0;
    const bench = new Bench(sse, async () => {
      asked += 1;
      return answer(200, '');
    });
    bench.connection.close();
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBe(0);
    expect(bench.ends).toEqual([]);
  });
});

describe('the client half of the iframe', () => {
  function framed() {
    const frames: { receive(data: unknown): void; ended(): void; isOpen: boolean }[] = [];
    const open = (_url: string, receive: (data: unknown) => void, ended: () => void) => {
      const frame = { receive, ended, isOpen: true };
      frames.push(frame);
      return {
        close() {
          frame.isOpen = false;
        },
      };
    };
    const bench = new Bench(iframe, undefined, { frames: { open }, origin: 'https://example.org' });
    return { bench, frames };
  }

  it('renews a document that has grown long, even if its last words come after its end', async () => {
    const { bench, frames } = framed();
    frames[0]?.receive(JSON.stringify(hello()));
    frames[0]?.ended();
    frames[0]?.receive(JSON.stringify({ type: 'bye', reason: 'renew', retryMs: 0 }));
    await bench.environment.pass(1_000);
    expect(frames.map(({ isOpen }) => isOpen)).toEqual([false, true]);
    expect(bench.types).toEqual(['hello']);
    expect(bench.ends).toEqual([]);
  });

  it('ends with its document, and takes nothing that is not a record', async () => {
    const { bench, frames } = framed();
    frames[0]?.receive(JSON.stringify(hello()));
    for (const data of [null, 7, '{', '{"type":"unheard of"}']) frames[0]?.receive(data);
    frames[0]?.ended();
    await bench.environment.pass(1_000);
    expect(bench.types).toEqual(['hello']);
    expect(bench.ends).toEqual([{ detail: 'the document ended' }]);
    expect(frames[0]?.isOpen).toBe(false);
  });

  it('asks why its document brought nothing', async () => {
    const { bench, frames } = framed();
    frames[0]?.ended();
    await bench.environment.pass(1_000);
    expect(bench.ends).toEqual([]);
    bench.answer(answer(401, { code: 'UNAUTHORIZED', detail: 'Who?' }));
    await settled();
    expect(bench.ends).toMatchObject([{ code: 'UNAUTHORIZED', status: 401, retry: false }]);
  });

  it('does not ask any longer when it is closed', async () => {
    const { bench, frames } = framed();
    frames[0]?.ended();
    await bench.environment.pass(1_000);
    bench.connection.close();
    await settled();
    expect(bench.ends).toEqual([]);
  });
});

describe('a request that is made once more to learn why it was refused', () => {
  /** An EventSource or a WebSocket that says nothing, as a browser's. */
  class Mute {
    static readonly opened: Mute[] = [];
    readonly readyState = 2;
    readonly listeners = new Map<string, (event: object) => void>();
    readonly url: string;
    readonly init: unknown;
    constructor(url: string, init?: unknown) {
      this.url = url;
      this.init = init;
      Mute.opened.push(this);
    }
    addEventListener(type: string, listener: (event: never) => void): void {
      this.listeners.set(type, (event) => listener(event as never));
    }
    close(): void {}
    send(): void {}
  }

  it.each([
    [websocket, 'close', { code: 1006, reason: '' }],
    [sse, 'error', {}],
  ] as const)('brings along the token that was refused, and the cookies: %#', async (half, event, detail) => {
    const bench = new Bench(half, undefined, { WebSocket: Mute, EventSource: Mute });
    const opened = Mute.opened.at(-1);
    expect(new URL(opened?.url ?? '').searchParams.get('token')).toBe('old');
    bench.token = 'new';
    opened?.listeners.get(event)?.(detail);
    await settled();
    const [{ url, init } = {}] = bench.requests;
    expect(init).toMatchObject({ headers: { Authorization: 'Bearer old' }, credentials: 'include' });
    expect([null, 'old']).toContain(new URL(url ?? '').searchParams.get('token'));
    bench.answer(answer(401, { code: 'TOKEN_EXPIRED', detail: 'Expired.' }));
    await settled();
    expect(bench.ends).toMatchObject([{ code: 'TOKEN_EXPIRED' }]);
  });

  it('of an EventSource went with the cookies too', () => {
    new Bench(sse, undefined, { EventSource: Mute });
    expect(Mute.opened.at(-1)?.init).toEqual({ withCredentials: true });
  });

  it('of a WebSocket whose bytes can be seen hears of them', () => {
    const opened: (() => void)[] = [];
    const openWebSocket = (url: string, _headers: object, heard: () => void) => {
      opened.push(heard);
      return new Mute(url);
    };
    const bench = new Bench(websocket, undefined, { openWebSocket });
    opened[0]?.();
    expect(bench.heard).toBe(1);
  });

  it('of a WebSocket that can carry headers has no token in its address', () => {
    const opened: [string, object][] = [];
    const openWebSocket = (url: string, headers: object) => {
      opened.push([url, headers]);
      return new Mute(url);
    };
    new Bench(websocket, undefined, { openWebSocket, WebSocket: Mute });
    expect(opened).toEqual([['wss://example.org/push/x?', { Authorization: 'Bearer old' }]]);
  });
});

describe('the cookies of a page of another origin', () => {
  it.each([polling, longPolling, sse])('go with the requests of $name', async (half) => {
    const bench = new Bench(half);
    while (bench.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(bench.requests[0]?.init?.credentials).toBe('include');
    bench.connection.close();
  });
});
