import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { GatewayOptions } from '../../server/index.js';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';
import { bareWebSocket, frame } from './bare-frames.js';
import { dialogue, get } from './dialogue.js';
import { afterwards, attached, metric, problemOf, type Site } from './site.js';
import { listenSse, listenWebSocket, refusal, type Stream } from './streams.js';

/** What is sent beyond a limit, and what was answered. */
type Excess = (site: Site) => Promise<unknown>;

/** A limit of the protocol, by what its first column says. */
interface Case {
  readonly row: string;
  readonly how: string;
  readonly options?: GatewayOptions;
  readonly exceed: Excess;
  readonly answer: unknown;
  /** What is counted, once: a code among the refusals, or a metric of its own. */
  readonly counted: string;
}

function post(path: string, body: unknown): Excess {
  return async ({ push }) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${push}/${path}`, { method: 'POST', headers, body: text });
    if (!answer.ok) return [answer.status, await problemOf(answer)];
    return (await answer.json()).map(({ code }: { code: string }) => code);
  };
}

const ask =
  (path: string): Excess =>
  async ({ push }) => {
    const answer = await fetch(`${push}/${path}`);
    return [answer.status, await problemOf(answer)];
  };

const upgrade =
  (query: string): Excess =>
  async ({ push }) => {
    const refused = await refusal(push, query);
    return [refused.status, refused.code];
  };

/** The code of the record that answers a frame. */
function send(text: string): Excess {
  return async ({ push }) => {
    const socket = await listenWebSocket(push);
    socket.socket.send(text);
    return (await socket.first('error')).code;
  };
}

/** The code with which the connection is closed after a frame, or a part of one. */
function sendBytes(bytes: Buffer): Excess {
  return async ({ push }) => {
    const { socket, closed } = await bareWebSocket(push);
    socket.write(bytes);
    return closed();
  };
}

const publish = (data: unknown) => ({ type: 'publish', channel: 'a', data });
const CHANNELS = Array.from({ length: 101 }, (_, index) => `c${index}`);
const QUERY = CHANNELS.map((name) => `channel=${name}`).join('&');
const OPERATIONS = Array.from({ length: 1_001 }, () => publish(1));
const DEEP = `${'['.repeat(101)}${']'.repeat(101)}`;
const PARTS = `[${'[],'.repeat(131_072)}[]]`;
const HEAD = 'POST /push/uplink HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[';

const row = {
  message: '`data` of a message, `params` of a call, in bytes of JSON (`hello.limits.messageBytes`)',
  body: 'body of a POST, one WebSocket frame',
  channels: 'channels on a connection (`hello.limits.channels`)',
  operations: 'operations in a POST or frame (`hello.limits.operations`)',
  parts: 'arrays and objects in a POST or frame',
  depth: 'levels of nesting in a message',
  history: 'messages of a history request',
  clients: 'clients of one user, of one address (an IPv6 network of 64 bits is one)',
  connections: 'connections of one client, where clients are counted',
  rate: 'messages that one user, or one address without a user, publishes in a second',
  waiting: 'requests that wait on a connection for the answers to those before them (pipelining)',
  time: 'the time that a body, or one WebSocket frame, takes',
  pieces: 'what comes while a WebSocket message is incomplete, control frames and headers included',
  kept: 'messages kept of a channel',
};

const small = { limits: { messageBytes: 100, bodyBytes: 1_000 } };
const slow = { limits: { publishesPerSecond: 0.001 } };
const one = { limits: { connectionsPerAddress: 1 } };

const cases: readonly Case[] = [
  {
    row: row.message,
    how: 'in a POST to a channel',
    options: small,
    exceed: post('channels/a', 'x'.repeat(100).replace(/.*/, '"$&"')),
    answer: [413, 'TOO_LARGE'],
    counted: 'TOO_LARGE',
  },
  {
    row: row.message,
    how: 'in an operation',
    options: small,
    exceed: post('uplink', [publish('x'.repeat(100))]),
    answer: ['TOO_LARGE'],
    counted: 'TOO_LARGE',
  },
  {
    row: row.message,
    how: 'in a frame',
    options: small,
    exceed: send(JSON.stringify(publish('x'.repeat(100)))),
    answer: 'TOO_LARGE',
    counted: 'TOO_LARGE',
  },
  {
    row: row.body,
    how: 'in a POST',
    options: small,
    exceed: post('uplink', `[${' '.repeat(1_000)}]`),
    answer: [413, 'TOO_LARGE'],
    counted: 'TOO_LARGE',
  },
  {
    row: row.body,
    how: 'in a frame',
    options: small,
    exceed: sendBytes(frame(1, Buffer.alloc(1_001, ' '))),
    answer: 1009,
    counted: 'TOO_LARGE',
  },
  ...['polling', 'long-polling', 'sse', 'iframe'].map((name) => ({
    row: row.channels,
    how: `in a request of ${name}`,
    exceed: ask(`${name}?${QUERY}`),
    answer: [400, 'CHANNELS_TOO_MANY'],
    counted: 'CHANNELS_TOO_MANY',
  })),
  {
    row: row.channels,
    how: 'in an upgrade',
    exceed: upgrade(`?${QUERY}`),
    answer: [400, 'CHANNELS_TOO_MANY'],
    counted: 'CHANNELS_TOO_MANY',
  },
  {
    row: row.channels,
    how: 'in a subscription',
    exceed: send(JSON.stringify({ type: 'subscribe', channels: CHANNELS })),
    answer: 'CHANNELS_TOO_MANY',
    counted: 'CHANNELS_TOO_MANY',
  },
  {
    row: row.operations,
    how: 'in a POST',
    exceed: post('uplink', OPERATIONS),
    answer: [400, 'OPERATION_INVALID'],
    counted: 'OPERATION_INVALID',
  },
  {
    row: row.operations,
    how: 'in a frame',
    exceed: send(JSON.stringify(OPERATIONS)),
    answer: 'OPERATION_INVALID',
    counted: 'OPERATION_INVALID',
  },
  {
    row: row.parts,
    how: 'in a POST',
    exceed: post('channels/a', PARTS),
    answer: [413, 'TOO_LARGE'],
    counted: 'TOO_LARGE',
  },
  {
    row: row.parts,
    how: 'in a frame',
    exceed: send(`{"type":"publish","channel":"a","data":${PARTS}}`),
    answer: 'TOO_LARGE',
    counted: 'TOO_LARGE',
  },
  {
    row: row.depth,
    how: 'in a POST',
    exceed: post('channels/a', DEEP),
    answer: [400, 'JSON_INVALID'],
    counted: 'JSON_INVALID',
  },
  {
    row: row.depth,
    how: 'in a frame',
    exceed: send(`{"type":"publish","channel":"a","data":${DEEP}}`),
    answer: 'JSON_INVALID',
    counted: 'JSON_INVALID',
  },
  {
    row: row.history,
    how: 'in a request',
    exceed: ask('channels/a?limit=1001'),
    answer: [400, 'BAD_REQUEST'],
    counted: 'BAD_REQUEST',
  },
  {
    row: row.clients,
    how: 'in a request',
    options: one,
    async exceed(site) {
      await listenSse(`${site.push}/sse?channel=a`);
      return ask('polling?channel=a')(site);
    },
    answer: [429, 'CONNECTIONS_TOO_MANY'],
    counted: 'CONNECTIONS_TOO_MANY',
  },
  {
    row: row.clients,
    how: 'in an upgrade',
    options: one,
    async exceed(site) {
      await listenSse(`${site.push}/sse?channel=a`);
      return upgrade('?channel=a')(site);
    },
    answer: [429, 'CONNECTIONS_TOO_MANY'],
    counted: 'CONNECTIONS_TOO_MANY',
  },
  {
    row: row.connections,
    how: 'in requests of one name',
    options: one,
    async exceed({ push }) {
      const streams: Stream[] = [];
      for (let count = 0; count < 9; count++) streams.push(await listenSse(`${push}/sse?channel=a&client=c`));
      await waitUntil('the end of the first', () => streams[0]?.over);
      return streams.map((stream) => stream.ofType('bye').map(({ retryMs }) => retryMs)[0] ?? null);
    },
    answer: [10_000, ...Array(8).fill(null)],
    counted: 'pushgate_connections_crowded_out_total',
  },
  {
    row: row.rate,
    how: 'in a POST to a channel',
    options: slow,
    async exceed(site) {
      await fetch(`${site.push}/channels/a`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '1',
      });
      return post('channels/a', '1')(site);
    },
    answer: [429, 'RATE_LIMITED'],
    counted: 'RATE_LIMITED',
  },
  {
    row: row.rate,
    how: 'in operations, of which the first has its effect',
    options: slow,
    exceed: post('uplink', [publish(1), publish(2)]),
    answer: [undefined, 'RATE_LIMITED'],
    counted: 'RATE_LIMITED',
  },
  {
    row: row.rate,
    how: 'in operations, of which none has an effect',
    options: slow,
    async exceed(site) {
      expect(await post('uplink', [publish(1)])(site)).toEqual([undefined]);
      return post('uplink', [publish(2), publish(3)])(site);
    },
    answer: [429, 'RATE_LIMITED'],
    counted: 'RATE_LIMITED',
  },
  {
    row: row.rate,
    how: 'in frames',
    options: slow,
    exceed: send([publish(1), publish(2)].map((operation) => JSON.stringify(operation)).join('\n')),
    answer: 'RATE_LIMITED',
    counted: 'RATE_LIMITED',
  },
  {
    row: row.waiting,
    how: 'behind a stream',
    async exceed({ port }) {
      // Behind a request that is under way: of a stream's socket nothing more is read.
      const wait = get('long-polling?channel=a');
      const seen = dialogue(port, wait + get('polling?channel=b').repeat(101));
      await waitUntil('the end', () => seen.socket.closed);
      return seen.text;
    },
    answer: '',
    counted: 'PIPELINE_TOO_LONG',
  },
  {
    row: row.time,
    how: 'in a POST',
    options: { bodyTimeoutMs: 100 },
    async exceed({ port }) {
      const socket = connect(port, '127.0.0.1');
      afterwards(() => socket.destroy());
      socket.write(HEAD);
      let text = '';
      for await (const piece of socket) text += piece;
      return [/^HTTP\/1\.1 408 /.test(text), /"code":"BODY_TIMEOUT"/.test(text)];
    },
    answer: [true, true],
    counted: 'BODY_TIMEOUT',
  },
  {
    row: row.time,
    how: 'in a frame',
    options: { bodyTimeoutMs: 100 },
    exceed: sendBytes(frame(1, Buffer.alloc(100, ' ')).subarray(0, 50)),
    answer: 1008,
    counted: 'BODY_TIMEOUT',
  },
  {
    row: row.pieces,
    how: 'in control frames between fragments',
    options: { limits: { messageBytes: 1_000, bodyBytes: 1_000 } },
    exceed: sendBytes(
      Buffer.concat([frame(1, Buffer.from('['), false), ...Array(1_000).fill(frame(10, Buffer.alloc(125)))]),
    ),
    answer: 1008,
    counted: 'TOO_LARGE',
  },
  {
    row: row.kept,
    how: 'for who is behind',
    options: { retention: { count: 2 } },
    async exceed({ push, gateway }) {
      const { epoch } = (await (await fetch(`${push}/health`)).json()).bus;
      for (let number = 0; number < 4; number++) await gateway.publish('a', number);
      const answer = await rawHttp(`${push}/polling?channel=a&since=${epoch}.1`);
      const { gap, messages } = JSON.parse(await answer.rest());
      return [gap?.channels, messages.map(({ data }: { data: number }) => data)];
    },
    answer: [['a'], [2, 3]],
    counted: 'pushgate_gaps_total',
  },
];

describe('each limit of the protocol', () => {
  it.each(cases)('is answered and counted: $row, exceeded $how', async ({ options, exceed, answer, counted }) => {
    const site = await attached(options);
    expect(await exceed(site)).toEqual(answer);
    const isOwn = counted.startsWith('pushgate_');
    const count = () =>
      isOwn ? metric(site.push, counted) : metric(site.push, 'pushgate_refusals_total', `code="${counted}"`);
    await waitUntil('the count', async () => (await count()) > 0);
    expect(await count()).toBe(1);
    expect(await metric(site.push, 'pushgate_refusals_total')).toBe(isOwn ? 0 : 1);
    // Nobody else is worse off for it.
    expect((await site.gateway.publish('b', 1)).id).toMatch(/^\w/);
    expect(site.errors).toEqual([]);
  });

  it('is among those that are tried here', () => {
    const section = /^## 11\. Limits$([\s\S]*?)^## /m.exec(readFileSync('transports/PROTOCOL.md', 'utf8'))?.[1] ?? '';
    const rows = [...section.matchAll(/^\| (?!what \||---)(.*?) \| .* \| .* \|$/gm)].map(([, what]) => what);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows).toEqual(Object.values(row));
    expect(new Set(cases.map((tried) => tried.row))).toEqual(new Set(rows));
  });
});
