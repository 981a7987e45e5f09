import type { Duplex } from 'node:stream';
import type { ServerOptions, WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { CLOSE } from '../close.js';
import { PushError } from '../error.js';
import { takenOf } from '../server-socket.js';
import type { ServerTransport, TransportSettings, UpgradeExchange } from '../server-transport.js';
import type { WireFormat } from '../wire-format.js';
import { inTurn } from './server-in-turn.js';
import { Pings } from './server-pings.js';
import { textFrame } from './server-text-frame.js';
import { UnfinishedMessages } from './server-unfinished.js';

/** Who does not answer a close frame for so long is cut, in milliseconds. */
const CLOSE_MS = 1_000;

/**
 * Reads of the network that one frame may be spread over: so many at least, and one for so many bytes on average. Each read that
 * waits for the rest of its frame costs 440 bytes beside its own; the smallest segments that a network makes have 536.
 */
const READS = { least: 16_384, bytes: 256 };

/** What `ws` closes with 1009, or with 1008: too many fragments. */
const TOO_LARGE: ReadonlySet<string> = new Set([
  'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
  'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
  'WS_ERR_TOO_MANY_BUFFERED_PARTS',
]);

const format: WireFormat<Buffer> = {
  name: 'lines',
  message: ({ json }) => json,
  packet: ({ controls, messages }) =>
    textFrame([...controls.map((record) => JSON.stringify(record)), ...messages].join('\n')),
};

/** What all connections of a gateway share. */
interface Machine {
  /** The protocol: handshake, frames, control frames (RFC 6455). */
  readonly server: WebSocketServer;
  readonly pings: Pings;
  /** What has begun to come and has to be complete in time. */
  readonly unfinished: UnfinishedMessages;
}

/** One for each gateway's settings. */
const machines = new WeakMap<TransportSettings, Machine>();

function machineFor(settings: TransportSettings): Machine {
  const known = machines.get(settings);
  if (known !== undefined) return known;
  // `closeTimeout` is not among the types yet.
  const options: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    // Compression costs a context of its own for every connection, and would end "encoded once".
    perMessageDeflate: false,
    maxPayload: settings.frameBytes,
    maxBufferedChunks: Math.max(READS.least, Math.ceil(settings.frameBytes / READS.bytes)),
    closeTimeout: CLOSE_MS,
  };
  const machine = {
    server: new WebSocketServer(options),
    pings: new Pings(settings.heartbeatMs),
    unfinished: new UnfinishedMessages(settings),
  };
  machines.set(settings, machine);
  return machine;
}

/** Messages down and operations up on one socket (RFC 6455): text frames of lines of JSON. */
export const transport: ServerTransport = {
  name: 'websocket',
  carries: 'upgrade',
  accept(exchange) {
    const { request, socket, head, settings } = exchange;
    // `ws` takes version 8 as well, a draft.
    if (request.headers['sec-websocket-version'] !== '13') {
      throw new PushError('UPGRADE_REQUIRED', 'Connect with version 13 of the WebSocket protocol (RFC 6455).');
    }
    const machine = machineFor(settings);
    machine.server.handleUpgrade(request, socket, head, (client) => carry(exchange, client, machine));
  },
};

function carry({ socket, flow, perform, refused }: UpgradeExchange, client: WebSocket, machine: Machine): void {
  const { pings, unfinished } = machine;
  const downlink = flow<Buffer>({
    format,
    taken: () => takenOf(socket),
    write(frame) {
      // Nothing may follow a close frame (RFC 6455, section 5.5.1).
      if (client.readyState !== client.OPEN) return !socket.writableNeedDrain;
      // Right to the socket: without compression `ws` writes its own frames at once too, so that they keep their order.
      return socket.write(frame);
    },
    end(bye) {
      // Who does not read would keep the socket, and what is left in it, until the closing handshake is given up.
      if (socket.writableNeedDrain) return client.terminate();
      client.send(JSON.stringify(bye));
      client.close(bye.retryMs === undefined ? CLOSE.normal : CLOSE.unavailable, bye.reason.slice(0, 100));
    },
  });
  socket.on('drain', () => downlink.drained());

  // Most connections never send a frame.
  let enqueue: ((frame: Buffer) => void) | null = null;
  pings.watch(client, socket);
  socket.on('data', (chunk: Buffer) => unfinished.see(client, chunk, refused));
  client.on('message', (data, isBinary) => {
    // What comes behind something that was refused is not heard.
    if (client.readyState !== client.OPEN) return;
    if (isBinary) {
      refused('BAD_REQUEST');
      client.close(CLOSE.badRequest, 'Send text frames: lines of JSON.');
      return;
    }
    enqueue ??= performing(client, socket, perform);
    enqueue(data as Buffer);
  });
  // A frame that is none, or is too large: `ws` sends the close frame that says so, and cuts who does not answer it. To
  // end the socket here would reset it, and the peer would lose that frame.
  client.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
    if (code.startsWith('WS_ERR_')) refused(TOO_LARGE.has(code) ? 'TOO_LARGE' : 'BAD_REQUEST');
  });
  client.on('close', () => downlink.closed());
}

/** Performs what is in frames, one after the other; returns how to put a frame in. */
function performing(client: WebSocket, socket: Duplex, perform: UpgradeExchange['perform']): (frame: Buffer) => void {
  const room = roomOf(socket);
  const answer = (lines: string) => {
    if (client.readyState === client.OPEN) client.send(lines);
    return room();
  };
  return inTurn(client, async (frame) => {
    await perform(frame, answer);
    // Who sends without reading the answers is not read any further.
    await room();
  });
}

/** Waits until the socket has room, or is gone. All who wait share one pair of listeners: there may be many calls. */
function roomOf(socket: Duplex): () => Promise<void> {
  let drained: Promise<void> | null = null;
  return async () => {
    if (!socket.writableNeedDrain || socket.destroyed) return;
    drained ??= new Promise((resolve) => {
      const done = () => {
        socket.off('drain', done).off('close', done);
        drained = null;
        resolve();
      };
      socket.once('drain', done).once('close', done);
    });
    await drained;
  };
}
