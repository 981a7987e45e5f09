import { createServer } from 'node:http';
import { connect, type Server } from 'node:net';
import { WebSocket } from 'ws';
import { createGateway, type Gateway, MemoryBus } from '../../server/index.js';
import { heldBytes } from '../support/held-bytes.js';
import { type Listening, listen } from '../support/listen.js';
import { waitUntil } from '../support/wait-until.js';
import type { Mutator } from './mutator.js';

type Seeds = readonly [string, ...string[]];

const HEAD = 'Host: 127.0.0.1\r\n';
const JSON_HEAD = `${HEAD}Content-Type: application/json\r\n`;
const post = (path: string, body: string) =>
  `POST ${path} HTTP/1.1\r\n${JSON_HEAD}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const HANDSHAKE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

const REQUESTS: Seeds = [
  `GET /push/polling?channel=a&since=earliest&client=c-1 HTTP/1.1\r\n${HEAD}\r\n`,
  `GET /push/long-polling?channel=a&wait=0&hello=1 HTTP/1.1\r\n${HEAD}\r\n`,
  `GET /push/sse?channel=a HTTP/1.1\r\n${HEAD}Last-Event-ID: e.5\r\nOrigin: http://127.0.0.1\r\n\r\n`,
  `GET /push/iframe?channel=a&origin=http://127.0.0.1 HTTP/1.1\r\n${HEAD}\r\n`,
  `GET /push/websocket?channel=a&since.a=e.0 HTTP/1.1\r\n${HEAD}${HANDSHAKE}\r\n`,
  `GET /push/websocket HTTP/1.1\r\n${HEAD}${HANDSHAKE}\r\n\x81\x85\x01\x02\x03\x04\x60\x60\x60\x60\x60`,
  post('/push/uplink?client=c-1', '[{"type":"publish","channel":"a","data":1,"key":"k"},{"type":"call","method":"m"}]'),
  post('/push/channels/a', '{"text":"hi"}'),
  `GET /push/channels/a%2Fb?limit=5 HTTP/1.1\r\n${HEAD}\r\n`,
  `OPTIONS /push/sse HTTP/1.1\r\n${HEAD}Origin: http://x\r\nAccess-Control-Request-Headers: Last-Event-ID\r\n\r\n`,
  `GET /push/metrics HTTP/1.1\r\n${HEAD}\r\n`,
  `HEAD /push/sse?channel=a&since=e.0 HTTP/1.1\r\n${HEAD}\r\n`,
  `HEAD http://127.0.0.1/push/polling?channel=a HTTP/1.1\r\n${HEAD}Expect: 100-continue\r\n\r\n`,
  `POST /push/channels/a HTTP/1.1\r\n${JSON_HEAD}Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n`,
  `CONNECT 127.0.0.1:80 HTTP/1.1\r\n${HEAD}\r\n`,
  `GET /elsewhere HTTP/1.1\r\n${HEAD}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
];
const FRAMES: Seeds = [
  '{"type":"publish","channel":"a","data":{"text":"hi"},"key":"op-1"}',
  '[{"type":"subscribe","channels":["a","b"],"since":"e.0","key":"s"},{"type":"unsubscribe","channels":["b"]}]',
  '{"type":"call","method":"m","params":[1,2],"key":"c"}\n{"type":"publish","channel":"b","data":null}',
];

/** Inputs that are under way at a time. */
const ABREAST = 16;
/** A request that gets no answer for so long wants more than it was given, in milliseconds. */
const SILENCE_MS = 30;
const FRAMES_PER_SOCKET = 50;
const POLLS_PER_SOCKET = 5;
/** Inputs of one kind in a row, so that there are as many of each. */
const ROW = 50;
/** What compiled code and the collector make of it anyway. */
const LEAST_BYTES = 2 * 1024 * 1024;
/** What the log may hold, so that what is measured is what else is kept. */
const RETENTION = { count: 10, totalBytes: 256 * 1024 };

/**
 * How many bytes more may be held after so many inputs, by what {@link fuzzEntrances} returns: of a third of them each was a connection,
 * and whatever is left of one comes to more than a kilobyte.
 */
export function mostLeft(inputs: number): number {
  return Math.max(LEAST_BYTES, (inputs / 2 / 3) * 1_024);
}

/** Sends so many inputs at most over one connection; resolves with how many there were. */
type Send = (listening: Listening, mutator: Mutator, most: number) => Promise<number>;

const ENTRANCES: readonly [[number, Send], ...[number, Send][]] = [
  [1, sendBytes],
  [FRAMES_PER_SOCKET, sendFrames],
  [POLLS_PER_SOCKET, sendPolls],
];

/**
 * Sends so many broken requests, frames and further polls to a gateway over real sockets. Throws when something inside the gateway
 * broke, when it does not answer an honest request any more, or when it keeps a connection. Returns how many bytes more the process
 * held at the end than after the first half, in which all that is bounded by count has begun to fill.
 */
export async function fuzzEntrances(mutator: Mutator, inputs: number, fed: () => void = () => {}): Promise<number> {
  const broken: unknown[] = [];
  const bus = new MemoryBus({ epoch: 'e', retention: RETENTION });
  const gateway = createGateway({ bus, onError: (error) => broken.push(error) });
  gateway.handle('m', (params) => params);
  const listening = await listen(createServer());
  gateway.attach(listening.server);
  const feed = async (count: number): Promise<number> => {
    let left = count;
    const work = async (): Promise<void> => {
      while (left > 0) {
        const [most, send] = mutator.pick(ENTRANCES);
        let row = Math.min(left, ROW);
        left -= row;
        while (row > 0) {
          const sent = await send(listening, mutator, Math.min(row, most));
          row -= sent;
          for (let number = 0; number < sent; number++) fed();
        }
      }
    };
    await Promise.all(Array.from({ length: ABREAST }, work));
    if (broken.length > 0) throw new Error(`${broken.length} inputs broke something`, { cause: broken[0] });
    await isSound(gateway, listening);
    return heldBytes();
  };
  try {
    const half = Math.ceil(inputs / 2);
    const before = await feed(half);
    return (await feed(inputs - half)) - before;
  } finally {
    await gateway.close();
    await listening.close();
  }
}

/** Sends bytes over a connection of its own, and waits for an answer, an end or silence. Returns that it was one. */
function sendBytes({ port }: Listening, mutator: Mutator): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const over = () => {
      socket.destroy();
      resolve(1);
    };
    socket.on('error', over).once('close', over).once('data', over);
    socket.setTimeout(SILENCE_MS, over);
    socket.write(Buffer.from(mutator.mutate(REQUESTS), 'latin1'));
  });
}

/**
 * Polls in good order, so that the gateway takes the connection for itself, then sends what is broken, one after the other,
 * until the connection is closed or nothing comes any more; at least once. Returns how many there were.
 */
async function sendPolls({ port }: Listening, mutator: Mutator, most: number): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.setEncoding('latin1').on('error', () => {});
  socket.on('data', (piece: string) => {
    heard += piece;
  });
  const poll = (cursor: string, kind = 'polling') =>
    `GET /push/${kind}?channel=a&since=${cursor} HTTP/1.1\r\n${HEAD}\r\n`;
  const ask = (text: string) =>
    new Promise<void>((resolve) => {
      const over = () => {
        socket.off('data', over).off('close', over).setTimeout(0);
        resolve();
      };
      socket.on('data', over).on('close', over).setTimeout(SILENCE_MS, over);
      socket.write(Buffer.from(text, 'latin1'));
    });
  try {
    for (const _ of [1, 2, 3]) await ask(poll('earliest'));
    let sent = 0;
    do {
      const before = heard;
      const cursor = /.*"cursor":"([\w.-]+)"/s.exec(heard)?.[1] ?? 'earliest';
      await ask(mutator.mutate([poll(cursor), poll('earliest'), poll(cursor, 'long-polling'), ...REQUESTS]));
      sent++;
      if (heard === before) break;
    } while (sent < most && !socket.destroyed);
    return sent;
  } finally {
    socket.destroy();
  }
}

/** Sends frames over one WebSocket until it is closed; at least one. Returns how many there were. */
async function sendFrames({ port }: Listening, mutator: Mutator, most: number): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/push/websocket?channel=a`);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.once('open', resolve).once('close', () => resolve()));
  let sent = 0;
  do {
    socket.send(
      mutator.mutate(FRAMES),
      { binary: mutator.pick([false, false, false, false, false, false, false, true]) },
      () => {},
    );
    sent++;
    if (sent % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  } while (sent < most && socket.readyState === socket.OPEN);
  socket.close();
  await closed;
  return sent;
}

/** Honest requests are answered, and nobody is left. */
async function isSound(gateway: Gateway, { url, server }: Listening): Promise<void> {
  const { id } = await gateway.publish('sound', 'yes');
  const answer = await fetch(`${url}/push/polling?channel=sound&since=earliest`);
  if (!(await answer.text()).includes(id)) throw new Error('An honest request gets no honest answer any more.');
  const connections = async () => {
    const text = await (await fetch(`${url}/push/metrics`)).text();
    return [...text.matchAll(/^pushgate_connections\{[^}]*\} (\d+)$/gm)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
  };
  await waitUntil('every connection to be gone', async () => (await connections()) === 0, { timeoutMs: 30_000 });
  // All but the one that has just asked for the count.
  await waitUntil('every socket to be gone', async () => (await socketsOf(server)) <= 1, { timeoutMs: 30_000 });
}

function socketsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}
