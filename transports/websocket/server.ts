import { WebSocketServer } from 'ws';
import { CLOSE } from '../close.js';
import type { ServerTransport, TransportSettings, UpgradeExchange } from '../server-transport.js';
import type { WireFormat } from '../wire-format.js';

/** So many frames may wait for their turn before the socket is no longer read. */
const WAITING_FRAMES = 64;

const format: WireFormat<Buffer> = {
  name: 'lines',
  message: ({ json }) => json,
  packet: ({ controls, messages }) =>
    Buffer.from([...controls.map((record) => JSON.stringify(record)), ...messages].join('\n')),
};

/** The protocol's machine, one for each gateway's settings: handshake, frames, control frames (RFC 6455). */
const machines = new WeakMap<TransportSettings, WebSocketServer>();

function machineFor(settings: TransportSettings): WebSocketServer {
  const known = machines.get(settings);
  if (known !== undefined) return known;
  const machine = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // Compression costs a context of its own for every connection, and would end "encoded once".
    perMessageDeflate: false,
    maxPayload: settings.frameBytes,
  });
  machines.set(settings, machine);
  return machine;
}

/** Messages down and operations up on one socket (RFC 6455): text frames of lines of JSON. */
export const transport: ServerTransport = {
  name: 'websocket',
  carries: 'upgrade',
  accept(exchange) {
    const { request, socket, head, settings } = exchange;
    machineFor(settings).handleUpgrade(request, socket, head, (client) => carry(exchange, client));
  },
};

type Client = Parameters<Parameters<WebSocketServer['handleUpgrade']>[3]>[0];

function carry({ socket, settings, flow, perform }: UpgradeExchange, client: Client): void {
  const text = { binary: false };
  const downlink = flow<Buffer>({
    format,
    write(frame) {
      client.send(frame, text);
      return !socket.writableNeedDrain;
    },
    end(bye) {
      // Who does not read would keep the socket, and what is left in it, until the closing handshake is given up.
      if (socket.writableNeedDrain) return client.terminate();
      client.send(JSON.stringify(bye));
      client.close(bye.retryMs === undefined ? CLOSE.normal : CLOSE.unavailable, bye.reason.slice(0, 100));
    },
  });
  socket.on('drain', () => downlink.drained());

  // A peer that answers neither pings nor anything else is gone, whatever its socket says.
  let heard = true;
  // One frame after the other, so that operations have their effects in the order in which they were sent.
  let waiting = 0;
  let turn: Promise<void> = Promise.resolve();
  const take = async (frame: string) => {
    const answers = await perform(frame);
    if (answers !== '' && client.readyState === client.OPEN) client.send(answers);
    // Who sends without reading the answers is not read any further.
    if (socket.writableNeedDrain) await drained(socket);
    waiting--;
    if (client.isPaused && waiting < WAITING_FRAMES / 2) client.resume();
  };
  client.on('message', (data, isBinary) => {
    // What comes behind something that was refused is not heard.
    if (client.readyState !== client.OPEN) return;
    if (isBinary) {
      client.close(CLOSE.badRequest, 'Send text frames: lines of JSON.');
      return;
    }
    heard = true;
    waiting++;
    if (waiting > WAITING_FRAMES) client.pause();
    turn = turn.then(() => take(data.toString()));
  });

  client.on('pong', () => {
    heard = true;
  });
  const pulse = setInterval(() => {
    // Whom we do not read, because its operations wait for their turn, we cannot hear.
    if (!heard && !client.isPaused) client.terminate();
    heard = false;
    client.ping();
  }, settings.heartbeatMs);
  client.on('error', () => client.terminate());
  client.once('close', () => {
    clearInterval(pulse);
    downlink.closed();
  });
}

/** Resolves when the socket has room again, or is gone. */
function drained(socket: UpgradeExchange['socket']): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.once('drain', done).once('close', done);
  });
}
