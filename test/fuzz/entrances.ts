import { createServer } from 'node:http';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { createGateway, type Gateway, MemoryBus } from '../../server/index.js';
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

/**
 * Sends so many broken requests and frames to a gateway over real sockets. Throws when something inside the gateway broke,
 * when it does not answer an honest request any more, or when it keeps a connection.
 */
export async function fuzzEntrances(mutator: Mutator, inputs: number, fed: () => void = () => {}): Promise<void> {
  const broken: unknown[] = [];
  const gateway = createGateway({ bus: new MemoryBus({ epoch: 'e' }), onError: (error) => broken.push(error) });
  gateway.handle('m', (params) => params);
  const listening = await listen(createServer());
  gateway.attach(listening.server);
  try {
    let left = inputs;
    const work = async (): Promise<void> => {
      while (left > 0) {
        if (left % 2 === 0) {
          left--;
          await sendBytes(listening.port, mutator.mutate(REQUESTS));
          fed();
        } else {
          const count = Math.min(left, FRAMES_PER_SOCKET);
          left -= count;
          const sent = await sendFrames(listening, mutator, count);
          left += count - sent;
          for (let number = 0; number < sent; number++) fed();
        }
      }
    };
    await Promise.all(Array.from({ length: ABREAST }, work));
    if (broken.length > 0) throw new Error(`${broken.length} inputs broke something`, { cause: broken[0] });
    await isSound(gateway, listening);
  } finally {
    await gateway.close();
    await listening.close();
  }
}

/** Sends bytes over a connection of its own, and waits for an answer, an end or silence. */
function sendBytes(port: number, text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const over = () => {
      socket.destroy();
      resolve();
    };
    socket.on('error', over).once('close', over).once('data', over);
    socket.setTimeout(SILENCE_MS, over);
    socket.write(Buffer.from(text, 'latin1'));
  });
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
async function isSound(gateway: Gateway, { url }: Listening): Promise<void> {
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
}
